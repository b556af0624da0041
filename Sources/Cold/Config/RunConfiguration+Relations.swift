import Model
import Units

/// Settings that are each possible and together are not.
extension RunConfiguration {
    func relate(_ reader: SettingReader, cores: Set<Int>?) {
        // The first to fail names the limit: a ceiling says more than a relation.
        relatePreset(reader)
        relateLimits(reader)
        relateOwnLimits(reader)
        relateTimes(reader)
        relateInstruments(reader)
        relateSources(reader)
        relateTopology(reader, cores: cores)
        reader.relate(
            ["run.directory"], controlSocket.utf8.count <= 107,
            "makes the control socket's path longer than the 107 bytes the kernel takes",
            cure: "shorten run.directory or set control.socket")
        reader.relate(
            ["journal.segment_size"], journal.segmentBytes >= 8192 && journal.segmentBytes <= 4 << 30,
            "is not from 8KiB to 4GiB", cure: "write a size such as 64MiB")
    }

    private func relateLimits(_ reader: SettingReader) {
        let limits = limits
        reader.relate(
            ["limits.max_order_quantity", "limits.max_position"], limits.maxOrderQuantity <= limits.maxPosition,
            "is larger than max_position (\(limits.maxPosition)): no such order could ever pass",
            cure: "lower max_order_quantity or raise max_position")
        reader.relate(
            ["limits.max_orders_per_second", "limits.max_orders_per_minute"],
            limits.maxOrdersPerSecond <= limits.maxOrdersPerMinute,
            "is larger than max_orders_per_minute (\(limits.maxOrdersPerMinute))",
            cure: "lower max_orders_per_second or raise max_orders_per_minute")
        reader.relate(
            ["limits.max_messages_per_second", "limits.max_messages_per_minute"],
            limits.maxMessagesPerSecond <= limits.maxMessagesPerMinute,
            "is larger than max_messages_per_minute (\(limits.maxMessagesPerMinute))",
            cure: "lower max_messages_per_second or raise max_messages_per_minute")
        reader.relate(
            ["limits.max_net_exposure", "limits.max_gross_exposure"], limits.maxNetExposure <= limits.maxGrossExposure,
            "is larger than max_gross_exposure (\(limits.maxGrossExposure))",
            cure: "lower max_net_exposure or raise max_gross_exposure")
        reader.relate(
            ["limits.max_portfolio_net", "limits.max_portfolio_gross"], limits.maxPortfolioNet <= limits.maxPortfolioGross,
            "is larger than max_portfolio_gross (\(limits.maxPortfolioGross))",
            cure: "lower max_portfolio_net or raise max_portfolio_gross")
        reader.relate(
            ["limits.cancel_share_percent"], limits.cancelSharePercent <= 90, "cannot be unlimited",
            cure: "write a percentage from 0 to 90")
        reader.relate(
            ["limits.fee_allowance_bps"], limits.feeAllowanceBps <= 1000, "cannot be unlimited",
            cure: "write basis points from 0 to 1000")
        reader.relate(
            ["limits.order_to_trade_floor"], limits.orderToTradeFloor <= 1_000_000, "cannot be unlimited",
            cure: "write a number from 1 to 1000000, or lift max_orders_per_trade")
        reader.relate(
            ["limits.max_instrument_orders_per_second", "limits.max_instrument_orders_per_minute"],
            limits.maxInstrumentOrdersPerSecond <= limits.maxInstrumentOrdersPerMinute,
            "is larger than max_instrument_orders_per_minute (\(limits.maxInstrumentOrdersPerMinute))",
            cure: "lower max_instrument_orders_per_second or raise max_instrument_orders_per_minute")
        reader.relate(
            ["limits.throttle_percent"], limits.throttlePercent <= 100, "cannot be unlimited",
            cure: "write a percentage from 1 to 100, or lift throttle_drawdown")
        reader.relate(
            ["limits.throttle_drawdown", "limits.max_drawdown"],
            limits.throttleDrawdown <= limits.maxDrawdown || limits.throttleDrawdown == .max,
            "is larger than max_drawdown (\(limits.maxDrawdown)): the engine would halt first",
            cure: "lower throttle_drawdown or raise max_drawdown")
        reader.relate(
            ["limits.drawdown_confirmations"], limits.drawdownConfirmations <= 1000, "cannot be unlimited",
            cure: "write a number from 1 to 1000, or lift max_drawdown")
        reader.relate(
            ["limits.throttle_drawdown", "limits.max_day_drawdown"],
            limits.throttleDrawdown <= limits.maxDayDrawdown || limits.throttleDrawdown == .max,
            "is larger than max_day_drawdown (\(limits.maxDayDrawdown)): that would come first",
            cure: "lower throttle_drawdown or raise max_day_drawdown")
        reader.relate(
            ["limits.unconfirmed_evaluations", "limits.drawdown_confirmations"],
            limits.unconfirmedEvaluations >= limits.drawdownConfirmations,
            "is smaller than drawdown_confirmations (\(limits.drawdownConfirmations)): what no trade confirms must take longer",
            cure: "raise unconfirmed_evaluations")
        reader.relate(
            ["limits.unconfirmed_evaluations"], limits.unconfirmedEvaluations <= 10_000,
            "cannot be unlimited: a loss would not count while trades are silent", cure: "write a number from 1 to 10000")
        reader.relate(
            ["limits.min_strategy_samples"], limits.minStrategySamples <= 64, "cannot be unlimited",
            cure: "write a number from 1 to 64, or lift max_reject_percent and max_strategy_slippage_bps")
        reader.relate(
            ["limits.max_unreconciled"], limits.maxUnreconciled >= Nanoseconds(seconds: 15),
            "is shorter than three rounds of reconciliation (5s each): one answer that fails would stop the run",
            cure: "write a time such as 60s")
        reader.relate(
            ["limits.max_data_age", "feed.stale_after"],
            limits.maxDataAge <= feedStaleAfter || limits.maxDataAge.raw == .max,
            "is longer than feed.stale_after: orders would rest on a feed already declared stale",
            cure: "lower max_data_age or raise feed.stale_after")
    }

    private func relateTimes(_ reader: SettingReader) {
        reader.relate(
            ["timeouts.guard", "timeouts.heartbeat"],
            timeouts.guardSilence.raw / 3 >= timeouts.heartbeat.raw,
            "is shorter than three heartbeats: the guard would cancel on a late one",
            cure: "raise timeouts.guard or lower timeouts.heartbeat")
        reader.relate(
            ["timeouts.request"], timeouts.request <= Nanoseconds(seconds: 60),
            "is longer than 60s: an order would stay in doubt too long", cure: "write a few seconds")
        for (name, span) in [("place", timeouts.place), ("cancel", timeouts.cancel), ("amend", timeouts.amend)] {
            reader.relate(
                ["timeouts.\(name)"], span <= Nanoseconds(seconds: 60),
                "is longer than 60s: an order would stay in doubt too long", cure: "write a few seconds")
        }
        for path in ["timeouts.retry", "timeouts.retry_max"] {
            reader.relate(
                [path], timeouts.retry <= timeouts.retryMax && timeouts.retryMax <= Nanoseconds(seconds: 60),
                "the first pause before another cancel is longer than the longest, or that is longer than 60s",
                cure: "write timeouts.retry: 100ms and timeouts.retry_max: 5s")
        }
        if let rule = venue.cancelSwitch {
            reader.relate(
                ["venue.cancel_switch.max_age", "venue.cancel_switch.refresh"], rule.interval.raw <= rule.maxAge.raw / 2,
                "is shorter than two refreshes: one lost would stop new orders", cure: "raise max_age or lower refresh")
            reader.relate(
                ["venue.cancel_switch.max_age", "venue.cancel_switch.period"], rule.maxAge < rule.period,
                "is not shorter than the period: orders would be placed that the venue is about to cancel",
                cure: "lower max_age or raise period")
        }
        // Either may be left out: the one that is written is named.
        for path in ["timeouts.query", "timeouts.query_max"] {
            reader.relate(
                [path], timeouts.query <= timeouts.queryMax, "the first pause between look-ups is longer than the longest",
                cure: "raise timeouts.query_max or lower timeouts.query")
        }
        reader.relate(
            ["timeouts.unknown"], timeouts.unknown >= Nanoseconds(seconds: 10) && timeouts.unknown <= Nanoseconds(seconds: 600),
            "is not from 10s to 600s: absence is proved 8s after an order left, and doubt must end",
            cure: "write a time such as 30s")
    }

    private func relateInstruments(_ reader: SettingReader) {
        for asset in venue.feeAssets {
            let quote = instruments[0].quote
            reader.relate(
                ["venue.fee_assets.\(asset.name)"], asset.name != quote,
                "is the asset that everything is counted in: its fees count one to one", cure: "remove it")
            let isOnlyBase = instruments.allSatisfy { $0.base == asset.name }
            reader.relate(
                ["venue.fee_assets.\(asset.name)"], !isOnlyBase,
                "is what the run trades: its fees count at the price of their fill", cure: "remove it")
        }
        for (index, instrument) in instruments.enumerated() {
            let path = "instruments.\(index)"
            let isFirst = instruments.firstIndex { $0.symbol == instrument.symbol } == index
            reader.relate(["\(path).symbol"], isFirst, "is listed twice", cure: "keep one of them")
            reader.relate(
                ["\(path).base", "\(path).quote"], instrument.base != instrument.quote, "is the same asset as quote",
                cure: "write the two assets of the pair")
            // Results, exposures of the portfolio and the limits of the run are sums over all instruments.
            let first = instruments[0]
            reader.relate(
                ["\(path).quote", "instruments.0.quote"], instrument.quote == first.quote,
                "is \(instrument.quote), and \(first.symbol) is quoted in \(first.quote): the run's losses and exposures would add "
                    + "the two as if they were one currency",
                cure: "trade \(instrument.symbol) in a run of its own, with limits and a client_id_prefix of its own")
            guard let rules = instrument.rules, rules.lotSize.isPositive else { continue }
            let minimum = "\(path).rules.min_quantity"
            reader.relate(
                [minimum, "\(path).rules.max_quantity"], rules.minQuantity <= rules.maxQuantity,
                "is larger than max_quantity", cure: "correct the two")
            reader.relate(
                [minimum, "\(path).rules.lot_size"], rules.minQuantity.isMultiple(of: rules.lotSize),
                "is not a multiple of lot_size", cure: "correct the two")
            reader.relate(
                [minimum, "limits.max_order_quantity"], rules.minQuantity <= self.limits(of: index).maxOrderQuantity,
                "is larger than limits.max_order_quantity: no order could pass both", cure: "raise limits.max_order_quantity")
            reader.relate(
                ["\(path).rules.min_notional", "limits.max_order_notional"], rules.minNotional <= self.limits(of: index).maxOrderNotional,
                "is larger than limits.max_order_notional: no order could pass both", cure: "raise limits.max_order_notional")
        }
    }
}

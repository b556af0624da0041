import Model
import Units

extension EventLog {
    /// A decision as a line; `nil` for those that are routine (orders placed, acknowledged, cancelled as asked, passed
    /// verdicts): the journal has them all.
    package func describe(_ output: Output, at time: Nanoseconds) -> EventLine? {
        switch output {
        case .place, .cancel, .amend, .refresh: return nil
        case .cancelAll(let instrument):
            return EventLine(
                time: time, code: "CANCEL_ALL", severity: .warning, text: "cancel all orders in \(symbol(instrument))")
        case .query(let reference):
            return EventLine(
                time: time, code: "QUERY", severity: .info,
                text: "order \(order(reference.client)) looked up at the venue")
        case .verdict(let verdict): return describe(verdict, at: time)
        case .order(let transition): return describe(transition, at: time)
        case .position(let change): return describe(change, at: time)
        case .state(let change): return describe(change, at: time)
        case .alert(let alert): return describe(alert, at: time)
        case .command(let result): return describe(result, at: time)
        case .switched(let change): return describe(change, at: time)
        case .review(let review): return describe(review, at: time)
        }
    }

    private func describe(_ verdict: Verdict, at time: Nanoseconds) -> EventLine? {
        guard verdict.verdict != .passed, !verdict.isShadow else { return nil }
        let side = verdict.intent.side == .buy ? "buy" : "sell"
        return EventLine(
            time: time, code: verdict.verdict.name, severity: .warning,
            text: "\(symbol(verdict.intent.instrument)) \(side) refused by the risk gate"
                + Self.numbers(verdict))
    }

    /// The two numbers in the unit of what the verdict compares.
    package static func numbers(_ verdict: Verdict) -> String {
        let (value, limit) = (verdict.value, verdict.limit)
        switch verdict.verdict {
        case .orderSize, .drawdownThrottle, .orderNotional, .position, .dailyLoss, .belowMinNotional, .invalidPrice, .invalidQuantity,
            .selfTrade, .netExposure, .grossExposure, .portfolioNet, .portfolioGross, .insufficientBalance,
            .percentPrice:
            return ": \(Quantity(raw: value)) against \(Quantity(raw: limit))"
        case .openOrders, .orderRate, .messageRate, .venueRate, .identicalOrders, .unknownOrders, .capacity, .instrumentRate,
            .orderToTrade:
            return ": \(value) against \(limit)"
        case .outsideWindow: return value < 0 ? ": the time of day is not known" : ""
        case .priceDrift where value == .max: return ": nobody but us has said a price for a minute"
        case .priceCollar, .priceDrift, .slippage: return ": \(value) bps against \(limit) bps"
        case .staleMarketData, .quietMarketData, .venueDataAge, .cancelSwitch, .unreconciled:
            return ": \(value / 1_000_000) ms old, limit \(limit / 1_000_000) ms"
        case .passed, .killed, .notLive, .reduceOnly, .instrumentNotAllowed, .noMarketData, .linkDown, .dirtyPosition,
            .strategyOff, .instrumentBlocked, .notAmendable:
            return ""
        case .feedHealth:
            let verdict = StreamVerdict(rawValue: UInt8(clamping: value))?.name ?? "?"
            return ": the feed is \(verdict), \(StreamReason(rawValue: UInt8(clamping: limit))?.words ?? "?")"
        case .volatility, .latency, .held: return ": for \((limit - value) / 1_000_000) ms more"
        }
    }

    private func describe(_ transition: OrderTransition, at time: Nanoseconds) -> EventLine? {
        let severity: Severity
        let what: String
        switch transition.to {
        case .created, .pendingNew, .open, .partiallyFilled, .pendingCancel, .pendingAmend, .filled, .riskRejected:
            return nil
        case .cancelled:
            guard transition.error != .none else { return nil }
            (severity, what) = (.info, "cancelled")
        case .unknown: (severity, what) = (.warning, "unknown, counted at its worst case")
        case .rejected: (severity, what) = (.warning, "refused by the venue")
        case .expired: (severity, what) = (.info, "expired at the venue")
        case .failed: (severity, what) = (.warning, "never reached the venue's book")
        }
        let filled = transition.filled.isZero ? "" : ", \(transition.filled) filled"
        return EventLine(
            time: time, code: transition.error == .none ? "ORDER" : transition.error.name, severity: severity,
            text: "\(symbol(transition.instrument)) order \(order(transition.client)) \(what)\(filled)")
    }

    private func describe(_ change: PositionChange, at time: Nanoseconds) -> EventLine {
        EventLine(
            time: time, code: change.isLate ? "LATE_FILL" : "FILL", severity: change.isLate ? .warning : .info,
            text: "\(symbol(change.instrument)) position \(change.quantity) at \(change.averagePrice), realised "
                + "\(change.realised), fees \(change.fees)")
    }

    private func describe(_ change: StateChange, at time: Nanoseconds) -> EventLine {
        let severity: Severity
        switch change.to {
        case .disarmed, .staged, .armed, .live: severity = .info
        case .reducing: severity = .warning
        case .safe, .halted: severity = .critical
        }
        let by = CommandKind(rawValue: change.command).map { " by \($0.name)" } ?? ""
        let trip = change.trip == .none || change.trip == .kill ? "" : ", tripped by \(change.trip.name)"
        return EventLine(
            time: time, code: change.error == .none ? Self.stateCode(change.to) : change.error.name, severity: severity,
            text: "\(change.from.name) -> \(change.to.name)\(by)\(trip)")
    }

    /// A stop that no safeguard ordered has its state's name: it is what people look for.
    private static func stateCode(_ state: SystemState) -> String {
        switch state {
        case .disarmed, .staged, .armed, .live: return "STATE"
        case .reducing, .safe, .halted: return state.name
        }
    }

    private func describe(_ alert: Alert, at time: Nanoseconds) -> EventLine {
        if alert.error == .feedHealth, let verdict = StreamVerdict(rawValue: UInt8(clamping: alert.value)),
            let reason = StreamReason(rawValue: UInt8(clamping: alert.limit))
        {
            return EventLine(
                time: time, code: alert.error.name, severity: alert.severity,
                text: "\(symbol(alert.instrument)) feed is \(verdict.name): \(reason.words)")
        }
        if alert.error == .sourceSwitched || alert.error == .sourceFlapping,
            let reason = SourceSwitch.Reason(rawValue: UInt8(clamping: alert.limit))
        {
            let isFeed = alert.value >> 16 == Int64(LinkRole.marketData.rawValue)
            let text = "\(isFeed ? "feed" : "order server") \((alert.value & 0xFF) + 1) is used"
            let former = "of \((alert.value >> 8 & 0xFF) + 1): \(reason.words)"
            return EventLine(
                time: time, code: alert.error.name, severity: alert.severity,
                text: reason == .flapping ? "\(text) on: \(reason.words)" : "\(text) instead \(former)")
        }
        if alert.error == .threadStalled {
            let name = SilenceWatch.name(alert.limit).map { "the \($0) thread" } ?? "a thread"
            return EventLine(
                time: time, code: alert.error.name, severity: alert.severity,
                text: "\(name) stood still for \(alert.value / 1_000_000) ms")
        }
        if alert.error == .unreconciled {
            return EventLine(
                time: time, code: alert.error.name, severity: alert.severity,
                text: "\(symbol(alert.instrument)) was not compared with the venue's account for "
                    + "\(alert.value / 1_000_000) ms, limit \(alert.limit / 1_000_000) ms")
        }
        if alert.error == .feeUnpriced {
            return EventLine(
                time: time, code: alert.error.name, severity: alert.severity,
                text: "\(symbol(alert.instrument)): a fee of \(Quantity(raw: alert.value)) was taken in an asset without a price: "
                    + "what was lost is not known")
        }
        var text = symbol(alert.instrument)
        if !alert.client.isNone { text += " order \(order(alert.client))" }
        if alert.value != 0 || alert.limit != 0 { text += ": \(alert.value) against \(alert.limit)" }
        return EventLine(time: time, code: alert.error.name, severity: alert.severity, text: text)
    }

    private func describe(_ change: SwitchChange, at time: Nanoseconds) -> EventLine {
        let name: String
        switch change.subject {
        case .strategy: name = "strategy \(strategy(StrategyID(UInt8(truncatingIfNeeded: change.index))))"
        case .instrument: name = symbol(InstrumentID(change.index))
        }
        let by = change.operatorID == Command.engineOperator ? "by the engine" : "by uid \(change.operatorID)"
        let why = change.reason == .none || change.isOn ? "" : " for \(change.reason.name)"
        return EventLine(
            time: time, code: change.isOn ? "SWITCHED_ON" : "SWITCHED_OFF", severity: change.isOn ? .info : .warning,
            text: "\(name) \(change.isOn ? "on" : "off") \(by)\(why)")
    }

    private func describe(_ result: CommandResult, at time: Nanoseconds) -> EventLine {
        if result.command.kind == .limit, result.command.operatorID == Command.engineOperator,
            let subject = LimitSubject(word: result.command.subject)
        {
            return EventLine(
                time: time, code: "LIMIT_ENDED", severity: .info,
                text: "\(subject.key.name) is as configured again for \(subject.instrument.map(symbol) ?? "all")")
        }
        var text = "\(result.command.kind.name) by \(Self.person(result.command.operatorID)) "
            + "\(result.accepted ? "accepted" : "refused"), now \(result.state.name)"
        if !result.missing.isEmpty { text += "; missing: \(result.missing.names.joined(separator: ", "))" }
        if result.precedent != Command.engineOperator, result.precedent != result.command.operatorID {
            text += "; a second operator: the step before was uid \(result.precedent)'s"
        }
        return EventLine(
            time: time, code: result.accepted ? "COMMAND" : "COMMAND_REFUSED",
            severity: result.accepted ? .info : .warning, text: text)
    }

    private func describe(_ review: IntentReview, at time: Nanoseconds) -> EventLine {
        let side = review.intent.side == .buy ? "buy" : "sell"
        let verdict = Verdict(
            intent: review.intent, verdict: review.verdict, value: review.value, limit: review.limit, strategyVersion: 0)
        return EventLine(
            time: time, code: "REVIEW", severity: review.id == 0 ? .warning : .info,
            text: "\(Self.person(review.operatorID)) asks to \(side) \(review.intent.quantity) "
                + "\(symbol(review.intent.instrument)) at \(review.intent.price): \(review.verdict.name)"
                + Self.numbers(verdict) + (review.id == 0 ? "" : ", waits for confirm \(review.id)"))
    }

    private static func person(_ id: UInt32) -> String { id == Command.engineOperator ? "the engine" : "uid \(id)" }

    /// The instrument's name, or its index where the run has no name for it.
    package func symbol(_ id: InstrumentID) -> String {
        id.index < symbols.count ? symbols[id.index] : "instrument \(id.raw)"
    }

    /// The strategy's name, or its index where the run has no name for it.
    package func strategy(_ id: StrategyID) -> String {
        id.index < strategies.count ? strategies[id.index] : "\(id.raw)"
    }

    package func order(_ id: ClientOrderID) -> String {
        if id.isNone { return "(foreign)" }
        return orderIDs?.text(id).string ?? "\(id.run)-\(id.sequence)"
    }
}

extension CommandKind {
    /// The verb an operator types.
    package var name: String {
        switch self {
        case .stage: return "stage"
        case .arm: return "arm"
        case .confirm: return "confirm"
        case .disarm: return "disarm"
        case .stop: return "stop"
        case .kill: return "kill"
        case .flatten: return "flatten"
        case .unlatch: return "unlatch"
        case .limit: return "limit"
        case .strategyOff: return "strategy off"
        case .strategyOn: return "strategy on"
        case .instrumentOff: return "instrument off"
        case .instrumentOn: return "instrument on"
        case .stalled: return "stalled"
        case .resolve: return "resolve"
        case .incident: return "incident"
        case .confirmIntent: return "confirm (one order)"
        case .cancelOrder: return "cancel"
        case .failover: return "failover"
        case .recall: return "recall"
        case .intent: return "intent"
        case .seed: return "seed"
        case .carryPosition: return "carry position"
        case .carryDay: return "carry day"
        case .carryBalance: return "carry balance"
        case .carried: return "carried"
        case .acceptBalance: return "accept"
        case .carryStrategy: return "carry strategy"
        case .carryStrategyResult: return "carry strategy's result"
        }
    }
}

import Model
import Units

extension RunConfiguration {
    /// Every setting that has a meaning, by its dotted path, with units: what an operator approves, and what the next
    /// approval is compared with. Covers all that `canonicalText` covers. Holds names of variables, never their values.
    package var facts: [(key: String, value: String)] {
        var facts: [(key: String, value: String)] = [
            ("mode", mode.name), ("preset", preset?.rawValue ?? "none"), ("run.name", name), ("run.directory", directory),
            ("venue.kind", venue.kind), ("venue.market_data", venue.marketData.url), ("venue.orders", venue.orders.url),
            ("venue.rest", venue.rest.url), ("venue.ca_file", venue.caFile ?? "system"),
            ("venue.client_id_prefix", venue.clientIDPrefix),
        ]
        if let rule = venue.cancelSwitch {
            facts.append(
                ("venue.cancel_switch",
                    "the venue cancels everything after \(Self.text(rule.period)), refreshed every \(Self.text(rule.interval)), "
                        + "no new risk after \(Self.text(rule.maxAge))"))
        }
        facts += venue.feeAssets.map { ("venue.fee_assets.\($0.name)", "\($0.price) \(instruments[0].quote) each, rounded up") }
        if let account = venue.account {
            facts.append(("venue.account", "\(account.apiKeyVariable), \(account.method.rawValue) \(account.keyVariable)"))
            if let number = account.number { facts.append(("venue.account.number", "\(number)")) }
        }
        if let second = venue.secondaryFeed {
            facts.append(
                ("venue.secondary_feed", "\(second.endpoint.url), behind at most \(Self.text(second.maxLag)), back after "
                    + "\(Self.text(second.switchBackAfter)), \(second.maxSwitchesPerMinute) switches a minute, contradiction after "
                    + "\(Self.text(second.disagreeAfter)) or beyond \(second.disagreeBps) bps"))
        }
        for (index, server) in venue.failover.enumerated() {
            facts.append(
                ("venue.failover.\(index)", "orders \(server.orders.url), REST \(server.rest?.url ?? venue.rest.url), after "
                    + "\(venue.failoverAfter) failed attempts"))
        }
        for instrument in instruments {
            let rules = instrument.rules.map {
                "tick \($0.tickSize), lot \($0.lotSize), from \($0.minQuantity) to \($0.maxQuantity), at least \($0.minNotional)"
            }
            facts.append(
                ("instruments.\(instrument.symbol)", "\(instrument.base) against \(instrument.quote), \(rules ?? "rules from venue")"))
        }
        for (index, strategy) in strategies.enumerated() {
            let path = "strategies.\(index).\(strategy.name)"
            facts.append((path, "trades \(instruments[strategy.instrument.index].symbol)"))
            facts += strategy.parameters.map { ("\(path).\($0.name)", Self.text($0)) }
        }
        let reasons = Dictionary(unlimited.map { ($0.name, $0.reason) }, uniquingKeysWith: { first, _ in first })
        for rule in LimitRule.all {
            let value = rule.value(limits, base: instruments[0].base, quote: instruments[0].quote)
            facts.append(("limits.\(rule.name)", reasons[rule.name].map { "NO LIMIT, because: \($0)" } ?? value))
        }
        facts += [
            ("feed.stale_after", Self.text(feedStaleAfter)), ("timeouts.request", Self.text(timeouts.request)),
            ("timeouts.heartbeat", Self.text(timeouts.heartbeat)), ("timeouts.guard", Self.text(timeouts.guardSilence)),
            ("control.socket", controlSocket), ("journal.directory", journal.directory),
            ("journal.segment_size", "\(journal.segmentBytes) B"), ("journal.sync_interval", Self.text(journal.syncInterval)),
        ]
        for runner in topology.runners {
            facts.append(
                ("topology.\(runner.name)", "core \(runner.core), \(runner.idle): \(runner.agents.joined(separator: ", "))"))
        }
        return facts + operatorFacts
    }
}

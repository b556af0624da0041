import Model
import Units

extension RunConfiguration {
    /// What the configuration means, in plain sentences; `needletail check` prints them.
    package func explain() -> [String] {
        [explainMode] + explainPreset + [explainVenue] + explainTrading + explainLimits + explainMachine
            + explainOperator + notes.map { "Note: \($0)." }
            + ["The configuration's hash is \(hashText)."]
    }

    private var explainMode: String {
        let meaning: String
        switch mode {
        case .live: meaning = "orders are sent to the venue once a person has armed the engine"
        case .shadow: meaning = "decisions are made on live data and nothing is sent; no key is read"
        case .dryRun: meaning = "orders go to a simulated venue inside the process; no key is read"
        case .backtest: meaning = "recorded data meets a simulated venue; no key is read"
        case .replay: meaning = "a journal is replayed and its decisions are compared; no key is read"
        }
        return "Run '\(name)' is in mode \(mode.name): \(meaning)."
    }

    private var explainPreset: [String] {
        guard let preset else { return [] }
        let quote = instruments[0].quote
        let list = preset.lines(quote: quote).map { "\($0.name) \($0.text)" }.joined(separator: ", ")
        return ["The preset \(preset.rawValue) has ceilings built in that nothing can raise: \(list)."]
    }

    private var explainVenue: String {
        var text = "It trades on \(venue.kind): market data from \(venue.marketData.url), orders over "
            + "\(venue.orders.url), REST at \(venue.rest.url), certificates checked against "
            + (venue.caFile.map { "\($0)" } ?? "the system's authorities") + "."
        if venue.ownsTLSRecords {
            text += " TLS records are the engine's own where the cipher is AES-GCM of TLS 1.3, OpenSSL's otherwise."
        }
        if let account = venue.account, mode == .live {
            text += " Requests are signed by \(account.method.rawValue) with keys from the environment variables "
                + "\(account.apiKeyVariable) and \(account.keyVariable)."
            if let number = account.number {
                text += " The key has to be that of account number \(number) by the venue's own word, or nothing is traded."
            }
        }
        for asset in venue.feeAssets {
            text += " A fee in \(asset.name) counts as \(asset.price) \(instruments[0].quote) each, rounded up."
        }
        text += " A fee in an asset \(venue.feeAssets.isEmpty ? "" : "else ")that an instrument does not trade leads to SAFE: "
            + "no limit of loss could see it."
        if let second = venue.secondaryFeed {
            text += " A second feed from \(second.endpoint.url) is watched and used when the first one is gone, in doubt or "
                + "\(Self.text(second.maxLag)) behind; the first one is used again after \(Self.text(second.switchBackAfter)) "
                + "without a fault."
        }
        if !venue.failover.isEmpty {
            text += " After \(venue.failoverAfter) failed attempts orders go to the next of "
                + venue.failover.map(\.orders.url).joined(separator: ", ") + "."
        }
        return text + " Its orders are named \(venue.clientIDPrefix)…; no other engine on the account may use that prefix."
    }

    private var explainTrading: [String] {
        instruments.map { instrument in
            let rules = instrument.rules.map {
                "prices in steps of \($0.tickSize), quantities in steps of \($0.lotSize)"
            }
            return "\(instrument.symbol) is \(instrument.base) against \(instrument.quote), "
                + (rules ?? "with the rules the venue gives at start") + "."
        } + strategies.map { strategy in
            let values = strategy.parameters.map { "\($0.name) \(Self.text($0))" }.joined(separator: ", ")
            return "Strategy \(strategy.name) trades \(instruments[strategy.instrument.index].symbol)"
                + (values.isEmpty ? "." : " with \(values).")
                + (strategy.isShadow ? " It is in SHADOW: its intents are judged and recorded, never sent." : "")
        }
    }

    private var explainLimits: [String] {
        let base = instruments[0].base
        let quote = instruments[0].quote
        let off = Set(unlimited.map(\.name))
        return LimitRule.all.filter { !off.contains($0.name) }.map { $0.explain(limits, base: base, quote: quote) }
            + unlimited.map { "There is NO limit \($0.name), because: \($0.reason)." } + explainOwnLimits
    }

    private var explainOwnLimits: [String] {
        instruments.flatMap { instrument -> [String] in
            guard let own = instrument.limits else { return [] }
            let off = Set(own.unlimited.map(\.name))
            return LimitRule.all.filter { own.written.contains($0.name) && !off.contains($0.name) }.map {
                "For \(instrument.symbol) alone: " + $0.explain(own.values, base: instrument.base, quote: instrument.quote)
            } + own.unlimited.map { "For \(instrument.symbol) there is NO limit \($0.name), because: \($0.reason)." }
        }
    }

    private var explainMachine: [String] {
        let threads = topology.runners.map {
            "'\($0.name)' on core \($0.core) (\($0.idle)) runs \($0.agents.joined(separator: ", "))"
        }
        return [
            "Threads: \(threads.joined(separator: "; ")).",
            "A request unanswered for \(Self.text(timeouts.request)) leaves its order unknown. The feed is stale after "
                + "\(Self.text(feedStaleAfter)). The engine beats every \(Self.text(timeouts.heartbeat)); after "
                + "\(Self.text(timeouts.guardSilence)) of silence the guard cancels everything.",
            "The journal is in \(journal.directory), in segments of \(journal.segmentBytes) bytes, on disk within "
                + "\(Self.text(journal.syncInterval)). The control socket is \(controlSocket).",
        ]
    }

    static func text(_ parameter: StrategyParameter) -> String {
        switch parameter.kind {
        case .decimal: return Quantity(raw: parameter.raw).description
        case .duration: return text(Nanoseconds(raw: parameter.raw))
        }
    }

    /// A span with the largest unit that keeps it whole.
    static func text(_ span: Nanoseconds) -> String {
        for (unit, size) in [("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", Int64(1000))]
        where span.raw % size == 0 {
            return "\(span.raw / size)\(unit)"
        }
        return "\(span.raw)ns"
    }
}

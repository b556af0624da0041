import Model
import Units

extension RunSummary {
    /// A summary from the JSON of `json`; `nil` when a member is missing or of another form.
    package init?(json: JSONValue) {
        self.init()
        func count(_ key: String) -> UInt64? { json[key]?.integer.flatMap { UInt64(exactly: $0) } }
        func counts(_ key: String) -> [String: UInt64]? {
            guard case .object(let members)? = json[key] else { return nil }
            var found: [String: UInt64] = [:]
            for member in members {
                guard let value = member.value.integer.flatMap({ UInt64(exactly: $0) }) else { return nil }
                found[member.key] = value
            }
            return found
        }
        func money<F: FixedPoint>(_ key: String) -> F? { json[key]?.string.flatMap { try? F($0) } }
        func hash(_ key: String) -> UInt64? { json[key]?.string.flatMap { UInt64($0, radix: 16) } }
        guard let modeName = json["mode"]?.string, let mode = RunMode.allCases.first(where: { $0.name == modeName }),
            let symbol = json["symbol"]?.string, let build = json["build"]?.string,
            let configHash = hash("config_hash"), let ticks = count("ticks"), let intents = count("intents"),
            let ordersSent = count("orders_sent"), let cancels = count("cancels"), let fills = count("fills"),
            let rejects = counts("rejects"), let riskRejects = counts("risk_rejects"),
            let open = json["open_orders_at_end"], open == .null || open.integer != nil,
            let position: Quantity = money("position"),
            let positionMatches = json["position_matches_venue"]?.bool,
            let balancesMatch = json["balances_match_venue"]?.bool, let fees: Notional = money("fees"),
            let realised: Notional = money("pnl_realised"), let net: Notional = money("pnl_net"),
            let records = count("journal_records"), let verified = json["journal_verified"]?.bool,
            let live = hash("decision_hash_live"), let replay = hash("decision_hash_replay"),
            let funding: Notional = money("funding"), let rows = json["instruments"]?.array,
            let latencyJSON = json["latency_ns"], let latencies = LatencyTable(json: latencyJSON)
        else { return nil }
        self.mode = mode
        self.symbol = symbol
        self.build = build
        self.configHash = configHash
        self.ticks = ticks
        self.intents = intents
        self.ordersSent = ordersSent
        self.cancels = cancels
        self.fills = fills
        self.rejects = rejects
        self.riskRejects = riskRejects
        // Older summaries have none.
        quarantined = counts("quarantined") ?? [:]
        openOrdersAtEnd = open.integer.map { Int($0) }
        self.position = position
        positionMatchesVenue = positionMatches
        balancesMatchVenue = balancesMatch
        venueUntouched = json["venue_untouched"]?.bool
        self.fees = fees
        self.realised = realised
        self.net = net
        journalRecords = records
        journalVerified = verified
        decisionHashLive = live
        decisionHashReplay = replay
        hotAllocations = count("hot_allocations")
        self.funding = funding
        instruments = rows.compactMap { InstrumentLine.fields.value(InstrumentLine(), from: $0) }
        guard instruments.count == rows.count else { return nil }
        self.latencies = latencies
    }
}

import Model
import Units

/// How a run ended, as `needletail demo` prints it and `--json` writes it. The names in `json` are stable.
package struct RunSummary: Sendable {
    package var mode: RunMode = .live
    package var symbol = ""
    /// Market events that reached the core.
    package var ticks: UInt64 = 0
    package var intents: UInt64 = 0
    package var ordersSent: UInt64 = 0
    package var cancels: UInt64 = 0
    package var fills: UInt64 = 0
    /// Refusals by the venue, by `ErrorCode.name`.
    package var rejects: [String: UInt64] = [:]
    /// Refusals by the risk gate, by `RiskVerdict.name`.
    package var riskRejects: [String: UInt64] = [:]
    /// Messages that were not believed and kept to be looked at, by link and reason.
    package var quarantined: [String: UInt64] = [:]
    /// Orders of ours by the venue's last answer; `nil` when it could not be asked.
    package var openOrdersAtEnd: Int?
    package var position = Quantity.zero
    package var positionMatchesVenue = false
    package var balancesMatchVenue = false
    /// In a mode that must not send: whether the venue saw no order, no trade and no change; `nil` when not asked.
    package var venueUntouched: Bool?
    package var fees = Notional.zero
    package var realised = Notional.zero
    /// Received less paid; zero on a spot venue, which has none.
    package var funding = Notional.zero
    /// Profit and loss of each.
    package var instruments: [InstrumentLine] = []
    package var net = Notional.zero
    package var journalRecords: UInt64 = 0
    package var journalVerified = false
    package var decisionHashLive: UInt64 = 0
    package var decisionHashReplay: UInt64 = 0
    /// Heap allocations on the hot threads in steady state; `nil` when the run was too short to get warm, or they were
    /// not counted.
    package var hotAllocations: UInt64?
    package var latencies = LatencyTable()
    package var duration = Nanoseconds.zero
    package var seed: UInt64 = 0
    package var build = ""
    package var configHash: UInt64 = 0

    package init() {}

    package var hashesMatch: Bool { decisionHashLive == decisionHashReplay }

    /// What is wrong with the end of the run, one sentence each; empty is a run that may exit with 0.
    package var failures: [String] {
        var found = venueFailures
        if venueUntouched == false { found.append("something reached the venue although nothing may be sent") }
        if mode != .live, venueUntouched == nil { found.append("the venue was not asked whether anything reached it") }
        if !journalVerified { found.append("the journal does not verify") }
        if !hashesMatch { found.append("the replay decided differently from the live run") }
        return found
    }

    /// Those of `failures` that concern the account: what the engine itself can know at its end.
    package var venueFailures: [String] {
        guard let openOrdersAtEnd else {
            return ["the venue could not be asked: neither its open orders nor its balances are known"]
        }
        var found: [String] = []
        if openOrdersAtEnd != 0 { found.append("\(openOrdersAtEnd) orders are still open at the venue") }
        if !positionMatchesVenue { found.append("the position differs from the venue's") }
        if !balancesMatchVenue { found.append("the balances differ from the venue's") }
        return found
    }

    /// Keys in a fixed order, objects by code in alphabetical order, money as decimal strings.
    package var json: JSONValue {
        .make([
            "mode": .string(mode.name), "symbol": .string(symbol), "build": .string(build),
            "config_hash": .hash(configHash), "seed": .string(String(seed)), "duration_s": .number(durationText),
            "ticks": .count(ticks), "intents": .count(intents), "orders_sent": .count(ordersSent),
            "cancels": .count(cancels), "fills": .count(fills), "rejects": Self.byCode(rejects),
            "risk_rejects": Self.byCode(riskRejects), "quarantined": Self.byCode(quarantined),
            "open_orders_at_end": openOrdersAtEnd.map { .integer(Int64($0)) } ?? .null,
            "position": .money(position), "position_matches_venue": .bool(positionMatchesVenue),
            "balances_match_venue": .bool(balancesMatchVenue),
            "venue_untouched": venueUntouched.map { .bool($0) } ?? .null, "fees": .money(fees),
            "pnl_realised": .money(realised), "pnl_net": .money(net), "funding": .money(funding),
            "instruments": .array(instruments.map(\.json)), "journal_records": .count(journalRecords),
            "journal_verified": .bool(journalVerified), "decision_hash_live": .hash(decisionHashLive),
            "decision_hash_replay": .hash(decisionHashReplay),
            "hot_allocations": hotAllocations.map { .count($0) } ?? .null,
            "latency_ns": latencies.json,
            "ok": .bool(failures.isEmpty), "failures": .array(failures.map { .string($0) }),
        ])
    }

    /// `json` as indented text with a final newline.
    package var jsonText: String { json.text(pretty: true) + "\n" }

    /// Seconds with three decimals.
    package var durationText: String {
        let milliseconds = duration.milliseconds
        let fraction = String(milliseconds.magnitude % 1000)
        return "\(milliseconds < 0 ? "-" : "")\(milliseconds.magnitude / 1000)."
            + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    private static func byCode(_ counts: [String: UInt64]) -> JSONValue {
        .object(counts.sorted { $0.key < $1.key }.map { JSONMember($0.key, .count($0.value)) })
    }
}

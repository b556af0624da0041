import Model
import Testing
import Units

@testable import Telemetry

@Suite struct TelemetryTests {
    static func limits() throws -> RiskLimits {
        RiskLimits(
            maxOrderQuantity: try Quantity("0.5"), maxOrderNotional: try Notional("50000"),
            maxPosition: try Quantity("2"), maxOpenOrders: 8, priceCollarBps: 50,
            maxDataAge: Nanoseconds(milliseconds: 500), maxOrdersPerSecond: 20, maxOrdersPerMinute: 300,
            maxDailyLoss: try Notional("250"))
    }

    @Test func `a status document survives its JSON`() throws {
        var engine = EngineStatus()
        engine.state = .live
        engine.bidPrice = try Price("61837.63")
        engine.position = try Quantity("-0.00000001")
        engine.mandateHash = .max
        engine.decisionHash = 0xF00D
        var document = StatusDocument(engine: engine, limits: try Self.limits())
        document.latencies = LatencyTable([LatencySummary(stage: "decode", count: 3, p50: 1, p99: 2, p999: 3, max: 4)])
        document.events = [EventLine(time: .zero, code: "FILL", severity: .critical, text: "a \"b\"\n\u{1F}é", repeats: 2)]
        document.links = [LinkLine(name: "market", state: .up, verdict: "healthy", age: Nanoseconds(raw: 7))]
        document.names.strategies = ["quoter"]
        document.keepers.latched = true
        let text = document.json.text()
        let back = try #require(StatusDocument(json: try JSONValue(parsing: text)))
        #expect(back.json.text() == text)
        #expect(back.engine.position == engine.position)
        #expect(back.engine.mandateHash == .max)
        #expect(back.events == document.events)
        #expect(try JSONValue(parsing: document.json.text(pretty: true)) == document.json)
    }

    @Test func `a document with a part missing is refused`() throws {
        let document = StatusDocument(engine: EngineStatus(), limits: try Self.limits())
        guard case .object(let members) = document.json else { return #expect(Bool(false)) }
        for index in members.indices where members[index].key != "net" {
            var fewer = members
            fewer.remove(at: index)
            #expect(StatusDocument(json: .object(fewer)) == nil, "without \(members[index].key)")
        }
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "01", "-", "1.", "1e", "\"\\x\"", "\"\\ud800\"", "tru", "{\"a\":1,\"a\":2}",
        "1 2", "\"\u{1}\"", "nul", "[1 2]", "{1:2}", "+1", ".5",
    ]) func `text that is not JSON is refused`(text: String) {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
    }

    @Test func `strings and numbers of JSON are read exactly`() throws {
        #expect(try JSONValue(parsing: #""\u00e9\ud83d\ude00\n\/""#) == .string("é😀\n/"))
        #expect(try JSONValue(parsing: "-9223372036854775808") == .integer(.min))
        #expect(try JSONValue(parsing: "9223372036854775808") == .number("9223372036854775808"))
        #expect(try JSONValue(parsing: " [0, -0.5e+3 ] ") == .array([.integer(0), .number("-0.5e+3")]))
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: deep) }
    }

    @Test func `the event log keeps the newest lines and counts repeats`() {
        var log = EventLog(capacity: 3)
        for number in 1...5 { log.append(.zero, "N\(number)", .info, "") }
        #expect(log.lines.map(\.code) == ["N3", "N4", "N5"])
        log.append(Nanoseconds(raw: 9), "N5", .info, "")
        #expect(log.last(1) == [EventLine(time: Nanoseconds(raw: 9), code: "N5", severity: .info, text: "", repeats: 2)])
        #expect(log.last(99).count == 3)
        #expect(log.written == 6)
    }

    @Test func `decisions become lines with their codes and routine ones do not`() throws {
        var log = EventLog(symbols: ["BTCUSDT"], orderIDs: ClientOrderIDFormat(prefix: "nt-"))
        let order = ClientOrderID(run: 1, sequence: 2)
        let instrument = InstrumentID(0)
        log.note(StateChange(from: .live, to: .safe, error: .wsStale), at: .zero)
        log.note(Alert(severity: .critical, error: .positionMismatch, instrument: instrument, client: .none, value: 1, limit: 2), at: .zero)
        log.note(OrderTransition(client: order, instrument: instrument, from: .pendingNew, to: .rejected, error: .rateLimited, filled: .zero), at: .zero)
        log.note(OrderTransition(client: order, instrument: instrument, from: .pendingNew, to: .open, error: .none, filled: .zero), at: .zero)
        let intent = Intent(kind: .place, strategy: StrategyID(0), instrument: instrument, side: .buy, timeInForce: .postOnly, price: try Price("1"), quantity: try Quantity("1"), client: .none)
        log.note(.verdict(Verdict(intent: intent, verdict: .position, value: fixedPointUnit, limit: 0, strategyVersion: 0)), at: .zero)
        log.note(.verdict(Verdict(intent: intent, verdict: .passed, value: 0, limit: 0, strategyVersion: 0)), at: .zero)
        #expect(log.lines.map(\.code) == ["WS_STALE", "POSITION_MISMATCH", "RATE_LIMITED", "MAX_POSITION"])
        #expect(log.lines.map(\.severity) == [.critical, .critical, .warning, .warning])
        #expect(log.lines[0].text == "LIVE -> SAFE")
        #expect(log.lines[2].text == "BTCUSDT order nt-00000010000002 refused by the venue")
        #expect(log.lines[3].text.hasSuffix("1 against 0"))
    }

    @Test func `a run summary has its stable names in a fixed order`() throws {
        var summary = RunSummary()
        summary.rejects = ["RATE_LIMITED": 2, "INVALID_ORDER": 1]
        summary.duration = Nanoseconds(milliseconds: 30_045)
        summary.fees = try Notional("0.00000001")
        guard case .object(let members) = summary.json else { return #expect(Bool(false)) }
        #expect(
            members.map(\.key) == [
                "mode", "symbol", "build", "config_hash", "seed", "duration_s", "ticks", "intents", "orders_sent",
                "cancels", "fills", "rejects", "risk_rejects", "quarantined", "open_orders_at_end", "position",
                "position_matches_venue", "balances_match_venue", "venue_untouched", "fees", "pnl_realised", "pnl_net",
                "funding", "instruments",
                "journal_records", "journal_verified", "decision_hash_live", "decision_hash_replay",
                "hot_allocations", "latency_ns", "ok", "failures",
            ])
        #expect(summary.json["rejects"]?.text() == #"{"INVALID_ORDER":1,"RATE_LIMITED":2}"#)
        #expect(summary.json["duration_s"] == .number("30.045"))
        #expect(summary.json["fees"] == .string("0.00000001"))
        #expect(summary.json["hot_allocations"] == .null)
        #expect(summary.json["open_orders_at_end"] == .null)
        #expect(summary.failures.contains { $0.hasPrefix("the venue could not be asked") })
        #expect(RunSummary(json: summary.json)?.openOrdersAtEnd == nil)
        #expect(RunSummary(json: summary.json) != nil)
        summary.openOrdersAtEnd = 0
        #expect(summary.failures.count == 3)
        summary.decisionHashReplay = 1
        summary.openOrdersAtEnd = 1
        #expect(summary.failures.count == 5)
        #expect(try JSONValue(parsing: summary.jsonText)["ok"] == .bool(false))
    }
}

import Model
import Telemetry
import Testing
import Units

@testable import Control

@Suite struct ControlRequestTests {
    static let everyVerb: [ControlVerb] = [
        .status, .stage(lifetime: Nanoseconds(seconds: 60)), .arm(hash: 0xABC, within: Nanoseconds(seconds: 5)),
        .confirm(hash: .max), .disarm, .stop(reason: "lunch"), .start, .kill(reason: ""), .flatten(reason: "x"),
        .orders, .positions, .fills(limit: 3), .latency, .memory, .watch(interval: Nanoseconds(milliseconds: 250)),
        .unlatch(reason: "checked"), .help, .limits,
        .limit(name: "max_position", value: "0.1", symbol: "BTCUSDT", lifetime: Nanoseconds(seconds: 60), reason: "calm"),
        .limit(name: "max_position", value: "0.1", symbol: nil, lifetime: Nanoseconds(seconds: 60), reason: "calm"),
        .switches(.strategy), .switches(.instrument), .feeds,
        .turn(.strategy, name: "quoter", isOn: false, reason: "odd quotes"),
        .turn(.instrument, name: "BTCUSDT", isOn: true, reason: "calm again"),
        .incident(text: "a bad parameter, put right"), .checklist, .accept(symbol: "BTCUSDT", reason: "a deposit"),
        .intent(
            side: .sell, symbol: "BTCUSDT", quantity: Quantity(raw: 1), price: Price(raw: 5_000_000_000_001), timeInForce: .postOnly),
        .confirmIntent(intent: 7, hash: 0xABC), .cancel(clientID: "nt1-0000000000000001"),
    ]

    @Test(arguments: everyVerb) func `every verb is read back from what a client writes`(verb: ControlVerb) throws {
        let request = ControlRequest(id: .integer(4), verb: verb)
        #expect(try ControlRequest(line: Array(request.json.text().utf8)) == request)
    }

    @Test func `arguments left out have their defaults`() throws {
        func parse(_ text: String) throws -> ControlVerb { try ControlRequest(line: Array(text.utf8)).verb }
        #expect(try parse(#"{"verb":"stage"}"#) == .stage(lifetime: Nanoseconds(seconds: 3600)))
        #expect(try parse(#"{"verb":"fills"}"#) == .fills(limit: 50))
        #expect(try parse(#"{"verb":"watch"}"#) == .watch(interval: Nanoseconds(seconds: 1)))
        #expect(
            try parse(#"{"verb":"arm","hash":"0123-4567 89AB cdef"}"#)
                == .arm(hash: 0x0123_4567_89AB_CDEF, within: Nanoseconds(seconds: 60)))
    }

    @Test(arguments: [
        ("nonsense", "byte 1"), ("[1]", "the line"), ("{}", "verb"), (#"{"verb":1}"#, "verb"),
        (#"{"verb":"sell"}"#, "verb"), (#"{"verb":"status","x":1}"#, "status.x"),
        (#"{"verb":"arm"}"#, "arm.hash"), (#"{"verb":"confirm","hash":"12"}"#, "confirm.hash"),
        (#"{"verb":"confirm","hash":"+123456789abcdef"}"#, "confirm.hash"),
        (#"{"verb":"stage","lifetime_s":0}"#, "stage.lifetime_s"),
        (#"{"verb":"stage","lifetime_s":1.5}"#, "stage.lifetime_s"),
        (#"{"verb":"stage","lifetime_s":86401}"#, "stage.lifetime_s"),
        (#"{"verb":"incident"}"#, "incident.text"), (#"{"verb":"cancel"}"#, "cancel.client_id"),
        (#"{"verb":"confirm","intent":0,"hash":"0123456789abcdef"}"#, "confirm.intent"),
        (#"{"verb":"intent","side":"HOLD","symbol":"X","quantity":"1","price":"1"}"#, "intent.side"),
        (#"{"verb":"intent","symbol":"X","quantity":"1","price":"1"}"#, "intent.side"),
        (#"{"verb":"intent","side":"BUY","symbol":"X","quantity":1,"price":"1"}"#, "intent.quantity"),
        (#"{"verb":"intent","side":"BUY","symbol":"X","quantity":"0","price":"1"}"#, "intent.quantity"),
        (#"{"verb":"intent","side":"BUY","symbol":"X","quantity":"-1","price":"1"}"#, "intent.quantity"),
        (#"{"verb":"intent","side":"BUY","symbol":"X","quantity":"1","price":"1e3"}"#, "intent.price"),
        (#"{"verb":"intent","side":"BUY","symbol":"X","quantity":"1","price":"1","time_in_force":"DAY"}"#, "intent.time_in_force"),
        (#"{"verb":"unlatch"}"#, "unlatch.reason"), (#"{"verb":"limit"}"#, "limit.name"),
        (#"{"verb":"limit","name":"max_position","value":"1"}"#, "limit.reason"), (#"{"verb":"unlatch","reason":"  "}"#, "unlatch.reason"),
        (#"{"verb":"kill","reason":"\u001b[2J"}"#, "kill.reason"), (#"{"verb":"quarantined"}"#, "verb"),
        (#"{"verb":"strategy","to":"off"}"#, "strategy.name"),
        (#"{"verb":"strategy","name":"q","reason":"r"}"#, "strategy.to"),
        (#"{"verb":"strategy","name":"q","to":"maybe","reason":"r"}"#, "strategy.to"),
        (#"{"verb":"instrument","name":"q","to":"on"}"#, "instrument.reason"),
        (#"{"verb":"status","id":[1]}"#, "id"), (#"{"verb":"status","verb":"kill"}"#, "byte 23"),
    ]) func `a refused line names the place, the cause and the cure`(text: String, place: String) {
        do {
            let request = try ControlRequest(line: Array(text.utf8))
            Issue.record("read as \(request)")
        } catch {
            #expect(error.error.place == place)
            #expect(!error.error.cause.isEmpty && !error.error.cure.isEmpty)
        }
    }

    @Test func `a refusal is answered to the id it came with`() {
        do {
            _ = try ControlRequest(line: Array(#"{"id":"q7","verb":"arm"}"#.utf8))
            Issue.record("arm without a hash was read")
        } catch {
            #expect(error.id == .string("q7"))
        }
    }

    @Test func `mutated lines never trap and what is read is written and read again the same`() throws {
        var seed = UInt64.random(in: 1...UInt64.max)
        print("ControlRequestTests fuzz seed \(seed)")
        func next() -> UInt64 {
            seed &+= 0x9E37_79B9_7F4A_7C15
            var z = seed
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        let lines = Self.everyVerb.map { Array(ControlRequest(id: .integer(1), verb: $0).json.text().utf8) }
        var read = 0
        for _ in 0..<20_000 {
            var line = lines[Int(next() % UInt64(lines.count))]
            for _ in 0..<next() % 4 {
                if line.isEmpty { break }
                let index = Int(next() % UInt64(line.count))
                switch next() % 3 {
                case 0: line[index] = UInt8(truncatingIfNeeded: next())
                case 1: line.remove(at: index)
                default: line.insert(UInt8(truncatingIfNeeded: next()), at: index)
                }
            }
            guard let request = try? ControlRequest(line: line) else { continue }
            read += 1
            #expect(try ControlRequest(line: Array(request.json.text().utf8)) == request)
        }
        #expect(read > 1000)
    }
}

@Suite struct MandateTests {
    @Test func `any part that changes changes the hash`() {
        let base = FakeEngine.mandate()
        let changes: [(String, (inout Mandate) -> Void)] = [
            ("build", { $0.build = "b2" }), ("config", { $0.configHash = 8 }), ("mode", { $0.mode = .shadow }),
            ("account", { $0.account = "desk-2" }), ("venue", { $0.venue = "other" }),
            ("symbols", { $0.symbols = ["ETHUSDT"] }), ("more symbols", { $0.symbols.append("ETHUSDT") }),
            ("split symbol", { $0.symbols = ["BTC", "USDT"] }),
            ("strategy", { $0.strategies[0].name = "taker" }), ("version", { $0.strategies[0].versionHash = 10 }),
            ("no strategy", { $0.strategies = [] }), ("lifetime", { $0.lifetime = Nanoseconds(seconds: 3601) }),
            ("order size", { $0.limits.maxOrderQuantity = Quantity(raw: 1) }),
            ("order notional", { $0.limits.maxOrderNotional = Notional(raw: 1) }),
            ("position", { $0.limits.maxPosition = Quantity(raw: 1) }), ("open", { $0.limits.maxOpenOrders = 9 }),
            ("collar", { $0.limits.priceCollarBps = 51 }), ("age", { $0.limits.maxDataAge = Nanoseconds(raw: 1) }),
            ("per second", { $0.limits.maxOrdersPerSecond = 21 }),
            ("per minute", { $0.limits.maxOrdersPerMinute = 301 }),
            ("loss", { $0.limits.maxDailyLoss = Notional(raw: 1) }),
        ]
        var seen: Set<UInt64> = [base.hash]
        for (part, change) in changes {
            var mandate = base
            change(&mandate)
            #expect(seen.insert(mandate.hash).inserted, "\(part)")
            #expect(mandate.words != base.words || part == "split symbol", "the words say \(part)")
        }
        #expect(FakeEngine.mandate().hash == base.hash)
    }

    @Test func `a hash is shown in groups of four and read back`() {
        #expect(Mandate.display(0xAB) == "0000 0000 0000 00ab")
        for hash: UInt64 in [0, 1, 0x0123_4567_89AB_CDEF, .max] {
            #expect(Mandate.parse(Mandate.display(hash)) == hash)
        }
        for text in ["", "1234", "0123 4567 89ab cdeg", "0123 4567 89ab cdef0"] { #expect(Mandate.parse(text) == nil) }
    }
}

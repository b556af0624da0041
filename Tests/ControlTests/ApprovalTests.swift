import Model
import Telemetry
import Testing
import Units

@testable import Control

@Suite struct ApprovalTests {
    private let approval = Approval(
        time: 1_763_735_000, operatorID: 1000, hash: 0xABC,
        facts: [.init("mode", "LIVE"), .init("limits.max_position", "0.1 BTC"), .init("old.key", "x")])

    @Test func `An approval is read back as it was written`() {
        #expect(Approval(text: approval.text) == approval)
    }

    @Test func `A file that was cut or changed is no approval`() {
        let text = Array(approval.text.utf8)
        for length in 0..<(text.count - 1) {
            #expect(Approval(text: String(decoding: text[..<length], as: UTF8.self)) == nil, "cut at \(length)")
        }
        #expect(Approval(text: approval.text.replacing("old.key\tx\n", with: "")) == nil, "a line is gone")
        #expect(Approval(text: approval.text.replacing("approval 1", with: "approval 2")) == nil)
    }

    @Test func `The difference names each key with what it was and is`() {
        let new: [Mandate.Fact] = [.init("mode", "LIVE"), .init("limits.max_position", "0.2 BTC"), .init("new", "y")]
        #expect(
            approval.difference(to: new, at: "yesterday") == [
                "changed since the last approval yesterday by uid 1000:",
                "  limits.max_position  0.1 BTC -> 0.2 BTC",
                "  new                  (not there) -> y",
                "  old.key              x -> (gone)",
            ])
        #expect(approval.difference(to: approval.facts, at: "today") == ["last approval today by uid 1000: nothing has changed since"])
    }

    @Test func `Control characters cannot forge a line`() {
        let odd = Approval(time: 1, operatorID: 2, hash: 3, facts: [.init("a", "b\nend\t0\u{1b}[2J")])
        #expect(Approval(text: odd.text)?.facts == [.init("a", "b end 0 [2J")])
        #expect(odd.difference(to: odd.facts, at: "now").count == 1)
    }
}

@Suite struct MandateWordsTests {
    private func mandate(_ change: (inout Mandate) -> Void = { _ in }) -> Mandate {
        var mandate = FakeEngine.mandate()
        mandate.account = "key 1a2b3c4d in NT_KEY"
        mandate.caps = [Mandate.Cap(symbol: "BTCUSDT", base: "BTC", quote: "USDT", limits: mandate.limits, mid: try! Price("50000"))]
        change(&mandate)
        return mandate
    }

    @Test func `The words say who, what, where, how long and how much`() {
        let words = mandate().words.joined(separator: "\n")
        for part in [
            "LIVE: real orders", "binance-spot, BTCUSDT", "key 1a2b3c4d in NT_KEY", "quoter, version 0000000000000009", "3600 s",
            "b1", "0000000000000007", "an order 1 BTC, 500 USDT", "the position 2 BTC either way, 100000 USDT at the mid of 50000",
            "(no limit) USDT net", "250 USDT in the day", "first approval",
        ] {
            #expect(words.contains(part), "\(part) is missing in\n\(words)")
        }
    }

    @Test func `The exposure's limit bounds what the position is worth`() {
        let words = mandate { $0.caps[0].limits.maxNetExposure = try! Notional("5000") }.words.joined(separator: "\n")
        #expect(words.contains("2 BTC either way, 5000 USDT; with all orders"))
        let unpriced = mandate { $0.caps[0].mid = nil }.words.joined(separator: "\n")
        #expect(unpriced.contains("2 BTC either way, (no limit) USDT"))
    }

    @Test func `Whatever is approved changes the hash, what is only shown does not`() {
        let base = mandate()
        let changes: [(inout Mandate) -> Void] = [
            { $0.build = "b2" }, { $0.configHash = 8 }, { $0.account = "key 99" }, { $0.venue = "other" }, { $0.symbols = ["X"] },
            { $0.strategies[0].versionHash = 10 }, { $0.strategies[0].isShadow = true }, { $0.lifetime = Nanoseconds(seconds: 1) },
            { $0.facts = [.init("a", "b")] }, { $0.facts = [.init("a", "c")] }, { $0.preset = "tiny" }, { $0.mode = .shadow },
            { $0.limits.maxOpenOrders = 9 },
        ]
        var hashes = Set([base.hash])
        for change in changes { #expect(hashes.insert(mandate(change).hash).inserted) }
        #expect(mandate { $0.difference = ["x"] }.hash == base.hash)
        #expect(mandate { $0.caps[0].mid = nil }.hash == base.hash)
    }
}

import Model
import Testing
import Units
import VenueKit

/// A machine and a clock that the test moves: what it hears, and what it then thinks. A class: expectations cannot look into
/// a value that cannot be copied.
private final class Ward {
    var health = StreamHealth(instruments: 2, rules: StreamHealthRules(quietAfter: Nanoseconds(seconds: 1)))
    var now = Nanoseconds(seconds: 100)
    var id: UInt64 = 1

    init() {
        health.opened(at: now)
        book()
    }

    func after(_ milliseconds: Int64) { now = now + Nanoseconds(milliseconds: milliseconds) }
    /// The book changes, by a diff unless said otherwise.
    func book(_ row: Int = 0, by stream: StreamHealth.Stream = .depth) {
        health.heard(row, stream, at: now)
        id += 1
        health.changed(row, id: id, by: stream, at: now)
    }
    func trade(_ count: Int = 1, _ row: Int = 0) {
        for _ in 0..<count {
            health.heard(row, .trades, at: now)
            health.traded(row, at: now)
        }
    }
    func ping() { health.proof(at: now) }
    /// The venue's answer to a question, which must be open.
    func answer(_ id: UInt64?, _ row: Int = 0) {
        let asked = health.wantsProbe(row, at: now) || health.isProbing(row)
        #expect(asked, "the venue was not asked")
        health.probed(row, id: id, at: now)
    }
    func wantsProbe() -> Bool { health.wantsProbe(0, at: now) }
    func verdict(_ row: Int = 0) -> StreamVerdict {
        _ = health.judge(row, at: now)
        return health.verdict(row)
    }
    var reason: StreamReason { reason(0) }
    func reason(_ row: Int) -> StreamReason { health.reason(row) }
    var isProved: Bool { health.isProved(0) }
}

@Suite struct StreamHealthTests {
    @Test func `A book that stands is quiet, however long, while nothing speaks against it`() {
        let ward = Ward()
        ward.after(1000)
        #expect(ward.verdict() == .live, "at the limit")
        ward.after(1)
        #expect(ward.verdict() == .quiet && ward.reason == .silence)
        for _ in 0..<60 {
            ward.after(20_000)
            ward.ping()
            if ward.health.wantsProbe(0, at: ward.now) { ward.health.probed(0, id: ward.id, at: ward.now) }
            #expect(ward.verdict() == .quiet, "twenty minutes of an asleep market are no proof of death")
        }
        ward.book()
        #expect(ward.verdict() == .quiet, "one change is not a market")
        ward.book()
        ward.book()
        #expect(ward.verdict() == .live)
    }

    @Test func `Named scenario: no book change while trades print`() {
        let ward = Ward()
        ward.trade(2)
        ward.after(1001)
        #expect(ward.verdict() == .quiet, "two trades are not enough")
        ward.trade()
        ward.ping()
        #expect(ward.verdict() == .suspect && ward.reason == .tradesPrint)
        ward.book()
        #expect(ward.verdict() == .quiet)
        ward.book()
        ward.book()
        #expect(ward.verdict() == .live)
    }

    @Test func `Trades print on a book that moves: no evidence`() {
        let ward = Ward()
        for _ in 0..<100 {
            ward.trade(5)
            ward.after(90)
            ward.book()
            #expect(ward.verdict() == .live)
        }
    }

    @Test func `Named scenario: frozen and ponging, the venue's own book has moved on`() {
        let ward = Ward()
        ward.after(1001)
        ward.ping()
        #expect(ward.verdict() == .quiet)
        ward.answer(ward.id + 7)
        #expect(ward.verdict() == .quiet, "the change may be on its way")
        ward.after(1001)
        ward.ping()
        #expect(ward.verdict() == .suspect && ward.reason == .probeAhead)
        ward.after(5001)
        ward.ping()
        #expect(ward.verdict() == .dead, "suspect for too long")
    }

    @Test func `A book that catches up with the venue's answer was only late`() {
        let ward = Ward()
        ward.after(1001)
        ward.answer(ward.id + 1)
        ward.after(200)
        ward.book()
        ward.after(1500)
        #expect(ward.verdict() == .quiet)
        #expect(ward.isProved, "the venue showed the very book that we have")
    }

    @Test func `Two kinds of evidence are death after a while, one is suspicion`() {
        let ward = Ward()
        ward.trade(3)
        ward.after(1001)
        #expect(ward.verdict() == .suspect)
        ward.answer(ward.id + 9)
        ward.after(2000)
        #expect(ward.verdict() == .suspect)
        ward.after(2001)
        #expect(ward.verdict() == .dead, "it stood for five times the silence that is borne")
        ward.health.opened(at: ward.now)
        #expect(ward.verdict() == .live, "nothing is held against a new connection")
    }

    @Test func `A venue that does not answer either makes a silent book suspect`() {
        let ward = Ward()
        ward.after(1001)
        ward.answer(nil)
        #expect(ward.verdict() == .quiet, "once is chance")
        ward.after(5000)
        #expect(ward.wantsProbe() == true)
        ward.after(5001)
        #expect(ward.verdict() == .suspect && ward.reason == .probeUnanswered, "an answer that does not come is none")
    }

    @Test func `Not even a ping: suspect, and dead with a second kind of evidence`() {
        let ward = Ward()
        ward.after(29_000)
        #expect(ward.verdict() == .quiet)
        ward.after(1001)
        #expect(ward.verdict() == .suspect && ward.reason == .linkSilent)
        ward.after(5001)
        #expect(ward.verdict() == .dead)
    }

    @Test func `A slow instrument beside a busy one is not suspect, a busy one that stops is`() {
        let ward = Ward()
        // Row 0 moves every 800 ms, row 1 every 10 ms.
        for turn in 1...800 {
            ward.after(10)
            ward.book(1)
            if turn % 80 == 0 { ward.book(0) }
        }
        for _ in 0..<300 {
            ward.after(10)
            ward.book(1)
        }
        #expect(ward.verdict(0) == .quiet, "three seconds are a pause as usual")
        for _ in 0..<1500 {
            ward.after(10)
            ward.book(0)
        }
        #expect(ward.verdict(1) == .suspect && ward.reason(1) == .peersMove)
        // Unless the venue says that this is its book.
        let own = ward.health.bookID(1)
        ward.answer(own, 1)
        #expect(ward.verdict(1) == .quiet)
    }

    @Test func `A ticker that moves without depth diffs leaves a book that cannot be true`() {
        let ward = Ward()
        for _ in 0..<19 {
            ward.after(60)
            ward.book(by: .ticker)
        }
        #expect(ward.verdict() == .live)
        ward.after(60)
        ward.book(by: .ticker)
        #expect(ward.verdict() == .suspect && ward.reason == .streamSilent)
        ward.book()
        #expect(ward.verdict() == .quiet)
    }

    @Test func `The venue is asked when it is doubted, at a pace, and less often while it agrees`() {
        let ward = Ward()
        var asked = 0
        ward.after(1000)
        #expect(ward.wantsProbe() == false)
        for _ in 0..<300 {
            ward.after(1000)
            ward.ping()
            if ward.health.wantsProbe(0, at: ward.now) {
                asked += 1
                ward.health.probed(0, id: ward.id, at: ward.now)
            }
        }
        #expect(asked == 7, "10, 20, 40, then 60 seconds apart: \(asked)")
        ward.health.closed()
        #expect(ward.wantsProbe() == false)
    }

    @Test func `The same history gives the same verdicts, and any history keeps the rules`() {
        for seed in UInt64(1)...200 {
            var random = SeededChoice(state: seed)
            let ward = Ward()
            let other = Ward()
            for _ in 0..<400 {
                let step = random.next() % 7
                let span = Int64(random.next() % 1500)
                for twin in 0..<2 {
                    func play(_ ward: Ward) {
                        ward.after(span)
                        switch step {
                        case 0: ward.book()
                        case 1: ward.trade()
                        case 2: ward.ping()
                        case 3: ward.book(1)
                        case 4: if ward.health.wantsProbe(0, at: ward.now) { ward.health.probed(0, id: ward.id, at: ward.now) }
                        case 5: if ward.health.wantsProbe(0, at: ward.now) { ward.health.probed(0, id: nil, at: ward.now) }
                        default: ward.book(by: .ticker)
                        }
                    }
                    if twin == 0 { play(ward) } else { play(other) }
                }
                let before = ward.health.verdict(0)
                let verdict = ward.verdict()
                let twin = other.verdict()
                #expect(verdict == twin, "seed \(seed)")
                let standing = ward.health.standing(0, at: ward.now)
                if standing <= Nanoseconds(seconds: 1), ward.reason != .streamSilent { #expect(verdict < .suspect, "seed \(seed)") }
                if verdict >= .suspect { #expect(ward.reason != .silence && ward.reason != .none, "seed \(seed)") }
                if verdict == .dead { #expect(before >= .suspect || standing > Nanoseconds(seconds: 5), "seed \(seed)") }
            }
        }
    }
}

private struct SeededChoice {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

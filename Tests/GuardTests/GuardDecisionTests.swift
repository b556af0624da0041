import Guard
import Model
import Testing
import Units

private func ms(_ value: Int64) -> Nanoseconds { Nanoseconds(milliseconds: value) }

private func beat(_ beats: UInt64, at: Int64, ended: Bool = false) -> HeartbeatReading {
    var beat = EngineBeat(process: 7, startedAt: .zero)
    beat.beat(at: ms(at), state: .live)
    beat.beats = beats
    beat.hasEnded = ended
    return .sample(beat)
}

@Suite struct GuardDecisionTests {
    @Test func `A beating engine is left alone, and a silent one is acted on once`() {
        var decision = GuardDecision(silence: ms(1000))
        for step: Int64 in 1...50 {
            #expect(decision.observe(beat(UInt64(step), at: step * 100), killFile: false, now: ms(step * 100 + 5)) == .wait)
        }
        #expect(decision.observe(beat(50, at: 5000), killFile: false, now: ms(6000)) == .wait)
        #expect(decision.observe(beat(50, at: 5000), killFile: false, now: ms(6001)) == .act(.silence(ms(1001))))
        #expect(decision.observe(beat(50, at: 5000), killFile: false, now: ms(9000)) == .wait)
    }

    @Test func `An engine that beats again after the act is watched again`() {
        var decision = GuardDecision(silence: ms(1000))
        #expect(decision.observe(beat(1, at: 0), killFile: false, now: ms(2000)) == .act(.silence(ms(2000))))
        #expect(decision.observe(beat(2, at: 2100), killFile: false, now: ms(2150)) == .wait)
        #expect(decision.observe(beat(2, at: 2100), killFile: false, now: ms(3200)) == .act(.silence(ms(1100))))
    }

    @Test func `No engine yet and an orderly end are both quiet`() {
        var decision = GuardDecision(silence: ms(1000))
        #expect(decision.observe(.absent, killFile: false, now: ms(50_000)) == .wait)
        #expect(decision.observe(beat(9, at: 60_000, ended: true), killFile: false, now: ms(90_000)) == .wait)
        #expect(decision.observe(.absent, killFile: false, now: ms(99_000)) == .wait)
    }

    @Test func `A page left silent by an earlier engine is acted on at the first look`() {
        var decision = GuardDecision(silence: ms(1000))
        #expect(decision.observe(beat(5, at: 10), killFile: false, now: ms(60_000)) == .act(.silence(ms(59_990))))
    }

    @Test func `A stamp from the future counts from its first sight`() {
        var decision = GuardDecision(silence: ms(1000))
        #expect(decision.observe(beat(5, at: 99_000), killFile: false, now: ms(100)) == .wait)
        #expect(decision.observe(beat(5, at: 99_000), killFile: false, now: ms(1100)) == .wait)
        #expect(decision.observe(beat(5, at: 99_000), killFile: false, now: ms(1101)) == .act(.silence(ms(1001))))
    }

    @Test func `A page that stays unreadable, or vanishes under a live engine, is acted on once`() {
        for reading in [HeartbeatReading.unreadable, .absent] {
            var decision = GuardDecision(silence: ms(1000))
            #expect(decision.observe(beat(5, at: 100), killFile: false, now: ms(100)) == .wait)
            #expect(decision.observe(reading, killFile: false, now: ms(200)) == .wait)
            #expect(decision.observe(reading, killFile: false, now: ms(1200)) == .wait)
            #expect(decision.observe(reading, killFile: false, now: ms(1201)) == .act(.unreadable(ms(1001))))
            #expect(decision.observe(reading, killFile: false, now: ms(5000)) == .wait)
        }
    }

    @Test func `The kill file is acted on once for each time it appears`() {
        var decision = GuardDecision(silence: ms(1000))
        #expect(decision.observe(.absent, killFile: true, now: ms(1)) == .act(.killFile))
        #expect(decision.observe(beat(1, at: 2), killFile: true, now: ms(2)) == .wait)
        #expect(decision.observe(beat(2, at: 3), killFile: false, now: ms(3)) == .wait)
        #expect(decision.observe(beat(3, at: 4), killFile: true, now: ms(4)) == .act(.killFile))
    }

    @Test func `Silence under a kill file already acted on is acted on as well`() {
        var decision = GuardDecision(silence: ms(1000))
        #expect(decision.observe(beat(1, at: 0), killFile: true, now: ms(1)) == .act(.killFile))
        #expect(decision.observe(beat(1, at: 0), killFile: true, now: ms(1001)) == .act(.silence(ms(1001))))
    }
}

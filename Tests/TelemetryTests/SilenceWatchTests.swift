import Model
import Telemetry
import Testing
import Units

@Suite struct SilenceWatchTests {
    private let limit = Nanoseconds(seconds: 1)

    private func beat(_ name: String, at time: Nanoseconds, turns: UInt64 = 5, isStopped: Bool = false) -> ThreadBeat {
        ThreadBeat(
            agents: [name], turns: turns, lastTurn: time, longestTurn: Nanoseconds(milliseconds: 3), isStopped: isStopped)
    }

    @Test func `A thread is silent past its limit and not at it, and that is told once`() {
        var watch = SilenceWatch(limit: limit)
        let feed = beat("feed", at: Nanoseconds(seconds: 10))
        #expect(watch.newlySilent([feed], now: Nanoseconds(seconds: 11)).isEmpty, "at the limit")
        let past = Nanoseconds(raw: Nanoseconds(seconds: 11).raw + 1)
        let silent = watch.newlySilent([feed], now: past)
        #expect(silent.map(\.agents) == [["feed"]] && silent.first?.age == Nanoseconds(raw: limit.raw + 1))
        #expect(watch.newlySilent([feed], now: Nanoseconds(seconds: 60)).isEmpty, "told once")
    }

    @Test func `A thread that turned and fell silent again is told again, and another beside it by itself`() {
        var watch = SilenceWatch(limit: limit)
        _ = watch.newlySilent([beat("feed", at: .zero)], now: Nanoseconds(seconds: 5))
        let turned = [beat("feed", at: Nanoseconds(seconds: 6)), beat("parse", at: Nanoseconds(seconds: 6))]
        #expect(watch.newlySilent(turned, now: Nanoseconds(seconds: 6)).isEmpty)
        #expect(watch.newlySilent(turned, now: Nanoseconds(seconds: 8)).map(\.agents) == [["feed"], ["parse"]])
    }

    @Test func `One that never turned or ended in order is not silent`() {
        var watch = SilenceWatch(limit: limit)
        let beats = [beat("feed", at: .zero, turns: 0), beat("parse", at: .zero, isStopped: true)]
        #expect(watch.newlySilent(beats, now: Nanoseconds(seconds: 100)).isEmpty)
        let lines = beats.map { ThreadLine(name: $0.name, beat: $0, now: Nanoseconds(seconds: 100), limit: limit) }
        #expect(lines.map(\.state) == ["none", "STALLED"])
        #expect(ThreadLine(name: "guard", beat: nil, now: .zero, limit: limit).state == "none")
    }

    @Test func `A thread has a number that leads back to its name`() {
        for name in SilenceWatch.names { #expect(SilenceWatch.name(Int64(SilenceWatch.number(name))) == name) }
        #expect(SilenceWatch.number("nobody") == 0 && SilenceWatch.name(0) == nil && SilenceWatch.name(99) == nil)
    }

    @Test func `The alert of a silent thread names it`() {
        let log = EventLog()
        let alert = Alert(
            severity: .critical, error: .threadStalled, instrument: InstrumentID(0), client: .none, value: 1_250_000_000,
            limit: Int64(SilenceWatch.number("parse")))
        #expect(log.describe(.alert(alert), at: .zero)?.text == "the parse thread stood still for 1250 ms")
    }
}

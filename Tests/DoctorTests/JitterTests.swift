import Testing

@testable import Doctor

@Suite struct JitterTests {
    @Test func `Gaps fall into their classes, at the bound and below it`() {
        var gaps = GapRecorder()
        for gap: Int64 in [0, 999, 1_000, 9_999, 10_000, 999_999, 1_000_000, 10_000_000, 2_000_000_000] { gaps.note(gap) }
        #expect(gaps.counts == [2, 1, 1, 1, 2])
        #expect(gaps.largestNs == [2_000_000_000, 10_000_000, 1_000_000, 999_999, 10_000])
        #expect(gaps.lostNs == 2_012_020_998)
    }

    @Test func `The largest are kept whatever the order`() {
        var up = GapRecorder()
        var down = GapRecorder()
        for index in 1...100 as ClosedRange<Int64> {
            up.note(index * 1000)
            down.note((101 - index) * 1000)
        }
        #expect(up.largestNs == [100_000, 99_000, 98_000, 97_000, 96_000])
        #expect(down.largestNs == up.largestNs)
    }

    @Test func `A millisecond is advice, fifty are a problem, and a core that was not measured vouches for nothing`() {
        func verdict(_ gap: Int64) -> Verdict {
            var gaps = GapRecorder()
            gaps.note(gap)
            return JitterProbe.judge(CoreJitter(core: 1, gaps: gaps)).verdict
        }
        #expect(verdict(999_999) == .ok)
        #expect(verdict(1_000_000) == .advice)
        #expect(verdict(49_999_999) == .advice)
        #expect(verdict(50_000_000) == .problem)
        #expect(JitterProbe.judge(CoreJitter(core: 1, gaps: nil)).verdict == .unseen)
    }

    @Test func `A core is measured for as long as was asked, and one that does not exist is said to be unseen`() {
        let results = JitterProbe.measure(cores: [0, 4000], seconds: 1) { _, _ in true }
        #expect(results.map(\.core) == [0, 4000])
        #expect(results[0].gaps?.measuredNs == 1_000_000_000)
        #expect(results[1].gaps == nil)
    }

    @Test func `An interrupted measurement keeps what is complete`() {
        #expect(JitterProbe.measure(cores: [0], seconds: 3600) { _, _ in false }.isEmpty)
    }

    @Test func `The counter's rate is one that a processor can have`() {
        let perMicrosecond = GapRecorder.calibrate() >> 10
        #expect((1...20_000).contains(perMicrosecond))
    }
}

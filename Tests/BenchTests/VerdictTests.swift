import BenchKit
import Rings
import Testing

/// A repetition of 1,000 samples, so many of them at `tail` ns, the others at `middle`.
private func repetition(_ middle: Int64, tail: Int64? = nil, slow: Int = 20) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for index in 0..<1000 { histogram.record((index < slow ? tail ?? middle : middle) * 1000) }
    return histogram
}

@Suite("Verdicts of the benchmarks")
struct VerdictTests {
    private func pair(_ ours: [(Int64, Int64, Int)], _ theirs: [(Int64, Int64, Int)]) -> Comparison {
        let mine = Series("ours", "")
        let other = Series("theirs", "")
        for (middle, tail, switches) in ours { mine.add(repetition(middle, tail: tail), switches: switches) }
        for (middle, tail, switches) in theirs { other.add(repetition(middle, tail: tail), switches: switches) }
        return Comparison("x", mine, against: other, aim: 1.1, tailAim: 1.25)
    }

    private func verdicts(_ comparison: Comparison) -> [Goal.Verdict] {
        BenchReport(comparisons: [comparison]).comparisons.flatMap { pair in
            [
                Goal("", pair.medianRatio, target: pair.aim!, unit: "x").verdict,
                Goal("", pair.tailRatio, target: pair.tailAim!, unit: "x").verdict,
            ]
        }
    }

    @Test("a quiet pair is judged")
    func quiet() {
        let good = pair([(1000, 2000, 0), (1000, 2000, 0)], [(1000, 2000, 0), (1000, 2000, 0)])
        #expect(verdicts(good) == [.reached, .reached])
        #expect(good.disturbance == nil)
        let slow = pair([(1200, 3000, 0), (1200, 3000, 0)], [(1000, 2000, 0), (1000, 2000, 0)])
        #expect(verdicts(slow) == [.missed, .missed])
    }

    @Test("a reference whose tail is absurd flatters nobody")
    func absurdReference() {
        let disturbed = pair([(1260, 31_000, 0), (1260, 31_000, 0)], [(1000, 5_770_000, 0), (1000, 5_770_000, 0)])
        #expect(verdicts(disturbed) == [.missed, .notMeasurable])
        #expect(disturbed.tailRatio.isNaN)
        #expect(disturbed.disturbance?.contains("2 of 2 repetitions compared for the median, 0 for the tail") == true)
    }

    @Test("our own absurd tail is no excuse")
    func absurdOurs() {
        let ours = pair([(1000, 5_770_000, 0), (1000, 5_770_000, 0)], [(1000, 2000, 0), (1000, 2000, 0)])
        #expect(verdicts(ours) == [.reached, .missed])
    }

    @Test("a lost core leaves a repetition out of the tails, many of them out of the medians")
    func switches() {
        let one = pair(
            [(1000, 2000, 1), (1000, 2200, 0), (1000, 2200, 0)], [(1000, 2000, 0), (1000, 2000, 0), (1000, 2000, 0)])
        #expect(one.compared(forTail: true) == [1, 2])
        #expect(one.compared(forTail: false) == [0, 1, 2])
        let many = pair([(500, 900, 11), (1200, 2000, 10)], [(1000, 2000, 0), (1000, 2000, 0)])
        #expect(many.compared(forTail: false) == [1])
        #expect(many.medianRatio > 1.19 && many.bestRatio > 1.19)
    }

    @Test("less than a third left is no measurement", arguments: [(3, 1, true), (4, 1, false), (6, 2, true), (7, 2, false)])
    func share(_ count: Int, _ left: Int, _ measurable: Bool) {
        let rows = (0..<count).map { (Int64(1000), Int64(2000), $0 < left ? 0 : 500) }
        let found = pair(rows, rows)
        #expect(found.medianRatio.isFinite == measurable)
        #expect(verdicts(found) == (measurable ? [.reached, .reached] : [.notMeasurable, .notMeasurable]))
        #expect(found.bestRatio.isFinite == measurable)
    }

    @Test("no figure, or none above zero, reaches nothing", arguments: [Double.nan, .infinity, 0, -1])
    func nothing(_ measured: Double) {
        #expect(Goal("", measured, target: 100, unit: "ns").verdict == .notMeasurable)
        #expect(Goal("", measured, target: 3e6, unit: "/s", isFloor: true).verdict == .notMeasurable)
    }

    @Test("a target of nothing is reached by nothing")
    func zero() {
        #expect(Goal("", 0, target: 0, unit: "").verdict == .reached)
        #expect(Goal("", 1, target: 0, unit: "").verdict == .missed)
        #expect(Goal("", 2, target: 3, unit: "", isFloor: true).verdict == .missed)
        #expect(Goal("", 4, target: 3, unit: "", isFloor: true).verdict == .reached)
    }
}

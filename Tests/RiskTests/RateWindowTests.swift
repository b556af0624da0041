import Risk
import TestSupport
import Testing
import Units

/// A window in a class: expectations cannot look into a value that cannot be copied.
private final class HeldWindow {
    private var window = RateWindow(bucket: Nanoseconds(raw: 10), buckets: 10)
    func record(_ now: Int64) { window.record(at: Nanoseconds(raw: now)) }
    func count(_ now: Int64) -> Int { Int(window.count(at: Nanoseconds(raw: now))) }
}

@Test(arguments: 1...30 as ClosedRange<UInt64>)
func aRateWindowCountsAtLeastItsSpanAndAtMostABucketMore(seed: UInt64) {
    var dice = Dice(seed: seed)
    let window = HeldWindow()
    var events: [Int64] = []
    var now: Int64 = .random(in: 0...1_000_000, using: &dice)
    for _ in 0..<2000 {
        now += .random(in: 0...(Int.random(in: 0..<20, using: &dice) == 0 ? 500 : 8), using: &dice)
        if Bool.random(using: &dice) {
            window.record(now)
            events.append(now)
        }
        let least = events.count { $0 > now - 100 }
        let most = events.count { $0 > now - 110 }
        let counted = window.count(now)
        #expect(counted >= least && counted <= most, "seed \(seed) at \(now): \(counted), not \(least)...\(most)")
    }
}

@Test func anEmptyWindowHasCountedNothing() {
    let window = HeldWindow()
    #expect(window.count(0) == 0)
    window.record(5)
    #expect(window.count(104) == 1)
    #expect(window.count(Int64.max) == 0)
}

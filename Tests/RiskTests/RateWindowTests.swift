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

private final class HeldTable {
    private var table = RateTable(rows: 3, bucket: Nanoseconds(raw: 10), buckets: 10)
    func record(_ row: Int, _ now: Int64) -> Int { Int(table.record(row, at: Nanoseconds(raw: now))) }
    func clear(_ row: Int) { table.clear(row) }
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func everyRowOfARateTableIsAWindowOfItsOwn(seed: UInt64) {
    var dice = Dice(seed: seed)
    let table = HeldTable()
    var events: [[Int64]] = [[], [], []]
    var now: Int64 = 0
    for _ in 0..<2000 {
        now += .random(in: 0...(dice.oneIn(20) ? 500 : 8), using: &dice)
        let row = dice.below(3)
        if dice.oneIn(200) {
            table.clear(row)
            events[row] = []
        }
        events[row].append(now)
        let counted = table.record(row, now)
        let least = events[row].count { $0 > now - 100 }
        let most = events[row].count { $0 > now - 110 }
        #expect(counted >= least && counted <= most, "seed \(seed) row \(row) at \(now)")
    }
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func aMoveWindowSpansAtLeastTenSecondsAndAtMostEleven(seed: UInt64) {
    var dice = Dice(seed: seed)
    var window = MoveWindow()
    var seen: [(at: Int64, price: Int64)] = []
    var now: Int64 = 0
    func apart(since: Int64) -> Int64 {
        let prices = seen.filter { $0.at > since }.map(\.price)
        let (low, high) = (prices.min()!, prices.max()!)
        return ((high - low) * 10_000 + low - 1) / low
    }
    for _ in 0..<500 {
        now += Int64.random(in: 0...(dice.oneIn(10) ? 15_000 : 900), using: &dice) * 1_000_000
        seen.append((now, Int64.random(in: 90_000...110_000, using: &dice)))
        let counted = window.record(Price(raw: seen.last!.price), at: Nanoseconds(raw: now))
        #expect(counted >= apart(since: now - 10_000_000_000), "seed \(seed)")
        #expect(counted <= apart(since: now - 11_000_000_000), "seed \(seed)")
    }
}

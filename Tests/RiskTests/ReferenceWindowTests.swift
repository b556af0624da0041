import Model
import Risk
import TestSupport
import Testing
import Units

private let second = Nanoseconds(seconds: 1)

@Test(arguments: 1...20 as ClosedRange<UInt64>) func aDriftWindowIsTheMeanOfTheFirstOfEachSecond(seed: UInt64) {
    var dice = Dice(seed: seed)
    var window = DriftWindow()
    var now = Nanoseconds(seconds: 1000)
    var taken: [(second: Int64, price: Int64)] = []
    for _ in 0..<2000 {
        now = now + Nanoseconds(milliseconds: Int64(dice.below(dice.oneIn(50) ? 90_000 : 900)))
        let price = Int64(1 + dice.below(1_000_000))
        if taken.last?.second != now.raw / second.raw { taken.append((now.raw / second.raw, price)) }
        window.record(Price(raw: price), at: now)
        let held = taken.filter { $0.second > now.raw / second.raw - 61 }.map(\.price)
        #expect(window.mean(at: now).raw == held.reduce(0, +) / Int64(held.count), "seed \(seed)")
    }
    #expect(window.mean(at: now + Nanoseconds(seconds: 62)) == .zero, "nobody has said anything for a minute")
}

@Test(arguments: 1...20 as ClosedRange<UInt64>) func anAverageWindowWeighsTheTradesOfFiveMinutes(seed: UInt64) {
    var dice = Dice(seed: seed)
    var window = AverageWindow()
    var now = Nanoseconds(seconds: 1000)
    var trades: [(bucket: Int64, price: Int64, size: Int64)] = []
    for _ in 0..<1500 {
        now = now + Nanoseconds(milliseconds: Int64(dice.below(dice.oneIn(100) ? 400_000 : 3000)))
        let trade = (now.raw / 10_000_000_000, Int64(1 + dice.below(1_000_000)), Int64(1 + dice.below(1000)))
        trades.append(trade)
        window.record(Price(raw: trade.1), Quantity(raw: trade.2), at: now)
        let held = trades.filter { $0.bucket > now.raw / 10_000_000_000 - 31 }
        let size = held.map(\.size).reduce(0, +)
        let value = held.map { $0.price * $0.size }.reduce(0, +)
        #expect(window.average(at: now).raw == value / size, "seed \(seed)")
    }
    window.record(.max, .max, at: now)
    window.record(.max, .max, at: now)
    #expect(window.average(at: now).isPositive, "amounts that do not fit are left out")
}

@Test func aRowIsCountedWithoutAnEvent() {
    var table = RateTable(rows: 2, bucket: second, buckets: 10)
    table.record(1, at: second)
    #expect(table.count(1, at: second) == 1 && table.count(0, at: second) == 0)
    #expect(table.count(1, at: Nanoseconds(seconds: 11)) == 1 && table.count(1, at: Nanoseconds(seconds: 12)) == 0)
}

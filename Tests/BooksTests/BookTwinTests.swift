import Books
import Memory
import Model
import TestSupport
import Testing
import Units

/// A book as a dictionary per side: obviously right, and slow.
private struct NaiveBook {
    var sides: [Side: [Int64: Int64]] = [.buy: [:], .sell: [:]]

    mutating func apply(_ side: Side, _ price: Int64, _ quantity: Int64) {
        sides[side]![price] = quantity == 0 ? nil : quantity
    }
    /// Best first.
    func levels(_ side: Side) -> [Level] {
        sides[side]!.sorted { side == .buy ? $0.key > $1.key : $0.key < $1.key }
            .map { Level(price: Price(raw: $0.key), quantity: Quantity(raw: $0.value)) }
    }
    func quantity(_ side: Side, through limit: Int64) -> Int64 {
        sides[side]!.filter { side == .buy ? $0.key >= limit : $0.key <= limit }.values.reduce(0, +)
    }
}

/// A book in a class: expectations cannot look into a value that cannot be copied.
private final class HeldBook {
    private var book: Book
    init(capacity: Int) { book = Book(capacity: capacity) }
    func apply(_ side: Side, _ price: Int64, _ quantity: Int64) -> Bool {
        book.apply(side, price: Price(raw: price), quantity: Quantity(raw: quantity))
    }
    func apply(_ side: Side, _ levels: [Level]) -> Bool {
        var list = SlabList(capacity: levels.count, filler: Level(price: .zero, quantity: .zero))
        for level in levels { list.append(level) }
        return book.apply(side, list)
    }
    func reset() { book.reset() }
    func levels(_ side: Side) -> [Level] {
        side == .buy ? (0..<book.bids.count).map { book.bids[$0] } : (0..<book.asks.count).map { book.asks[$0] }
    }
    func quantity(_ side: Side, through limit: Int64) -> Int64 {
        let limit = Price(raw: limit)
        return side == .buy ? book.bids.quantity(through: limit).raw : book.asks.quantity(through: limit).raw
    }
    func best(_ side: Side) -> Level? { side == .buy ? book.bestBid : book.bestAsk }
    var isCrossed: Bool { book.isCrossed }
    var dropped: [UInt64] { [book.bids.dropped, book.asks.dropped] }
}

@Test(arguments: 1...40 as ClosedRange<UInt64>)
func aBookEqualsItsNaiveTwinAfterEveryUpdate(seed: UInt64) {
    var dice = Dice(seed: seed)
    let book = HeldBook(capacity: 64)
    var twin = NaiveBook()
    for step in 0..<600 {
        if Int.random(in: 0..<200, using: &dice) == 0 {
            book.reset()
            twin = NaiveBook()
        }
        // 60 prices a side at most, which is less than the capacity; sides may cross, as they may in a bad feed.
        let side: Side = Bool.random(using: &dice) ? .buy : .sell
        let price = Int64.random(in: 1...60, using: &dice)
        let quantity = Bool.random(using: &dice) ? 0 : Int64.random(in: 1...9, using: &dice)
        #expect(book.apply(side, price, quantity))
        twin.apply(side, price, quantity)
        let bids = twin.levels(.buy)
        let asks = twin.levels(.sell)
        guard book.levels(.buy) == bids, book.levels(.sell) == asks else {
            Issue.record("seed \(seed) step \(step): the levels differ")
            return
        }
        #expect(book.best(.buy) == bids.first)
        #expect(book.best(.sell) == asks.first)
        let crossed = !bids.isEmpty && !asks.isEmpty && bids[0].price >= asks[0].price
        #expect(book.isCrossed == crossed, "seed \(seed) step \(step)")
        let limit = Int64.random(in: 0...61, using: &dice)
        #expect(book.quantity(.buy, through: limit) == twin.quantity(.buy, through: limit))
        #expect(book.quantity(.sell, through: limit) == twin.quantity(.sell, through: limit))
    }
    #expect(book.dropped == [0, 0])
}

/// Lists as venues send them (best first, worst first) and in no order, the same price more than once among them.
@Test(arguments: 1...40 as ClosedRange<UInt64>)
func aListOfLevelsSetsWhatItsLevelsSetOneByOne(seed: UInt64) {
    var dice = Dice(seed: seed)
    let capacity = Int.random(in: 4...80, using: &dice)
    let book = HeldBook(capacity: capacity)
    let single = HeldBook(capacity: capacity)
    for step in 0..<200 {
        let side: Side = Bool.random(using: &dice) ? .buy : .sell
        var levels = (0..<Int.random(in: 0...30, using: &dice)).map { _ in
            Level(
                price: Price(raw: Int64.random(in: 1...120, using: &dice)),
                quantity: Quantity(raw: dice.oneIn(3) ? 0 : Int64.random(in: 1...9, using: &dice)))
        }
        // Each price once in one of two lists.
        var seen: Set<Price> = []
        if dice.oneIn(2) { levels = levels.filter { seen.insert($0.price).inserted } }
        switch dice.below(4) {
        case 0: levels.sort { $0.price < $1.price }
        case 1: levels.sort { $0.price > $1.price }
        case 2: levels.sort { (side == .buy) == ($0.price > $1.price) }
        default: break
        }
        #expect(book.apply(side, levels))
        for level in levels { #expect(single.apply(side, level.price.raw, level.quantity.raw)) }
        guard book.levels(side) == single.levels(side), book.dropped == single.dropped else {
            Issue.record("seed \(seed) step \(step): the sides differ")
            return
        }
    }
}

/// More levels than are set aside for a merge, so that the deep ones of a list go their own way.
@Test(arguments: 1...6 as ClosedRange<UInt64>)
func aListThatReachesDeepIntoALargeBookSetsWhatItsLevelsSet(seed: UInt64) {
    var dice = Dice(seed: seed)
    let book = HeldBook(capacity: 4096)
    var twin = NaiveBook()
    for step in 0..<30 {
        let side: Side = Bool.random(using: &dice) ? .buy : .sell
        let prices = Set((0..<200).map { _ in Int64.random(in: 1...(dice.oneIn(2) ? 6000 : 400), using: &dice) })
        let sorted = prices.map { side == .buy ? $0 : 6001 - $0 }.sorted { (side == .buy) == ($0 > $1) }
        // Some venues send the worst first.
        let ordered = dice.oneIn(2) ? sorted : sorted.reversed()
        let levels = ordered.map {
            Level(price: Price(raw: $0), quantity: Quantity(raw: dice.oneIn(3) ? 0 : Int64.random(in: 1...9, using: &dice)))
        }
        #expect(book.apply(side, levels))
        for level in levels { twin.apply(side, level.price.raw, level.quantity.raw) }
        guard book.levels(side) == twin.levels(side) else {
            Issue.record("seed \(seed) step \(step): the levels differ")
            return
        }
    }
    #expect(book.dropped == [0, 0])
}

@Test func aListWithALevelThatIsNoneIsRefusedWhole() {
    let book = HeldBook(capacity: 8)
    let good = Level(price: Price(raw: 5), quantity: Quantity(raw: 2))
    for bad in [Level(price: .zero, quantity: Quantity(raw: 1)), Level(price: Price(raw: 6), quantity: Quantity(raw: -1))] {
        #expect(!book.apply(.sell, [good, bad]))
        #expect(book.levels(.sell).isEmpty)
    }
    #expect(book.apply(.sell, [good]))
}

@Test(arguments: 1...10 as ClosedRange<UInt64>)
func aFullBookKeepsTheBestLevelsAndCountsTheOthers(seed: UInt64) {
    var dice = Dice(seed: seed)
    let book = HeldBook(capacity: 8)
    var best: [Int64] = []
    var dropped: UInt64 = 0
    for price in (1...100).map(Int64.init).shuffled(using: &dice) {
        _ = book.apply(.buy, price, 1)
        best = (best + [price]).sorted(by: >)
        if best.count > 8 {
            best.removeLast()
            dropped += 1
        }
        #expect(book.levels(.buy).map(\.price.raw) == best, "seed \(seed)")
        #expect(book.dropped == [dropped, 0])
    }
}

@Test func aBookRefusesWhatIsNoLevelAndStaysAsItWas() {
    let book = HeldBook(capacity: 4)
    #expect(book.apply(.buy, 5, 2))
    for price: Int64 in [0, -1, .min] {
        #expect(!book.apply(.buy, price, 1))
    }
    #expect(!book.apply(.buy, 5, -1))
    #expect(book.levels(.buy) == [Level(price: Price(raw: 5), quantity: Quantity(raw: 2))])
}

@Test func aSumOfLevelsThatDoesNotFitSaturates() {
    let book = HeldBook(capacity: 4)
    for price: Int64 in 1...3 { _ = book.apply(.sell, price, .max / 2) }
    #expect(book.quantity(.sell, through: 2) == .max - 1)
    #expect(book.quantity(.sell, through: 3) == .max)
}

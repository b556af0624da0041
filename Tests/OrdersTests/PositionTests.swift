import Model
import Orders
import TestSupport
import Testing
import Units

private let one = fixedPointUnit

/// Average-price bookkeeping in floating point, one closing and one opening step per fill: another formula than the
/// product's, which keeps the cost.
private struct NaivePosition {
    var quantity = 0.0
    var average = 0.0
    var realised = 0.0
    var feesInQuote = 0.0
    var cash = 0.0

    mutating func apply(_ fill: Fill) {
        let price = Double(fill.price.raw) / Double(one)
        let amount = Double(fill.quantity.raw) / Double(one) * (fill.side == .buy ? 1 : -1)
        cash -= price * amount
        let closes = quantity * amount < 0 ? min(abs(amount), abs(quantity)) : 0
        if closes > 0 {
            realised += closes * (price - average) * (quantity > 0 ? 1 : -1)
            quantity += amount > 0 ? closes : -closes
        }
        let opens = abs(amount) - closes
        if opens > 0 {
            average = (average * abs(quantity) + price * opens) / (abs(quantity) + opens)
            quantity += amount > 0 ? opens : -opens
        }
        if abs(quantity) < 1e-9 { (quantity, average) = (0, 0) }
        if fill.feeAsset == quote { feesInQuote += Double(fill.fee) / Double(one) }
        if fill.feeAsset == base { feesInQuote += Double(fill.fee) / Double(one) * price }
    }
}

/// A position in a class: expectations cannot change what they look at.
private final class HeldPosition {
    var value = Position()
    @discardableResult func apply(_ fill: Fill) -> Bool { value.apply(fill, base: base, quote: quote) }
}

private func near(_ a: Int64, _ b: Double, _ scale: Double) -> Bool {
    abs(Double(a) / Double(one) - b) <= 1e-6 * max(1, scale)
}

@Test(arguments: 1...60 as ClosedRange<UInt64>)
func aPositionEqualsANaiveModelThroughFlipsAndFees(seed: UInt64) {
    var dice = Dice(seed: seed)
    let held = HeldPosition()
    var naive = NaivePosition()
    var exactCash: Int128 = 0
    var foreign: UInt32 = 0
    var paidInBase: Int64 = 0
    var turnover = 0.0
    for step in 0..<300 {
        let asset = [base, quote, other].randomElement(using: &dice)!
        let next = fill(
            Bool.random(using: &dice) ? .buy : .sell, Int64.random(in: 1...50, using: &dice) * one / 1000,
            at: Int64.random(in: 99_000...101_000, using: &dice) * one / 100, trade: UInt64(step),
            fee: Int64.random(in: -20...1000, using: &dice), in: asset)
        #expect(held.apply(next))
        naive.apply(next)
        let signed = next.side == .buy ? next.quantity.raw : -next.quantity.raw
        exactCash -= Int128(next.price.raw) * Int128(signed)
        if asset == other, next.fee != 0 { foreign += 1 }
        if asset == base { paidInBase += next.fee }
        turnover += Double(next.price.raw) / Double(one) * Double(next.quantity.raw) / Double(one)

        // Exactly, at scale 16: what was realised less what the open quantity cost is the cash that moved.
        guard held.value.exactRealised - held.value.exactCost == exactCash else {
            Issue.record("seed \(seed) step \(step): the cash does not add up")
            return
        }
        #expect(near(held.value.quantity.raw, naive.quantity, 1), "seed \(seed) step \(step)")
        #expect(near(held.value.averagePrice.raw, naive.average, 1000), "seed \(seed) step \(step)")
        #expect(near(held.value.realised.raw, naive.realised, turnover), "seed \(seed) step \(step)")
        let mark = Price(raw: 1000 * one)
        #expect(
            near(held.value.unrealised(at: mark).raw, (1000 - naive.average) * naive.quantity, turnover),
            "seed \(seed) step \(step)")
        #expect(near(held.value.fees.raw, naive.feesInQuote, 1), "seed \(seed) step \(step)")
    }
    #expect(held.value.foreignFees == foreign)
    #expect(held.value.baseFees.raw == paidInBase)
}

@Test func aFlipThroughZeroClosesAtThePriceAndOpensTheRestAtIt() {
    let held = HeldPosition()
    held.apply(fill(.buy, 2 * one, at: 100 * one))
    held.apply(fill(.sell, 5 * one, at: 110 * one))
    #expect(held.value.quantity.raw == -3 * one)
    #expect(held.value.realised.raw == 20 * one)
    #expect(held.value.averagePrice.raw == 110 * one)
    #expect(held.value.unrealised(at: Price(raw: 100 * one)).raw == 30 * one)
    held.apply(fill(.buy, 4 * one, at: 105 * one))
    #expect(held.value.quantity.raw == one)
    #expect(held.value.realised.raw == 35 * one)
    #expect(held.value.averagePrice.raw == 105 * one)
}

@Test func aClosedPositionLeavesNoCostBehind() {
    let held = HeldPosition()
    for price: Int64 in [100, 101, 103] { held.apply(fill(.buy, one / 3, at: price * one)) }
    for _ in 0..<3 { held.apply(fill(.sell, one / 3, at: 102 * one)) }
    #expect(held.value.quantity == .zero)
    #expect(held.value.exactCost == 0)
    #expect(held.value.averagePrice == .zero)
    #expect(held.value.unrealised(at: Price(raw: one)) == .zero)
}

@Test func feesCountByTheirAsset() {
    let held = HeldPosition()
    held.apply(fill(.buy, one, at: 100 * one, fee: 7, in: quote))
    #expect(held.value.fees.raw == 7)
    // 0.00000003 base at 100: 0.000003 quote; at a price that does not divide it is rounded up, against us.
    held.apply(fill(.buy, one, at: 100 * one, fee: 3, in: base))
    #expect(held.value.fees.raw == 307)
    #expect(held.value.baseFees.raw == 3)
    held.apply(fill(.buy, one, at: one / 3, fee: 1, in: base))
    #expect(held.value.fees.raw == 308)
    held.apply(fill(.buy, one, at: 100 * one, fee: 5, in: other))
    #expect(held.value.fees.raw == 308)
    #expect(held.value.foreignFees == 1)
    #expect(held.value.quantity.raw == 4 * one)
}

@Test func aFeeInAThirdAssetCountsAtItsPriceRoundedAgainstUs() {
    let held = HeldPosition()
    func add(_ fee: Int64, _ price: Int64) -> Bool {
        held.value.apply(fill(.buy, one, at: 100 * one, fee: fee, in: other), base: base, quote: quote, feePrice: Price(raw: price))
    }
    // 0.00000003 at 600.5 are 0.000018015: up to the next 0.00000001.
    #expect(add(3, 600 * one + one / 2) && held.value.fees.raw == 1802)
    #expect(add(1, 1) && held.value.fees.raw == 1803, "the smallest worth is one, never nothing")
    // A rebate is rounded toward nothing.
    #expect(add(-3, one / 2) && held.value.fees.raw == 1802)
    #expect(held.value.foreignFees == 0 && held.value.baseFees == .zero && held.value.quantity.raw == 3 * one)
    // What does not fit is refused, and nothing of the fill is counted.
    let before = held.value
    #expect(!add(.max, .max) && held.value.fees == before.fees && held.value.quantity == before.quantity)
    #expect(add(.max, one - one / 2) && !add(.max, one), "the sum does not fit either")
    // The price is for a third asset alone.
    let plain = HeldPosition()
    let isTaken = plain.value.apply(
        fill(.buy, one, at: 100 * one, fee: 7, in: quote), base: base, quote: quote, feePrice: Price(raw: 9 * one))
    #expect(isTaken && plain.value.fees.raw == 7)
}

/// Cheap coins are held by the billion: cost times quantity passes 128 bits there.
@Test func hugeQuantitiesOfCheapAssetsDoNotOverflow() {
    let held = HeldPosition()
    let billions = 20_000_000_000 * one
    #expect(held.apply(fill(.buy, billions, at: 2000)))
    #expect(held.apply(fill(.sell, billions / 4, at: 3000)))
    #expect(held.value.quantity.raw == billions / 4 * 3)
    #expect(held.value.averagePrice.raw == 2000)
    #expect(held.value.realised.raw == 1000 * 5_000_000_000)
}

@Test func whatDoesNotFitIsRefusedAndChangesNothing() {
    let held = HeldPosition()
    #expect(held.apply(fill(.buy, .max, at: .max)))
    let refused = [
        fill(.buy, 1, at: 1), fill(.sell, 1, at: .max, fee: .max, in: base), fill(.sell, 0, at: 1),
        fill(.sell, -1, at: 1), fill(.sell, 1, at: 0),
    ]
    for each in refused {
        #expect(!held.apply(each), "\(each.side) \(each.quantity) at \(each.price)")
        #expect(held.value.quantity == .max && held.value.fees == .zero && held.value.baseFees == .zero)
        #expect(held.value.exactCost == Int128(Int64.max) * Int128(Int64.max))
    }
}

@Test func extremePricesBackAndForthAreRefusedBeforeTheyOverflow() {
    let held = HeldPosition()
    var applied = 0
    for turn in 0..<20 {
        let isBuy = turn % 2 == 0
        if held.apply(
            fill(isBuy ? .buy : .sell, .max, at: isBuy ? 1 : .max, trade: UInt64(turn)))
        { applied += 1 }
    }
    #expect(applied < 20, "something had to be refused")
    #expect(held.value.exactRealised > 0)
}

private final class HeldLedger {
    private var ledger = PositionLedger(instruments: 2, window: 8)
    func apply(_ fill: Fill) -> PositionLedger.Answer { ledger.apply(fill, base: base, quote: quote) }
    subscript(instrument: UInt16) -> Position { ledger[InstrumentID(instrument)] }
}

@Test func aLedgerCountsEachFillOnce() {
    let ledger = HeldLedger()
    let first = fill(.buy, one, at: 100 * one, trade: 1, order: 5)
    #expect(ledger.apply(first) == .applied)
    #expect(ledger.apply(first) == .repeated)
    // The same trade number of another order (we traded with ourselves) or instrument is another fill.
    #expect(ledger.apply(fill(.sell, one, at: 100 * one, trade: 1, order: 6)) == .applied)
    #expect(
        ledger.apply(fill(.buy, one, at: 100 * one, trade: 1, order: 5, instrument: 1))
            == .applied)
    #expect(ledger[0].quantity == .zero)
    #expect(ledger[1].quantity.raw == one)
}

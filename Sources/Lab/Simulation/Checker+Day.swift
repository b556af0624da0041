import Model
import Units

/// The trading day by the venue's executions, over all lives: money that moved, what is held at the last price, fees. Exact,
/// and by another way than the engine's, which keeps a cost and what was realised.
struct CheckedDay {
    /// Paid and received, price times quantity, scale 16.
    private var cash: Int128 = 0
    private var held: Int128 = 0
    /// In quote, scale 8.
    private var fees: Int128 = 0
    private var opening: Int128 = 0
    var ends = Nanoseconds.zero
    private var lifeBegan = Nanoseconds.zero
    /// The last mid of this life, and of the life before.
    private var mid: Int128?
    private var lastMid: Int128?
    private var lastTop: UInt64 = 0
    /// `false` where the day began before anybody had seen a price: the engine then begins it at cost.
    private(set) var isKnown = true
    /// Days that ended in a life, and while no engine ran.
    private(set) var rolled = (alive: 0, down: 0)

    mutating func begin(at now: Nanoseconds) {
        lastMid = mid
        mid = nil
        lastTop = 0
        lifeBegan = now
    }

    mutating func beginAnew() {
        (cash, held, fees, opening) = (0, 0, 0, 0)
        (mid, lastMid) = (nil, nil)
        isKnown = true
    }

    private func worth(_ mid: Int128) -> Int128 { (cash + held * mid) / Int128(fixedPointUnit) - fees }

    /// Before an input is looked at.
    mutating func roll(at now: Nanoseconds) {
        guard now >= ends else { return }
        let isDown = ends <= lifeBegan
        if isDown { rolled.down += 1 } else { rolled.alive += 1 }
        ends = Nanoseconds(raw: (now.raw / Checker.dayLength + 1) * Checker.dayLength)
        let price = isDown ? lastMid : mid
        isKnown = held == 0 || price != nil
        opening = worth(price ?? 0)
    }

    mutating func see(_ top: TopOfBook) {
        guard top.bidPrice.isPositive, top.bidPrice < top.askPrice, top.updateID > lastTop else { return }
        lastTop = top.updateID
        mid = (Int128(top.bidPrice.raw) + Int128(top.askPrice.raw)) / 2
    }

    /// An execution that the engine was told.
    mutating func book(_ fill: Fill) {
        let signed = Int128(fill.side == .buy ? fill.quantity.raw : -fill.quantity.raw)
        cash -= Int128(fill.price.raw) * signed
        held += signed
        let isBase = fill.feeAsset == AssetID(0)
        let unit = Int128(fixedPointUnit)
        fees += isBase ? (Int128(fill.fee) * Int128(fill.price.raw) + unit - 1) / unit : Int128(fill.fee)
    }

    /// What the day has brought; `nil` where that cannot be said.
    var result: Int128? { isKnown ? mid.map { worth($0) - opening } : nil }
}

extension Checker {
    static var dayLength: Int64 { 86_400_000_000_000 }
    /// What rounding may leave over all fills and lives: a millionth of the quote.
    private static var dayTolerance: Int128 { 100 }

    /// Invariant 13, after a step: what the engine says of the day.
    mutating func judgeDay(_ said: Notional) {
        guard isTold, let result = day.result, (Int128(said.raw) - result).magnitude > Self.dayTolerance else { return }
        fail(.dayOutlivesRestart, "the engine says \(said), its fills made \(Notional(raw: Int64(clamping: result)))")
    }
}

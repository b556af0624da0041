import Memory
import Model
import Units

/// What one unsettled order adds to the sums.
public struct Stake: BitwiseCopyable, Equatable, Sendable {
    /// What may still trade, at worst.
    public internal(set) var quantity = Quantity.zero
    /// What that would still take of the asset it pays with.
    public internal(set) var cost: Int128 = 0
    /// It counts as an order of its own.
    public internal(set) var isCounted = false
    public internal(set) var isUnknown = false
    /// Not terminal: it may trade with another of ours.
    public internal(set) var isResting = false

    public init() {}
}

/// What unsettled orders of one instrument put at stake.
public struct OpenSums: BitwiseCopyable, Sendable {
    /// Worst case of both sides. Exact: more than a quantity can hold is more here too.
    public internal(set) var buy: Int128 = 0
    public internal(set) var sell: Int128 = 0
    /// Orders, two generations of one counting once; those of them whose outcome nobody knows; those not terminal.
    public internal(set) var open: Int32 = 0
    public internal(set) var unknown: Int32 = 0
    public internal(set) var resting: Int32 = 0
    /// Best prices of those not terminal; looked for again when the best one went.
    var bid = Price.zero
    var ask = Price.max
    var isBidKnown = true
    var isAskKnown = true
    /// The last mid, and what both sides are worth at it in the run's sums.
    var mark = Price.zero
    var buyWorth: Int128 = 0
    var sellWorth: Int128 = 0

    public init() {}
}

/// What an instrument's orders pay with.
@usableFromInline struct StakeTerms: BitwiseCopyable {
    @usableFromInline var base: AssetID
    @usableFromInline var quote: AssetID
    /// Allowance for fees, basis points.
    @usableFromInline var feeBps: Int32 = 0
}

/// What unsettled orders of all instruments are worth at the last mids, scale 16.
@usableFromInline struct RunStakes: BitwiseCopyable {
    @usableFromInline var buys: Int128 = 0
    @usableFromInline var sells: Int128 = 0
}

/// The worst case of unsettled orders, kept with every change of an order or a price, so that whoever judges the next order
/// need not look at each of those that are open.
extension OrderTable {
    /// No side of an instrument counts as worth more, scale 16, and one without a price counts as that: it is more than
    /// any limit can name, and 65,536 of them still fit.
    private static var most: Int128 { 1 << 109 }

    /// Sums of one instrument, in place. Precondition: a configured one.
    @inlinable public subscript(open index: Int) -> OpenSums {
        @inline(__always) unsafeAddress { unsafe sums.address(of: index) }
    }

    /// Whether an order of the instrument is not terminal. O(1).
    @inlinable @inline(__always) public func restsAny(_ index: Int) -> Bool { self[open: index].resting > 0 }

    /// What all buys, or all sells, of the run are worth at the last mids, scale 8, rounded up.
    @inlinable @inline(__always) public func worth(_ side: Side) -> Int128 { Self.quote(side == .buy ? run.buys : run.sells) }

    /// The same of both sides without one order.
    public func worth(without slot: Int) -> (buys: Int128, sells: Int128) {
        let (least, index) = (Int128(stakes[slot].quantity.raw), pool[slot].instrument.index)
        if pool[slot].side == .buy {
            let rest = worth(sums[index].buy - least, sums[index].mark) - sums[index].buyWorth
            return (Self.quote(run.buys + rest), Self.quote(run.sells))
        }
        let rest = worth(sums[index].sell - least, sums[index].mark) - sums[index].sellWorth
        return (Self.quote(run.buys), Self.quote(run.sells + rest))
    }

    @usableFromInline static func quote(_ exact: Int128) -> Int128 {
        exact == 0 ? 0 : Rounding.ceiling.divide(exact, by: Int128(fixedPointUnit))
    }

    /// What unsettled orders may still take of an asset. Precondition: an instrument trades it.
    @inlinable @inline(__always) public func reserved(_ asset: AssetID) -> Int128 { reserved[Int(asset.raw)] }

    /// The asset an order pays with.
    @inlinable @inline(__always) public func paidAsset(_ side: Side, _ index: Int) -> AssetID {
        side == .buy ? terms[index].quote : terms[index].base
    }

    /// What an order pays at most: quantity of base for a sale; price times quantity, rounded up, and the fee allowance,
    /// rounded up, for a buy.
    @inline(__always) public func cost(_ side: Side, _ price: Price, _ quantity: Quantity, _ index: Int) -> Int128 {
        Self.cost(side, price, quantity, terms[index].feeBps)
    }

    private static func cost(_ side: Side, _ price: Price, _ quantity: Quantity, _ feeBps: Int32) -> Int128 {
        if side == .sell { return Int128(quantity.raw) }
        if quantity.isZero { return 0 }
        let value = Rounding.ceiling.divide(exactProduct(price.raw, quantity.raw), by: Int128(fixedPointUnit))
        return value + Rounding.ceiling.divide(value * Int128(feeBps), by: 10_000)
    }

    /// A new fee allowance. O(unsettled orders of the instrument).
    public mutating func setFee(_ bps: Int32, _ index: Int) {
        guard terms[index].feeBps != bps else { return }
        terms[index].feeBps = bps
        var at = lists.first(257 + index)
        while let slot = at {
            let pays = Int(paidAsset(pool[slot].side, index).raw)
            reserved[pays] -= stakes[slot].cost
            stakes[slot].cost = cost(pool[slot].side, pool[slot].price, stakes[slot].quantity, index)
            reserved[pays] += stakes[slot].cost
            at = next(inInstrumentAfter: slot)
        }
    }

    /// A new mid.
    public mutating func setMark(_ mark: Price, _ index: Int) {
        sums[index].mark = mark
        if sums[index].buy != 0 || sums[index].sell != 0 { revalue(index) }
    }

    private mutating func revalue(_ index: Int) {
        let (buy, sell) = (worth(sums[index].buy, sums[index].mark), worth(sums[index].sell, sums[index].mark))
        run.buys += buy - sums[index].buyWorth
        run.sells += sell - sums[index].sellWorth
        sums[index].buyWorth = buy
        sums[index].sellWorth = sell
    }

    private func worth(_ quantity: Int128, _ mark: Price) -> Int128 {
        if quantity == 0 { return 0 }
        guard mark.isPositive, let short = Int64(exactly: quantity) else { return Self.most }
        return Swift.min(Self.most, exactProduct(short, mark.raw))
    }

    /// Best prices of the instrument's orders that are not terminal: zero and `.max` where there is none. O(1) unless the best
    /// one went.
    public mutating func ownPrices(_ index: Int) -> (bid: Price, ask: Price) {
        if !sums[index].isBidKnown || !sums[index].isAskKnown { (sums[index].bid, sums[index].ask) = searched(index) }
        sums[index].isBidKnown = true
        sums[index].isAskKnown = true
        return (sums[index].bid, sums[index].ask)
    }

    /// The same without one order. O(unsettled orders of the instrument).
    public func ownPrices(_ index: Int, without excluded: ClientOrderID) -> (bid: Price, ask: Price) {
        searched(index, without: excluded)
    }

    private func searched(_ index: Int, without excluded: ClientOrderID = .none) -> (bid: Price, ask: Price) {
        var (bid, ask) = (Price.zero, Price.max)
        var at = lists.first(257 + index)
        while let slot = at {
            at = next(inInstrumentAfter: slot)
            if pool[slot].state.isTerminal || (!excluded.isNone && pool[slot].client == excluded) { continue }
            if pool[slot].side == .buy { bid = Swift.max(bid, pool[slot].price) } else { ask = Swift.min(ask, pool[slot].price) }
        }
        return (bid, ask)
    }

    /// What one order adds to the sums; nothing where it is settled.
    @inlinable @inline(__always) public func stake(_ slot: Int) -> Stake { stakes[slot] }

    /// After an order changed: what it adds now, instead of what it added before.
    mutating func weigh(_ slot: Int) {
        var next = Stake()
        if isActive[slot] {
            (next.quantity, next.isCounted) = atStake(slot)
            next.isUnknown = pool[slot].state == .unknown
            next.isResting = !pool[slot].state.isTerminal
        }
        let (side, price, index) = (pool[slot].side, pool[slot].price, pool[slot].instrument.index)
        let old = stakes[slot]
        next.cost = next.quantity == old.quantity ? old.cost : cost(side, price, next.quantity, index)
        if next == old { return }
        stakes[slot] = next
        sums[index].open += (next.isCounted ? 1 : 0) - (old.isCounted ? 1 : 0)
        sums[index].unknown += (next.isUnknown ? 1 : 0) - (old.isUnknown ? 1 : 0)
        if next.isResting != old.isResting {
            sums[index].resting += next.isResting ? 1 : -1
            if next.isResting { stand(side, price, index) } else { leave(side, price, index) }
        }
        guard next.quantity != old.quantity else { return }
        let more = Int128(next.quantity.raw) - Int128(old.quantity.raw)
        if side == .buy { sums[index].buy += more } else { sums[index].sell += more }
        reserved[Int(paidAsset(side, index).raw)] += next.cost - old.cost
        revalue(index)
    }

    private mutating func stand(_ side: Side, _ price: Price, _ index: Int) {
        if side == .buy {
            sums[index].bid = Swift.max(sums[index].bid, price)
        } else {
            sums[index].ask = Swift.min(sums[index].ask, price)
        }
    }

    private mutating func leave(_ side: Side, _ price: Price, _ index: Int) {
        if sums[index].resting == 0 {
            (sums[index].bid, sums[index].ask) = (.zero, .max)
            (sums[index].isBidKnown, sums[index].isAskKnown) = (true, true)
        } else if side == .buy {
            if price >= sums[index].bid { sums[index].isBidKnown = false }
        } else if price <= sums[index].ask {
            sums[index].isAskKnown = false
        }
    }

    /// The generation before and the one after: of two only one can trade, so one's change may be the other's.
    @inline(__always) mutating func weighKin(_ parent: ClientOrderID, _ successor: ClientOrderID) {
        if let before = find(client: parent) { weigh(before) }
        if let after = find(client: successor) { weigh(after) }
    }

    /// The worst case of an order. Of two generations only one can trade, since the venue takes the new one only after the
    /// old one ended without an execution: together they count as the worse of both, with the older one while that is
    /// unsettled. Answers too whether it counts as an order of its own.
    @inline(__always) private mutating func atStake(_ slot: Int) -> (Quantity, Bool) {
        if let next = find(client: pool[slot].successor), pool[next].parent == pool[slot].client {
            return (together(slot, next), true)
        }
        if let before = find(client: pool[slot].parent), pool[before].successor == pool[slot].client {
            if !pool[before].isSettled { return (.zero, false) }
            return (together(before, slot), true)
        }
        return (pool[slot].exposure, true)
    }

    private mutating func together(_ older: Int, _ newer: Int) -> Quantity {
        let most = Swift.max(pool[older].worst, pool[newer].worst)
        let filled = pool[older].filled.adding(pool[newer].filled) ?? .max
        return most > filled ? most - filled : .zero
    }
}

import Model
import Orders
import Risk
import Units

/// Limits that were lowered below what rests, until what rests is within them again.
struct LoweredLimits: BitwiseCopyable {
    /// A bit for each of `keys`.
    private(set) var bits: UInt16 = 0
    /// The instrument whose limits they are; `nil` of a set that is not empty means any.
    private(set) var instrument: InstrumentID?

    /// Limits of what rests, in the order in which they are judged. All others bind new orders, or time takes care of them:
    /// what rests takes nothing, so a bound of slippage or of a fill's cost has nothing to say about it.
    static func bit(_ key: LimitKey) -> UInt16 {
        switch key {
        case .maxOrderQuantity: return 1
        case .maxOrderNotional: return 2
        case .maxOpenOrders: return 4
        case .maxPosition: return 8
        case .maxNetExposure: return 16
        case .maxGrossExposure: return 32
        case .maxPortfolioNet: return 64
        case .maxPortfolioGross: return 128
        case .priceCollarBps: return 256
        case .maxDriftBps: return 512
        default: return 0
        }
    }

    mutating func add(_ subject: LimitSubject) {
        let bit = Self.bit(subject.key)
        guard bit != 0 else { return }
        instrument = bits == 0 || instrument == subject.instrument ? subject.instrument : nil
        bits |= bit
    }

    mutating func clear() { bits = 0 }

    func has(_ key: LimitKey) -> Bool { bits & Self.bit(key) != 0 }
    func concerns(_ id: InstrumentID) -> Bool { instrument == nil || instrument == id }
}

/// A lowered limit takes back what exceeds it: the newest order first, until the rest is within. Orders whose cancel is on
/// its way count as gone here (the gate counts them at their worst until the venue has answered); what is not known to rest
/// waits for the next timer. What only reduces a position stays within a lowered amount: it leads back to the limit. No
/// amount is estimated low: of two generations of an order both count. A lowered bound of price takes back what the gate
/// would refuse if it came now, by the market of this step; each order is judged alone, and one that reduces too.
extension TradingCore {
    /// What rests of one instrument, and of the run in quote, without what is being cancelled.
    private struct Resting {
        var count: Int32 = 0
        var buys: Int128 = 0
        var sells: Int128 = 0
        var runBuys: Int128 = 0
        var runSells: Int128 = 0
    }

    /// After a limit was lowered, and with each timer until nothing is left to do. O(orders²) at the worst, and only then.
    mutating func takeBack(_ outputs: inout OutputBuffer) {
        guard lowered.bits != 0, mayCancel else { return }
        var isWaiting = false
        var taken: Int64 = 0
        // The newest first.
        var at = orders.last
        while let slot = at {
            at = orders.previous(before: slot)
            let state = orders[slot].state
            guard !state.isTerminal, state != .pendingCancel, orders[slot].strategy != .engine,
                lowered.concerns(orders[slot].instrument) || lowered.has(.maxPortfolioNet) || lowered.has(.maxPortfolioGross),
                isExcess(slot)
            else { continue }
            if state == .open || state == .partiallyFilled, now >= orders[slot].cancelAt {
                taken += 1
                requestCancel(slot, &outputs)
            } else {
                isWaiting = true
            }
        }
        if taken > 0 { alert(.warning, .limitLowered, value: taken, limit: Int64(orders.activeCount), &outputs) }
        if !isWaiting { lowered.clear() }
    }

    /// Whether what rests is beyond a lowered limit that this order counts towards.
    private mutating func isExcess(_ slot: Int) -> Bool {
        let order = orders[slot]
        let at = order.instrument.index
        let limits = instruments[at].limits
        let position = Int128(ledger[order.instrument].quantity.raw)
        let buys = order.side == .buy
        let rest = resting(order.instrument)
        if lowered.concerns(order.instrument) {
            if lowered.has(.maxOrderQuantity), order.exposure > limits.maxOrderQuantity { return true }
            if lowered.has(.maxOrderNotional), quote(Int128(order.exposure.raw), order.price) > Int128(limits.maxOrderNotional.raw) {
                return true
            }
            if isAway(order, at, limits) { return true }
            if lowered.has(.maxOpenOrders), rest.count > limits.maxOpenOrders { return true }
            let worst = buys ? position + rest.buys : rest.sells - position
            if lowered.has(.maxPosition), worst > Int128(limits.maxPosition.raw) { return true }
            if lowered.has(.maxNetExposure), quote(worst, instruments[at].mark) > Int128(limits.maxNetExposure.raw) { return true }
        }
        // Against the position and no larger than it: on the way down, as in the gate.
        let reduces = buys ? position + rest.buys <= 0 : position - rest.sells >= 0
        let held = position < 0 ? -position : position
        if lowered.has(.maxGrossExposure), lowered.concerns(order.instrument), !reduces,
            quote(held + rest.buys + rest.sells, instruments[at].mark) > Int128(limits.maxGrossExposure.raw)
        {
            return true
        }
        let net = buys ? sums.net + rest.runBuys : rest.runSells - sums.net
        if lowered.has(.maxPortfolioNet), net > Int128(limits.maxPortfolioNet.raw) { return true }
        return lowered.has(.maxPortfolioGross) && !reduces
            && sums.gross + rest.runBuys + rest.runSells > Int128(limits.maxPortfolioGross.raw)
    }

    /// Whether a lowered bound of price would refuse the order if it came now. Without a price to compare with it would.
    private mutating func isAway(_ order: Order, _ index: Int, _ limits: RiskLimits) -> Bool {
        if lowered.has(.priceCollarBps) {
            let held = instruments[index]
            if !held.hasTop
                || RiskGate.isOutsideCollar(order.price, bid: held.top.bidPrice, ask: held.top.askPrice, limits.priceCollarBps)
            {
                return true
            }
        }
        guard lowered.has(.maxDriftBps), limits.maxDriftBps != .max, state != .reducing else { return false }
        return RiskGate.hasDrifted(order.price, from: drifts[index].mean(at: now), limits.maxDriftBps)
    }

    private mutating func resting(_ instrument: InstrumentID) -> Resting {
        var sum = Resting()
        var at = orders.first
        while let slot = at {
            at = orders.next(after: slot)
            let state = orders[slot].state
            if state.isTerminal || state == .pendingCancel { continue }
            let left = Int128(orders[slot].exposure.raw)
            let worth = quote(left, instruments[orders[slot].instrument.index].mark)
            let isBuy = orders[slot].side == .buy
            if isBuy { sum.runBuys += worth } else { sum.runSells += worth }
            guard orders[slot].instrument == instrument else { continue }
            sum.count += 1
            if isBuy { sum.buys += left } else { sum.sells += left }
        }
        return sum
    }

    /// In quote, scale 8, rounded up; the largest amount where there was no price yet.
    private func quote(_ quantity: Int128, _ price: Price) -> Int128 {
        if quantity <= 0 { return 0 }
        guard price.isPositive else { return Int128(Int64.max) }
        return Rounding.up.divide(Swift.min(quantity, Int128(Int64.max)) * Int128(price.raw), by: Int128(fixedPointUnit))
    }
}

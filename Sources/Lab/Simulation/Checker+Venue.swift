import Model
import Units

/// What the venue really did, and invariant 2 by its truth.
extension Checker {
    /// The venue really executed this.
    mutating func venueFilled(_ fill: Fill) {
        guard venueFills.updateValue(fill, forKey: fill.trade.low) == nil else {
            return fail(.positionIsSumOfFills, "the venue itself repeated trade \(fill.trade.low)")
        }
        heldAtVenue += fill.side == .buy ? fill.quantity.raw : -fill.quantity.raw
    }

    /// The venue has seen this placement, or it is certain that it never will.
    mutating func landed(_ client: ClientOrderID) { flying[client] = nil }

    /// A connection is gone, and what was under way with it.
    mutating func lostFlights(link: Int) { flying = flying.filter { $0.value.link != link } }

    /// Invariant 2 by the venue's truth, over all lives: what it holds open and what still flies may all fill.
    mutating func checkExposure(open: [(client: ClientOrderID, side: Side, left: Quantity, isUntouched: Bool)]) {
        var buy = Int128(heldAtVenue)
        var sell = buy
        for order in open {
            if order.side == .buy { buy += Int128(order.left.raw) } else { sell -= Int128(order.left.raw) }
        }
        for (order, _, replaced) in flying.values {
            if !replaced.isNone {
                // One of both: the venue takes it only for the one that it ends, and only while that is untouched.
                let resting = open.first { $0.client == replaced }
                if let resting, !resting.isUntouched { continue }
                let before = resting?.left ?? flying[replaced]?.order.quantity
                guard let before, order.quantity > before else { continue }
                if order.side == .buy { buy += Int128((order.quantity - before).raw) } else { sell -= Int128((order.quantity - before).raw) }
                continue
            }
            if order.side == .buy { buy += Int128(order.quantity.raw) } else { sell -= Int128(order.quantity.raw) }
        }
        if buy > Int128(cap.raw) || sell < -Int128(cap.raw) {
            fail(
                .exposureWithinCap,
                "the venue holds \(Quantity(raw: heldAtVenue)), worst case \(Double(Int64(buy)) / 1e8) to \(Double(Int64(sell)) / 1e8), "
                    + "cap \(cap), under way \(flying.count)")
        }
    }
}

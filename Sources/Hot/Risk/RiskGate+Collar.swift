import Model
import Units

/// The gate's rules of price, asked about an order that rests: would it be refused now?
extension RiskGate {
    /// Whether a price is further from the middle of `bid` and `ask` than so many basis points, rounded up; true where
    /// there is no such middle. The rule of PRICE_COLLAR. Pure, never allocates.
    public static func isOutsideCollar(_ price: Price, bid: Price, ask: Price, _ limitBps: Int32) -> Bool {
        let twiceMid = Int128(bid.raw) + Int128(ask.raw)
        return isBeyond((Int128(price.raw) &<< 1) - twiceMid, twiceMid, limitBps)
    }

    /// Whether a price is further from `reference` than so many basis points, rounded up; true where there is no
    /// reference. The rule of PRICE_DRIFT. Pure, never allocates.
    public static func hasDrifted(_ price: Price, from reference: Price, _ limitBps: Int32) -> Bool {
        isBeyond(Int128(price.raw) - Int128(reference.raw), Int128(reference.raw), limitBps)
    }
}

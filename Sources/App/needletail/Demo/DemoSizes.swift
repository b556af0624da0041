import Units

/// Quantities of a demo: an order is worth some 120 of the quote asset, whatever the symbol's price.
struct DemoSizes {
    /// One order's quantity: one significant digit, rounded up, so that any lot that is a power of ten divides it.
    let order: Quantity

    init(price: Price) {
        let worth = Int128(120 * fixedPointUnit) * Int128(fixedPointUnit)
        let exact = Swift.max(1, worth / Int128(Swift.max(1, price.raw)))
        var digit = Int128(1)
        while digit * 10 <= exact { digit *= 10 }
        let rounded = (exact + digit - 1) / digit * digit
        // A position of fifty orders and a threshold of 250 still have to be quantities.
        order = Quantity(raw: Int64(Swift.min(rounded, Int128(Int64.max / 1000))))
    }

    /// So many orders' quantity.
    func times(_ count: Int64) -> Quantity { Quantity(raw: order.raw * count) }
}

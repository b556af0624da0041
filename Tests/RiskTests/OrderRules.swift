import Model
import Risk
import Units

/// What one order may be: the venue's form, sizes, prices.
let orderRules: [Rule] = [
    Rule(
        .invalidPrice, "price off the tick", value: 100 * unit, limit: unit * 3,
        atLimit: { $0.context.instrument.tickSize = Price(raw: 4 * unit) },
        past: { $0.context.instrument.tickSize = Price(raw: 3 * unit) }),
    Rule(
        .invalidQuantity, "below the venue's smallest quantity", value: unit, limit: unit + 1,
        atLimit: { $0.context.instrument.minQuantity = Quantity(raw: unit) },
        past: { $0.context.instrument.minQuantity = Quantity(raw: unit + 1) }),
    Rule(
        .invalidQuantity, "above the venue's largest quantity", value: unit, limit: unit - 1,
        atLimit: { $0.context.instrument.maxQuantity = Quantity(raw: unit) },
        past: { $0.context.instrument.maxQuantity = Quantity(raw: unit - 1) }),
    Rule(
        .invalidQuantity, "quantity off the lot", value: unit, limit: unit - 1,
        atLimit: { $0.context.instrument.lotSize = Quantity(raw: unit) },
        past: { $0.context.instrument.lotSize = Quantity(raw: unit - 1) }),
    Rule(
        .belowMinNotional, "below the venue's smallest notional", value: 100 * unit, limit: 100 * unit + 1,
        atLimit: { $0.context.instrument.minNotional = Notional(raw: 100 * unit) },
        past: { $0.context.instrument.minNotional = Notional(raw: 100 * unit + 1) }),
    Rule(
        .percentPrice, "above the venue's percent-price band", value: 100 * unit, limit: 100 * unit - 100,
        atLimit: { $0.context.instrument.bidMultiplierUp = Quantity(raw: unit) },
        past: { $0.context.instrument.bidMultiplierUp = Quantity(raw: unit - 1) }),
    Rule(
        .percentPrice, "below the venue's percent-price band", value: 100 * unit, limit: 100 * unit + 200,
        atLimit: {
            $0.context.average = Price(raw: 200 * unit)
            $0.context.instrument.bidMultiplierDown = Quantity(raw: unit / 2)
        },
        past: {
            $0.context.average = Price(raw: 200 * unit)
            $0.context.instrument.bidMultiplierDown = Quantity(raw: unit / 2 + 1)
        }),
    Rule(
        .orderSize, "order too large", value: unit, limit: unit - 1,
        atLimit: { $0.context.limits.maxOrderQuantity = Quantity(raw: unit) },
        past: { $0.context.limits.maxOrderQuantity = Quantity(raw: unit - 1) }),
    Rule(
        .drawdownThrottle, "too large for the drawdown", value: unit, limit: 9 * unit / 10,
        atLimit: {
            $0.context.drawdown = Int128(50 * unit - 1)
            $0.context.limits.throttleDrawdown = Notional(raw: 50 * unit)
            $0.context.limits.throttlePercent = 9
        },
        past: {
            $0.context.drawdown = Int128(50 * unit)
            $0.context.limits.throttleDrawdown = Notional(raw: 50 * unit)
            $0.context.limits.throttlePercent = 9
        }),
    Rule(
        .orderNotional, "order worth too much", value: 100 * unit, limit: 100 * unit - 1,
        atLimit: { $0.context.limits.maxOrderNotional = Notional(raw: 100 * unit) },
        past: { $0.context.limits.maxOrderNotional = Notional(raw: 100 * unit - 1) }),
    Rule(
        .priceCollar, "price too far from the mid", value: 101, limit: 100,
        // Mid 100 at scale 8; 100 bps of 1.0 is 0.01 exactly, one unit less of the mid makes it 101 rounded up.
        atLimit: {
            $0.context.top.bidPrice = Price(raw: 98 * unit)
            $0.context.top.askPrice = Price(raw: (unit * 200 * 100 / 101) - 98 * unit + 2)
        },
        past: {
            $0.context.top.bidPrice = Price(raw: 98 * unit)
            $0.context.top.askPrice = Price(raw: (unit * 200 * 100 / 101) - 98 * unit)
        }),
    Rule(
        // 1 from a reference of 101: 99.01 basis points, rounded up.
        .priceDrift, "price too far from what others said", value: 100, limit: 99,
        atLimit: {
            $0.context.reference = Price(raw: 101 * unit)
            $0.context.limits.maxDriftBps = 100
        },
        past: {
            $0.context.reference = Price(raw: 101 * unit)
            $0.context.limits.maxDriftBps = 99
        }),
    Rule(
        // 0.1 past an ask of 99.9: 10.01 basis points, rounded up.
        .slippage, "takes too far through the book", value: 11, limit: 10,
        atLimit: {
            $0.context.top.bidPrice = Price(raw: 995 * unit / 10)
            $0.context.top.askPrice = Price(raw: 999 * unit / 10)
            $0.context.limits.maxSlippageBps = 11
        },
        past: {
            $0.context.top.bidPrice = Price(raw: 995 * unit / 10)
            $0.context.top.askPrice = Price(raw: 999 * unit / 10)
            $0.context.limits.maxSlippageBps = 10
        }),
    Rule(
        // Half at 99.9, half at the limit of 100, against a mid of 99.7: 25.08 basis points, rounded up.
        .slippage, "its expected fill costs too much", value: 26, limit: 25,
        atLimit: {
            $0.context.top.bidPrice = Price(raw: 995 * unit / 10)
            $0.context.top.askPrice = Price(raw: 999 * unit / 10)
            $0.context.top.askQuantity = Quantity(raw: unit / 2)
            $0.context.limits.maxFillCostBps = 26
        },
        past: {
            $0.context.top.bidPrice = Price(raw: 995 * unit / 10)
            $0.context.top.askPrice = Price(raw: 999 * unit / 10)
            $0.context.top.askQuantity = Quantity(raw: unit / 2)
            $0.context.limits.maxFillCostBps = 25
        }),
]

import Model
import Risk
import Units

/// What the account may come to hold, at the worst case.
let exposureRules: [Rule] = [
    Rule(
        .selfTrade, "would trade with ourselves", value: 100 * unit, limit: 100 * unit,
        atLimit: { $0.context.ownAsk = Price(raw: 100 * unit + 1) },
        past: { $0.context.ownAsk = Price(raw: 100 * unit) }),
    Rule(
        .openOrders, "too many open orders", value: 11, limit: 10, atLimit: { $0.context.openOrders = 9 },
        past: { $0.context.openOrders = 10 }),
    Rule(
        .openOrders, "more than the venue lets rest", value: 6, limit: 5,
        atLimit: {
            $0.context.openOrders = 4
            $0.context.instrument.maxOpenOrders = 5
        },
        past: {
            $0.context.openOrders = 5
            $0.context.instrument.maxOpenOrders = 5
        }),
    Rule(
        .position, "position too large", value: 20 * unit + 1, limit: 20 * unit,
        atLimit: {
            $0.context.position = Quantity(raw: 12 * unit)
            $0.context.openBuy = Quantity(raw: 7 * unit)
        },
        past: {
            $0.context.position = Quantity(raw: 12 * unit)
            $0.context.openBuy = Quantity(raw: 7 * unit + 1)
        }),
    Rule(
        .netExposure, "the instrument's net exposure", value: 100 * unit, limit: 100 * unit - 1,
        atLimit: { $0.context.limits.maxNetExposure = Notional(raw: 100 * unit) },
        past: { $0.context.limits.maxNetExposure = Notional(raw: 100 * unit - 1) }),
    Rule(
        .grossExposure, "the instrument's gross exposure", value: 400 * unit, limit: 400 * unit - 1,
        atLimit: {
            $0.context.openSell = Quantity(raw: 3 * unit)
            $0.context.limits.maxGrossExposure = Notional(raw: 400 * unit)
        },
        past: {
            $0.context.openSell = Quantity(raw: 3 * unit)
            $0.context.limits.maxGrossExposure = Notional(raw: 400 * unit - 1)
        }),
    Rule(
        .portfolioNet, "the run's net exposure", value: 150 * unit, limit: 150 * unit - 1,
        atLimit: {
            $0.context.portfolioLong = Int128(50 * unit)
            $0.context.limits.maxPortfolioNet = Notional(raw: 150 * unit)
        },
        past: {
            $0.context.portfolioLong = Int128(50 * unit)
            $0.context.limits.maxPortfolioNet = Notional(raw: 150 * unit - 1)
        }),
    Rule(
        .portfolioGross, "the run's gross exposure", value: 700 * unit, limit: 700 * unit - 1,
        atLimit: {
            $0.context.portfolioGross = Int128(600 * unit)
            $0.context.limits.maxPortfolioGross = Notional(raw: 700 * unit)
        },
        past: {
            $0.context.portfolioGross = Int128(600 * unit)
            $0.context.limits.maxPortfolioGross = Notional(raw: 700 * unit - 1)
        }),
    Rule(
        .insufficientBalance, "a balance that nobody has told", value: 100 * unit, limit: -1,
        past: { $0.context.hasBalance = false }),
    Rule(
        .insufficientBalance, "more than the account can pay", value: 100 * unit, limit: 100 * unit - 1,
        atLimit: { $0.context.available = Int128(100 * unit) },
        past: { $0.context.available = Int128(100 * unit - 1) }),
    Rule(
        .insufficientBalance, "into the reserve", value: 100 * unit, limit: 100 * unit - 1,
        atLimit: {
            $0.context.available = Int128(130 * unit)
            $0.context.limits.quoteReserve = Notional(raw: 30 * unit)
        },
        past: {
            $0.context.available = Int128(130 * unit)
            $0.context.limits.quoteReserve = Notional(raw: 30 * unit + 1)
        }),
    Rule(
        .insufficientBalance, "the fee allowance does not fit", value: 1001 * unit / 10, limit: 1001 * unit / 10 - 1,
        atLimit: {
            $0.context.available = Int128(1001 * unit / 10)
            $0.context.limits.feeAllowanceBps = 10
        },
        past: {
            $0.context.available = Int128(1001 * unit / 10 - 1)
            $0.context.limits.feeAllowanceBps = 10
        }),
]

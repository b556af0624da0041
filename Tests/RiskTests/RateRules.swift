import Model
import Risk
import Units

/// How often, how much in vain, and what is left.
let rateRules: [Rule] = [
    Rule(
        .orderRate, "too many orders in a second", value: 11, limit: 10,
        atLimit: { $0.context.ordersLastSecond = 9 }, past: { $0.context.ordersLastSecond = 10 }),
    Rule(
        .orderRate, "too many orders in a minute", value: 101, limit: 100,
        atLimit: { $0.context.ordersLastMinute = 99 }, past: { $0.context.ordersLastMinute = 100 }),
    Rule(
        .instrumentRate, "too many requests of an instrument in a second", value: 16, limit: 15,
        atLimit: {
            $0.context.limits.maxInstrumentOrdersPerSecond = 20
            $0.context.limits.cancelSharePercent = 25
            $0.context.instrumentLastSecond = 14
        },
        past: {
            $0.context.limits.maxInstrumentOrdersPerSecond = 20
            $0.context.limits.cancelSharePercent = 25
            $0.context.instrumentLastSecond = 15
        }),
    Rule(
        .instrumentRate, "too many requests of an instrument in a minute", value: 16, limit: 15,
        atLimit: {
            $0.context.limits.maxInstrumentOrdersPerMinute = 20
            $0.context.limits.cancelSharePercent = 25
            $0.context.instrumentLastMinute = 14
        },
        past: {
            $0.context.limits.maxInstrumentOrdersPerMinute = 20
            $0.context.limits.cancelSharePercent = 25
            $0.context.instrumentLastMinute = 15
        }),
    Rule(
        .messageRate, "too many requests in a second", value: 16, limit: 15,
        atLimit: {
            $0.context.limits.maxMessagesPerSecond = 20
            $0.context.limits.cancelSharePercent = 25
            $0.context.messagesLastSecond = 14
        },
        past: {
            $0.context.limits.maxMessagesPerSecond = 20
            $0.context.limits.cancelSharePercent = 25
            $0.context.messagesLastSecond = 15
        }),
    Rule(
        .messageRate, "too many requests in a minute", value: 16, limit: 15,
        atLimit: {
            $0.context.limits.maxMessagesPerMinute = 20
            $0.context.limits.cancelSharePercent = 25
            $0.context.messagesLastMinute = 14
        },
        past: {
            $0.context.limits.maxMessagesPerMinute = 20
            $0.context.limits.cancelSharePercent = 25
            $0.context.messagesLastMinute = 15
        }),
    Rule(
        .held, "the venue wants to be left alone", value: 100_000_000_000, limit: 100_000_000_001,
        atLimit: { $0.context.heldUntil = Nanoseconds(seconds: 100) },
        past: { $0.context.heldUntil = Nanoseconds(raw: 100_000_000_001) }),
    Rule(
        .venueRate, "the venue's weight of requests", value: 5, limit: 4,
        atLimit: {
            $0.context.venueWeight = 4
            $0.context.venueWeightLimit = 5
        },
        past: {
            $0.context.venueWeight = 4
            $0.context.venueWeightLimit = 4
        }),
    Rule(
        .venueRate, "the venue's orders of the short window", value: 81, limit: 80,
        atLimit: {
            $0.context.venueOrders = 79
            $0.context.venueOrdersLimit = 100
            $0.context.limits.cancelSharePercent = 20
        },
        past: {
            $0.context.venueOrders = 80
            $0.context.venueOrdersLimit = 100
            $0.context.limits.cancelSharePercent = 20
        }),
    Rule(
        .venueRate, "the venue's orders of the day", value: 100, limit: 99,
        atLimit: {
            $0.context.venueOrdersLong = 98
            $0.context.venueOrdersLongLimit = 99
        },
        past: {
            $0.context.venueOrdersLong = 99
            $0.context.venueOrdersLongLimit = 99
        }),
    Rule(
        .identicalOrders, "the same order again and again", value: 6, limit: 5,
        atLimit: {
            $0.context.limits.maxIdenticalOrders = 5
            $0.context.identicalOrders = 4
        },
        past: {
            $0.context.limits.maxIdenticalOrders = 5
            $0.context.identicalOrders = 5
        }),
    Rule(
        .orderToTrade, "more than the floor without a trade", value: 11, limit: 10,
        atLimit: {
            $0.context.limits.maxOrdersPerTrade = 5
            $0.context.limits.orderToTradeFloor = 10
            $0.context.tradesInRatio = 1
            $0.context.ordersInRatio = 9
        },
        past: {
            $0.context.limits.maxOrdersPerTrade = 5
            $0.context.limits.orderToTradeFloor = 10
            $0.context.tradesInRatio = 1
            $0.context.ordersInRatio = 10
        }),
    Rule(
        .orderToTrade, "more orders than its trades allow", value: 16, limit: 15,
        atLimit: {
            $0.context.limits.maxOrdersPerTrade = 5
            $0.context.limits.orderToTradeFloor = 10
            $0.context.tradesInRatio = 3
            $0.context.ordersInRatio = 14
        },
        past: {
            $0.context.limits.maxOrdersPerTrade = 5
            $0.context.limits.orderToTradeFloor = 10
            $0.context.tradesInRatio = 3
            $0.context.ordersInRatio = 15
        }),
    Rule(
        .dailyLoss, "the day's loss", value: -1000 * unit, limit: -1000 * unit,
        atLimit: { $0.context.dayResult = Notional(raw: 1 - 1000 * unit) },
        past: { $0.context.dayResult = Notional(raw: -1000 * unit) }),
    Rule(.unknownOrders, "an unknown order", value: 1) { $0.context.unknownOrders = 1 },
    Rule(.capacity, "no room for an order") { $0.context.hasCapacity = false },
]

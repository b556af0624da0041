import Model
import Risk
import Units

/// What the engine, its data and its switches must be before anybody looks at the order.
let stateRules: [Rule] = [
    Rule(.killed, "killed") { $0.context.state = .halted },
    Rule(.notLive, "not live", value: Int64(SystemState.safe.rawValue)) { $0.context.state = .safe },
    Rule(
        .reduceOnly, "more than the position while reducing", value: unit, limit: unit - 1,
        atLimit: {
            $0.context.state = .reducing
            $0.context.position = Quantity(raw: -unit)
        },
        past: {
            $0.context.state = .reducing
            $0.context.position = Quantity(raw: 1 - unit)
        }),
    Rule(.instrumentNotAllowed, "instrument not allowed") { $0.context.isAllowed = false },
    Rule(.noMarketData, "no market data") { $0.context.hasTop = false },
    Rule(
        .staleMarketData, "stale market data", value: 1_000_000_001, limit: 1_000_000_000,
        atLimit: { $0.context.top.receivedAt = Nanoseconds(seconds: 99) },
        past: { $0.context.top.receivedAt = Nanoseconds(raw: 98_999_999_999) }),
    Rule(
        .feedHealth, "the feed is in doubt", value: 3, limit: 3,
        atLimit: { $0.context.feed = .quiet },
        past: {
            $0.context.feed = .suspect
            $0.context.feedReason = .tradesPrint
        }),
    Rule(
        .quietMarketData, "a quiet feed's data are old", value: 300_000_000, limit: 299_999_999,
        atLimit: {
            $0.context.feed = .quiet
            $0.context.top.receivedAt = Nanoseconds(raw: 99_700_000_000)
            $0.context.limits.maxQuietAge = Nanoseconds(milliseconds: 300)
        },
        past: {
            $0.context.feed = .quiet
            $0.context.top.receivedAt = Nanoseconds(raw: 99_700_000_000)
            $0.context.limits.maxQuietAge = Nanoseconds(raw: 299_999_999)
        }),
    Rule(
        .venueDataAge, "old by the venue's time", value: 1_000_000_001, limit: 1_000_000_000,
        atLimit: {
            $0.context.limits.maxVenueAge = Nanoseconds(seconds: 1)
            $0.context.venueAge = Nanoseconds(seconds: 1)
        },
        past: {
            $0.context.limits.maxVenueAge = Nanoseconds(seconds: 1)
            $0.context.venueAge = Nanoseconds(raw: 1_000_000_001)
        }),
    Rule(
        .venueDataAge, "the venue's time is not known", value: .max, limit: 1_000_000_000,
        past: { $0.context.limits.maxVenueAge = Nanoseconds(seconds: 1) }),
    Rule(.linkDown, "link down") { $0.context.linksUp = false },
    Rule(.dirtyPosition, "a fill is not confirmed") { $0.context.isDirty = true },
    Rule(
        .unreconciled, "not compared with the venue's account", value: 60_000_000_001, limit: 60_000_000_000,
        atLimit: {
            $0.context.limits.maxUnreconciled = Nanoseconds(seconds: 60)
            $0.context.unreconciledFor = Nanoseconds(seconds: 60)
        },
        past: {
            $0.context.limits.maxUnreconciled = Nanoseconds(seconds: 60)
            $0.context.unreconciledFor = Nanoseconds(raw: 60_000_000_001)
        }),
    Rule(.strategyOff, "the strategy is off") { $0.context.isStrategyOff = true },
    Rule(.instrumentBlocked, "the instrument is blocked") { $0.context.isBlocked = true },
    Rule(
        .outsideWindow, "after the hours", value: 7200, limit: 3600,
        atLimit: {
            $0.context.secondOfDay = 7199
            $0.context.limits.windowStart = 3600
            $0.context.limits.windowEnd = 7200
        },
        past: {
            $0.context.secondOfDay = 7200
            $0.context.limits.windowStart = 3600
            $0.context.limits.windowEnd = 7200
        }),
    Rule(
        .outsideWindow, "before hours that pass midnight", value: 79_199, limit: 79_200,
        atLimit: {
            $0.context.secondOfDay = 79_200
            $0.context.limits.windowStart = 79_200
            $0.context.limits.windowEnd = 7200
        },
        past: {
            $0.context.secondOfDay = 79_199
            $0.context.limits.windowStart = 79_200
            $0.context.limits.windowEnd = 7200
        }),
    Rule(
        .volatility, "the price moved too far", value: 100_000_000_000, limit: 100_000_000_001,
        atLimit: { $0.context.calmAt = Nanoseconds(seconds: 100) },
        past: { $0.context.calmAt = Nanoseconds(raw: 100_000_000_001) }),
    Rule(
        .latency, "the venue answers too slowly", value: 100_000_000_000, limit: 100_000_000_001,
        atLimit: { $0.context.promptAt = Nanoseconds(seconds: 100) },
        past: { $0.context.promptAt = Nanoseconds(raw: 100_000_000_001) }),
    Rule(
        .cancelSwitch, "the dead-man's switch is old", value: 101, limit: 100,
        atLimit: { ($0.context.switchAge, $0.context.switchLimit) = (Nanoseconds(raw: 100), Nanoseconds(raw: 100)) },
        past: { ($0.context.switchAge, $0.context.switchLimit) = (Nanoseconds(raw: 101), Nanoseconds(raw: 100)) }),
    Rule(.notAmendable, "the order cannot be changed") { $0.context.isAmendable = false },
]

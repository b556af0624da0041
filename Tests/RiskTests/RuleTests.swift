import Model
import Risk
import Testing
import Units

/// One rule of the gate: an order that just passes it and one that is one unit past it, with the numbers it must name.
struct Rule: Sendable {
    var verdict: RiskVerdict
    var name: String
    var atLimit: @Sendable (inout Case) -> Void
    var past: @Sendable (inout Case) -> Void
    var value: Int64
    var limit: Int64

    init(
        _ verdict: RiskVerdict, _ name: String, value: Int64 = 0, limit: Int64 = 0,
        atLimit: @escaping @Sendable (inout Case) -> Void = { _ in }, past: @escaping @Sendable (inout Case) -> Void
    ) {
        self.verdict = verdict
        self.name = name
        self.atLimit = atLimit
        self.past = past
        self.value = value
        self.limit = limit
    }
}

/// In order of precedence. `past` of every rule changes nothing that an earlier rule looks at, so that any two can be
/// broken at once.
let rules: [Rule] = [
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
    Rule(.notAmendable, "the order cannot be changed") { $0.context.isAmendable = false },
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
    Rule(
        .selfTrade, "would trade with ourselves", value: 100 * unit, limit: 100 * unit,
        atLimit: { $0.context.ownAsk = Price(raw: 100 * unit + 1) }, past: { $0.context.ownAsk = Price(raw: 100 * unit) }),
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
        .insufficientBalance, "a balance that nobody has told", value: 100 * unit, limit: -1) { $0.context.hasBalance = false },
    Rule(
        .insufficientBalance, "more than the account can pay", value: 100 * unit, limit: 100 * unit - 1,
        atLimit: { $0.context.available = Int128(100 * unit) }, past: { $0.context.available = Int128(100 * unit - 1) }),
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

@Test func anOrderWithinAllLimitsPasses() {
    #expect(Case().answer == RiskAnswer(.passed))
}

@Test func everyVerdictHasARuleAndTheRulesStandInOrderOfPrecedence() {
    var named: [RiskVerdict] = []
    for rule in rules where named.last != rule.verdict { named.append(rule.verdict) }
    #expect(named == RiskVerdict.allCases.filter { $0 != .passed })
}

@Test(arguments: rules.indices) func aRulePassesAtItsLimitAndRefusesOneUnitPastIt(index: Int) {
    let rule = rules[index]
    #expect(Case().changed(rule.atLimit).answer.verdict == .passed, "\(rule.name): at the limit")
    let answer = Case().changed(rule.past).answer
    #expect(answer == RiskAnswer(rule.verdict, value: rule.value, limit: rule.limit), "\(rule.name): one unit past")
}

@Test func ofTwoBrokenRulesTheEarlierNamesTheVerdict() {
    var pairs = 0
    for (index, earlier) in rules.enumerated() {
        for later in rules[(index + 1)...] {
            // Three rules look at the same state: only one of them can be broken. Three are lifted while reducing.
            if later.verdict == .notLive || later.verdict == .reduceOnly { continue }
            let answer = Case().changed(later.past).changed(earlier.past).answer
            #expect(answer.verdict == earlier.verdict, "\(earlier.name) and \(later.name)")
            pairs += 1
        }
    }
    #expect(pairs > 200)
}

@Test func sellingIsJudgedAsBuyingIs() {
    func sell(_ change: (inout Case) -> Void) -> RiskAnswer {
        Case().changed {
            $0.intent.side = .sell
            change(&$0)
        }.answer
    }
    #expect(sell { _ in }.verdict == .passed)
    #expect(sell { $0.context.position = Quantity(raw: -12 * unit); $0.context.openSell = Quantity(raw: 7 * unit) }.verdict == .passed)
    #expect(
        sell { $0.context.position = Quantity(raw: -12 * unit); $0.context.openSell = Quantity(raw: 7 * unit + 1) }
            == RiskAnswer(.position, value: 20 * unit + 1, limit: 20 * unit))
    #expect(sell { $0.context.state = .reducing; $0.context.position = Quantity(raw: unit) }.verdict == .passed)
    #expect(
        sell {
            $0.context.state = .reducing
            $0.context.position = Quantity(raw: unit)
            $0.context.openSell = Quantity(raw: 1)
        } == RiskAnswer(.reduceOnly, value: unit + 1, limit: unit), "what rests reduces too")
    #expect(sell { $0.context.state = .reducing; $0.context.position = Quantity(raw: -unit) }.verdict == .reduceOnly)
}

@Test func anOrderThatReducesAPositionBeyondItsLimitPasses() {
    let beyond = Case().changed {
        $0.intent.side = .sell
        $0.context.position = Quantity(raw: 50 * unit)
    }
    #expect(beyond.answer.verdict == .passed)
}

@Test func nothingPassesOnDataOlderOrNewerThanTheLimit() {
    // A frame may be stamped by another thread a moment after this step's clock was read; not seconds after it.
    #expect(Case().changed { $0.context.top.receivedAt = Nanoseconds(raw: 100_000_050_000) }.answer.verdict == .passed)
    #expect(Case().changed { $0.context.top.receivedAt = Nanoseconds(seconds: 102) }.answer.verdict == .staleMarketData)
}

@Test func reducingWaitsNeitherForCalmNorForAPromptVenue() {
    let reducing = Case().changed {
        $0.context.state = .reducing
        $0.intent.side = .sell
        $0.context.position = Quantity(raw: unit)
        $0.context.calmAt = Nanoseconds(seconds: 200)
        $0.context.promptAt = Nanoseconds(seconds: 200)
        $0.context.drawdown = Int128(50 * unit)
        $0.context.limits.throttleDrawdown = Notional(raw: unit)
        $0.context.limits.throttlePercent = 1
    }
    #expect(reducing.answer.verdict == .passed)
    #expect(reducing.changed { $0.context.state = .live }.answer.verdict == .volatility)
}

@Test func whatReducesAPositionIsExemptFromGrossLimits() {
    let reducing = Case().changed {
        $0.intent.side = .sell
        $0.context.position = Quantity(raw: 2 * unit)
        $0.context.limits.maxGrossExposure = Notional(raw: unit)
        $0.context.limits.maxPortfolioGross = Notional(raw: unit)
    }
    #expect(reducing.answer.verdict == .passed)
    #expect(reducing.changed { $0.context.position = Quantity(raw: unit - 1) }.answer.verdict == .grossExposure)
}

@Test func aPostOnlyOrderHasNoSlippage() {
    let far = Case().changed {
        $0.context.top.bidPrice = Price(raw: 995 * unit / 10)
        $0.context.top.askPrice = Price(raw: 999 * unit / 10)
        $0.context.limits.maxSlippageBps = 1
    }
    #expect(far.answer.verdict == .slippage)
    #expect(far.changed { $0.intent.timeInForce = .postOnly }.answer.verdict == .passed, "the venue refuses it instead")
}

@Test func absurdOrdersAreRefusedNotComputed() {
    let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
    for price in extremes {
        for quantity in extremes {
            for state in [SystemState.live, .reducing] {
                for position in [Int64.min + 1, 0, .max] {
                    for side in Side.allCases {
                        let answer = Case().changed {
                            $0.intent.price = Price(raw: price)
                            $0.intent.quantity = Quantity(raw: quantity)
                            $0.intent.side = side
                            $0.context.state = state
                            $0.context.position = Quantity(raw: position)
                            $0.context.openBuy = .max
                            $0.context.openSell = .max
                        }.answer
                        #expect(answer.verdict != .passed)
                    }
                }
            }
        }
    }
}

@Test func percentPriceAsksTheAverageAndTheMid() {
    let band = Case().changed {
        $0.context.instrument.bidMultiplierUp = Quantity(raw: unit)
        $0.context.instrument.bidMultiplierDown = Quantity(raw: unit / 2)
    }
    #expect(band.answer.verdict == .passed)
    let low = band.changed { $0.context.average = Price(raw: 99 * unit) }
    #expect(low.answer == RiskAnswer(.percentPrice, value: 100 * unit, limit: 99 * unit), "the average forbids it")
    let high = band.changed { $0.context.average = Price(raw: 300 * unit) }
    #expect(high.answer == RiskAnswer(.percentPrice, value: 100 * unit, limit: 150 * unit), "too low for the average")
    let sale = band.changed {
        $0.intent.side = .sell
        $0.context.instrument.bidMultiplierUp = Quantity(raw: unit / 2)
    }
    #expect(sale.answer.verdict == .passed, "a buy's band is not a sale's")
    #expect(sale.changed { $0.context.instrument.askMultiplierDown = Quantity(raw: unit + 1) }.answer.verdict == .percentPrice)
}

@Test func whatReducesIsHeldBackByNeitherHoursNorDriftNorItsRatio() {
    let reducing = Case().changed {
        $0.context.state = .reducing
        $0.intent.side = .sell
        $0.context.position = Quantity(raw: unit)
        $0.context.limits.windowEnd = 1
        $0.context.limits.maxDriftBps = 1
        $0.context.limits.maxOrdersPerTrade = 1
    }
    #expect(reducing.answer.verdict == .passed)
    let live = reducing.changed { $0.context.state = .live }
    #expect(live.answer.verdict == .outsideWindow, "a time of day that is not known is not within any hours")
    #expect(live.changed { $0.context.limits.windowEnd = 0 }.answer.verdict == .priceDrift, "nobody has said a price")
}

@Test func anExpectedFillThatDoesNotFitIsRefused() {
    let absurd = Case().changed {
        $0.intent.side = .sell
        $0.intent.price = Price(raw: 1)
        $0.intent.quantity = .max
        $0.context.instrument.tickSize = Price(raw: 1)
        $0.context.instrument.lotSize = Quantity(raw: 1)
        $0.context.instrument.maxQuantity = .max
        $0.context.top.bidPrice = Price(raw: .max - 1)
        $0.context.top.bidQuantity = Quantity(raw: 1)
        $0.context.top.askPrice = .max
        $0.context.limits.maxOrderQuantity = .max
        $0.context.limits.maxOrderNotional = .max
        $0.context.limits.priceCollarBps = .max
        $0.context.limits.maxFillCostBps = 10_000
    }
    #expect(absurd.answer == RiskAnswer(.slippage, value: .max, limit: 10_000))
}

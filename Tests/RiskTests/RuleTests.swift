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
    Rule(
        .volatility, "the price moved too far", value: 100_000_000_000, limit: 100_000_000_001,
        atLimit: { $0.context.calmAt = Nanoseconds(seconds: 100) },
        past: { $0.context.calmAt = Nanoseconds(raw: 100_000_000_001) }),
    Rule(
        .latency, "the venue answers too slowly", value: 100_000_000_000, limit: 100_000_000_001,
        atLimit: { $0.context.promptAt = Nanoseconds(seconds: 100) },
        past: { $0.context.promptAt = Nanoseconds(raw: 100_000_000_001) }),
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
        .selfTrade, "would trade with ourselves", value: 100 * unit, limit: 100 * unit,
        atLimit: { $0.context.ownAsk = Price(raw: 100 * unit + 1) }, past: { $0.context.ownAsk = Price(raw: 100 * unit) }),
    Rule(
        .openOrders, "too many open orders", value: 11, limit: 10, atLimit: { $0.context.openOrders = 9 },
        past: { $0.context.openOrders = 10 }),
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
        .orderRate, "too many orders in a second", value: 11, limit: 10,
        atLimit: { $0.context.ordersLastSecond = 9 }, past: { $0.context.ordersLastSecond = 10 }),
    Rule(
        .orderRate, "too many orders in a minute", value: 101, limit: 100,
        atLimit: { $0.context.ordersLastMinute = 99 }, past: { $0.context.ordersLastMinute = 100 }),
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

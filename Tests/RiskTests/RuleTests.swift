import Model
import Risk
import Testing
import Units

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
    func short(resting: Int64) -> RiskAnswer {
        sell {
            $0.context.position = Quantity(raw: -12 * unit)
            $0.context.openSell = Quantity(raw: resting)
        }
    }
    #expect(short(resting: 7 * unit).verdict == .passed)
    #expect(
        short(resting: 7 * unit + 1)
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
        $0.context.switchAge = Nanoseconds(seconds: 200)
        $0.context.switchLimit = Nanoseconds(seconds: 100)
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
    let floor = sale.changed { $0.context.instrument.askMultiplierDown = Quantity(raw: unit + 1) }
    #expect(floor.answer.verdict == .percentPrice)
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

import Model
import Testing
import Units

private enum Safer { case lower, higher }

/// Which way each limit is safer, and why: what a command may do at once in every state, and what needs a ceremony.
private let directions: [(key: LimitKey, safer: Safer, because: String)] = [
    (.maxOrderQuantity, .lower, "an order is smaller"),
    (.maxOrderNotional, .lower, "an order is worth less"),
    (.maxPosition, .lower, "less can be held"),
    (.maxOpenOrders, .lower, "fewer orders can fill at once"),
    (.priceCollarBps, .lower, "a price is nearer the mid"),
    (.maxDataAge, .lower, "decisions rest on younger data"),
    (.maxOrdersPerSecond, .lower, "a strategy that goes wrong does so more slowly"),
    (.maxOrdersPerMinute, .lower, "a strategy that goes wrong does so more slowly"),
    (.maxDailyLoss, .lower, "the day ends at a smaller loss"),
    (.maxUnconfirmed, .lower, "SAFE comes sooner"),
    (.maxNetExposure, .lower, "less can be held"),
    (.maxGrossExposure, .lower, "less can be held and ordered"),
    (.maxPortfolioNet, .lower, "less can be held"),
    (.maxPortfolioGross, .lower, "less can be held and ordered"),
    (.maxSlippageBps, .lower, "an order takes at a better price"),
    (.maxMessagesPerSecond, .lower, "new orders stop sooner; the engine's own cancels are never held back"),
    (.maxMessagesPerMinute, .lower, "new orders stop sooner; the engine's own cancels are never held back"),
    (.cancelSharePercent, .higher, "more of the budget is kept for cancels"),
    (.maxIdenticalOrders, .lower, "the same order is repeated less often"),
    (.maxOrderAge, .lower, "an order is taken back sooner"),
    (.maxConsecutiveErrors, .lower, "SAFE comes sooner"),
    (.maxOrderCycles, .lower, "SAFE comes sooner"),
    (.maxDirectionFlips, .lower, "SAFE comes sooner"),
    (.maxExecutions, .lower, "SAFE comes sooner"),
    (.maxDrawdown, .lower, "the run ends at a smaller fall"),
    (.drawdownConfirmations, .lower, "a loss counts sooner"),
    (.throttleDrawdown, .lower, "orders become small sooner"),
    (.throttlePercent, .lower, "small orders are smaller"),
    (.maxMoveBps, .lower, "a wild instrument is left alone sooner"),
    (.maxAckLatency, .lower, "a slow venue pauses new orders sooner"),
    (.breachPause, .higher, "the pause lasts longer"),
    (.maxStrategyLoss, .lower, "a strategy is switched off at a smaller loss"),
    (.quoteReserve, .higher, "more of the balance stays untouched"),
    (.feeAllowanceBps, .higher, "a buy must be paid for with more to spare"),
    (.maxDriftBps, .lower, "a price is nearer the last minute's"),
    (.maxFillCostBps, .lower, "a fill is expected at a better price"),
    (.maxOrdersPerTrade, .lower, "fewer orders for each execution"),
    (.orderToTradeFloor, .lower, "fewer orders without an execution"),
    (.maxInstrumentOrdersPerSecond, .lower, "a strategy that goes wrong does so more slowly"),
    (.maxInstrumentOrdersPerMinute, .lower, "a strategy that goes wrong does so more slowly"),
    (.maxDayDrawdown, .lower, "the day ends at a smaller fall"),
    (.maxPriceGapBps, .higher, "more prices are believed, so a loss counts after drawdown_confirmations, not unconfirmed_evaluations"),
    (.maxTradeAge, .higher, "more prices are believed, so a loss counts after drawdown_confirmations, not unconfirmed_evaluations"),
    (.unconfirmedEvaluations, .lower, "a loss that no trade confirms counts sooner"),
    (.maxStrategyDrawdown, .lower, "a strategy is switched off at a smaller fall"),
    (.maxRejectPercent, .lower, "a strategy is switched off at fewer refusals"),
    (.maxStrategySlippageBps, .lower, "a strategy is switched off at a smaller cost"),
    (.minStrategySamples, .lower, "a strategy is judged sooner"),
    (.strategyCooldown, .higher, "a strategy that lost stays off longer"),
    (.stopLoss, .lower, "a position is closed at a smaller loss"),
    (.takeProfit, .lower, "a position is closed sooner: less is held for less time"),
    (.exitPause, .higher, "an instrument that lost stays blocked longer"),
    (.maxQuietAge, .lower, "decisions rest on younger data"),
    (.maxVenueAge, .lower, "decisions rest on younger data"),
    (.maxUnreconciled, .lower, "SAFE comes sooner where the account is not compared"),
]

@Suite struct LimitKeyTests {
    @Test func `Every limit has one safer direction, with its reason`() {
        for key in LimitKey.allCases {
            let rows = directions.filter { $0.key == key }
            #expect(rows.count == 1 && rows.allSatisfy { !$0.because.isEmpty }, "\(key.name) stands \(rows.count) times in the table")
            guard let row = rows.first else { continue }
            let (low, high) = (key.range.lowerBound, key.range.upperBound)
            let (tight, loose) = row.safer == .lower ? (low, high) : (high, low)
            #expect(key.isTight(tight, as: loose) && !key.isTight(loose, as: tight), "\(key.name): \(row.because)")
            #expect(key.isTight(tight, as: tight), "\(key.name): as it is, is no change")
        }
    }

    @Test func `Names and raw values are unique`() {
        let keys = LimitKey.allCases
        #expect(Set(keys.map(\.name)).count == keys.count && Set(keys.map(\.rawValue)).count == keys.count)
    }
}

/// Rules of the gate: each verdict, first half, in the order of docs/CONTROLS.md.
extension Control {
    static let gate: [Control] = [
        Control(
            "G1", .gate, "KILLED, NOT_LIVE",
            does: "nothing leaves but in a confirmed mandate, or one confirmed order",
            key: "the ceremony",
            shown: """
            `Of all sequences of six words, none but the two ceremonies lets an order out` (Tests/CeremonyTests)
            """),
        Control(
            "G2", .gate, "REDUCE_ONLY",
            does: "while reducing, only against the position",
            key: "-",
            shown: "`theFirstDifferenceReducesAndTheSecondInARowHalts`"),
        Control(
            "G3", .gate, "INSTRUMENT_NOT_ALLOWED",
            does: "only instruments of the run",
            key: "`instruments`",
            shown: "`aRulePassesAtItsLimitAndRefusesOneUnitPastIt` (RiskTests)"),
        Control(
            "G4", .gate, "NO_MARKET_DATA, STALE_MARKET_DATA",
            does: "fresh data or none, ahead of time counts as behind",
            key: "`max_data_age`",
            shown: """
            `flatteningWaitsForFreshData`, `staleDataTakesRestingOrdersBackOnce`, \
            `aSweepOfStaleDataThatIsLostIsTriedAgainAndThenAPersonIsCalled`
            """),
        Control(
            "G5", .gate, "FEED_HEALTH",
            does: "no order on a feed in doubt: SUSPECT or DEAD",
            key: "`feed.stale_after`",
            shown: """
            `aSuspectFeedTakesQuotesBackOnceAndBlocksNewOrders`, `theVerdictOnOneInstrumentLeavesTheOthersAlone`
            """),
        Control(
            "G6", .gate, "QUIET_MARKET_DATA",
            does: "while the feed is QUIET, younger data",
            key: "`max_quiet_age`",
            shown: "`aQuietFeedAsksForYoungerData`"),
        Control(
            "G7", .gate, "VENUE_DATA_AGE",
            does: "age by exchange time, with the venue's clock as it was measured; unknown is refused",
            key: "`max_venue_age`",
            shown: """
            `theAgeByExchangeTimeIsJudgedWithTheMeasuredClock`, \
            `anOldOrDoubtfulMeasurementOfTheClockDoesNotMakeDataYounger`
            """),
        Control(
            "G8", .gate, "LINK_DOWN",
            does: "both links up",
            key: "-",
            shown: "`aConfirmationNeedsLinksDataAndAReconciledAccount`"),
        Control(
            "G9", .gate, "CANCEL_SWITCH",
            does: """
            at a venue with a dead-man's switch: the last confirmed refresh, counted from its request, is young \
            enough; reducing goes on
            """,
            key: "`venue.cancel_switch`",
            shown: """
            `anOldConfirmedRefreshAllowsNoNewRiskByItsCodeAndNumbers`, \
            `theAgeOfARefreshCountsFromItsRequestNotFromItsAnswer`, `whatReducesDoesNotWaitForTheSwitch`
            """),
        Control(
            "G10", .gate, "DIRTY_POSITION",
            does: "after a fill no order until the venue's balance shows it",
            key: "`max_unconfirmed`",
            shown: "`aFillBlocksNewOrdersUntilTheBalanceShowsIt`"),
        Control(
            "G10a", .gate, "UNRECONCILED",
            does: """
            the instrument's last complete comparison with the venue's account, counted from its request, is young \
            enough; not in SHADOW, which has no account
            """,
            key: "`max_unreconciled`",
            shown: """
            `anOrderLeavesAtTheAgeOfTheLastReconciliationAndNotPastIt`, \
            `aLateAnswerMakesTheProofNoYoungerThanItsQuestion`, `aModeWithoutAnAccountHasNothingToReconcile`
            """),
        Control(
            "G11", .gate, "OUTSIDE_WINDOW",
            does: """
            orders only within the hours of the UTC day; at their end what rests is taken back; reducing goes on
            """,
            key: "`trading_window`",
            shown: """
            `ordersLeaveWithinTheHoursOnlyAndAreTakenBackAtTheirEnd`, `flatteningGoesOnAfterTheHours`, \
            `aRunThatWasNotToldTheTimeOfDayIsOutsideAnyHours`
            """),
        Control(
            "G12", .gate, "STRATEGY_OFF",
            does: "a strategy that a limit or a person switched off",
            key: "see below",
            shown: """
            `aStrategyThatLosesTooMuchIsSwitchedOffAlone`, `aPersonSwitchesAStrategyOffAndItsOrdersLeaveInThatStep`
            """),
        Control(
            "G13", .gate, "INSTRUMENT_BLOCKED",
            does: "an instrument that a person, its stop loss or its take profit blocked",
            key: "see below",
            shown: """
            `aStopLossClosesItsInstrumentAloneAndBlocksIt`, `aPersonBlocksAnInstrumentUntilAPersonUnblocksIt`
            """),
        Control(
            "G14", .gate, "VOLATILITY",
            does: """
            a mid that moved too far in ten seconds leaves the instrument alone for a while; reducing goes on
            """,
            key: "`max_move_bps`, `breach_pause`",
            shown: "`aPriceThatMovesTooFarLeavesItsInstrumentAloneForAWhile`"),
        Control(
            "G15", .gate, "LATENCY",
            does: "a slow answer, or none, pauses new orders; reducing goes on",
            key: "`max_ack_latency`, `breach_pause`",
            shown: "`aSlowAnswerPausesNewOrders`, `noAnswerIsASlowOne`"),
        Control(
            "G16", .gate, "NOT_AMENDABLE",
            does: "an order executed in part, being changed already, or not changed at all",
            key: "-",
            shown: "`whatIsExecutedInPartCannotBeReplacedOnlyReduced`"),
        Control(
            "G17", .gate, "INVALID_PRICE, INVALID_QUANTITY, BELOW_MIN_NOTIONAL",
            does: "the venue's tick, lot, smallest and largest",
            key: "`instruments` rules",
            shown: "`absurdOrdersAreRefusedNotComputed` (RiskTests)"),
        Control(
            "G18", .gate, "PERCENT_PRICE",
            does: """
            the venue's own band around its average price: the public trades of five minutes and the mid must both \
            allow the price
            """,
            key: "the venue's filters",
            shown: """
            `theVenuesPercentPriceBindsBeforeTheVenueSaysSo`, `percentPriceAsksTheAverageAndTheMid` (RiskTests)
            """),
        Control(
            "G19", .gate, "MAX_ORDER_SIZE",
            does: "quantity of one order",
            key: "`max_order_quantity`",
            shown: "`flatteningStaysWithinItsSlippageAndTheLimits`"),
        Control(
            "G20", .gate, "DRAWDOWN_THROTTLE",
            does: "smaller orders while the result is far below its highest",
            key: "`throttle_drawdown`, `throttle_percent`",
            shown: "`aDrawdownKeepsOrdersSmall`"),
        Control(
            "G21", .gate, "MAX_ORDER_NOTIONAL",
            does: "value of one order",
            key: "`max_order_notional`",
            shown: "`aRulePassesAtItsLimitAndRefusesOneUnitPastIt` (RiskTests)"),
        Control(
            "G22", .gate, "PRICE_COLLAR",
            does: "distance from the mid",
            key: "`price_collar_bps`",
            shown: "`aRulePassesAtItsLimitAndRefusesOneUnitPastIt` (RiskTests)"),
    ]
}

/// Rules of the gate: sizes, exposure, rates, in the order of docs/CONTROLS.md.
extension Control {
    static let gateAmounts: [Control] = [
        Control(
            "G23", .gate, "PRICE_DRIFT",
            does: """
            distance from what others said the price was over the last minute; our own quotes cannot move that
            """,
            key: "`max_drift_bps`",
            shown: """
            `aPriceFarFromTheLastMinutesIsRefusedUntilOthersHaveStayedThere`, \
            `whereOnlyWeHaveQuotedForAMinuteThereIsNoReference`, `ownQuotesCannotWalkTheReference`
            """),
        Control(
            "G24", .gate, "SLIPPAGE",
            does: """
            how far past the best price it may take, and what its fill may cost against the mid: the best level's \
            quantity at its price, all beyond it at the limit price, since the core sees no deeper level
            """,
            key: "`max_slippage_bps`, `max_fill_cost_bps`",
            shown: "`anOrderThatTakesStaysWithinItsSlippage`, `whatABookShowsBoundsTheExpectedFill`"),
        Control(
            "G25", .gate, "SELF_TRADE",
            does: "never against our own resting, pending or unknown order",
            key: "-",
            shown: "`nobodyTradesWithOurselves`"),
        Control(
            "G26", .gate, "MAX_OPEN_ORDERS",
            does: "unsettled orders, and no more than the venue lets rest",
            key: "`max_open_orders`, the venue's filters",
            shown: "`aStepDecidesOnlyWhatItsBufferHolds`"),
        Control(
            "G27", .gate, "MAX_POSITION",
            does: "position with open and unknown orders at their worst",
            key: "`max_position`",
            shown: "`anUnknownOrderCountsAtItsWorstAndPausesItsInstrumentOnly`"),
        Control(
            "G28", .gate, "NET_EXPOSURE, GROSS_EXPOSURE",
            does: "the same in quote, one side and both",
            key: "`max_net_exposure`, `max_gross_exposure`",
            shown: "`anInstrumentsExposureIsBoundedInQuote`"),
        Control(
            "G29", .gate, "PORTFOLIO_NET, PORTFOLIO_GROSS",
            does: "over all instruments of the run",
            key: "`max_portfolio_net`, `max_portfolio_gross`",
            shown: """
            `thePortfolioNetSetsLongAndShortOff`, `thePortfolioGrossAddsEverything`, \
            `unknownOrdersCountInEveryExposure`
            """),
        Control(
            "G30", .gate, "INSUFFICIENT_BALANCE",
            does: """
            the account can pay: quote with the fee allowance for a buy, base for a sale, other unsettled orders at \
            their worst taken off
            """,
            key: "`quote_reserve`, `fee_allowance_bps`",
            shown: """
            `aBuyNeedsQuoteAndASaleNeedsBase`, `whatOwnOrdersMayStillTakeIsSpent`, \
            `anUnknownOrderBindsItsWorstCase`, `aBalanceThatNobodyToldIsNone`, `aLostLinkForgetsTheBalances`
            """),
        Control(
            "G31", .gate, "ORDER_RATE",
            does: "new orders per second and minute",
            key: "`max_orders_per_second`, `max_orders_per_minute`",
            shown: "`aRulePassesAtItsLimitAndRefusesOneUnitPastIt` (RiskTests)"),
        Control(
            "G32", .gate, "INSTRUMENT_RATE",
            does: "orders and cancels of one instrument, a share kept for cancels",
            key: """
            `max_instrument_orders_per_second`, `max_instrument_orders_per_minute`, `cancel_share_percent`
            """,
            shown: "`eachInstrumentHasARateOfItsOwnWithItsShareForCancels`"),
        Control(
            "G33", .gate, "MESSAGE_RATE",
            does: "requests of all kinds, a share kept for cancels",
            key: "`max_messages_per_second`, `max_messages_per_minute`, `cancel_share_percent`",
            shown: "`aShareOfTheRequestsIsKeptForCancels`, `theRateRecoversWithTime`"),
        Control(
            "G34", .gate, "HELD_BY_VENUE",
            does: "the venue asked for a pause",
            key: "-",
            shown: "`tooManyOrdersHoldNewOnesOnlyUntilTheWindowEnds`"),
        Control(
            "G35", .gate, "VENUE_RATE",
            does: "the venue's own count of weight and orders, less the share kept for cancels",
            key: "`cancel_share_percent`",
            shown: "`newOrdersStopBeforeTheVenuesOwnLimitAndCancelsGoOn`, `aCountEndsWithItsWindow`"),
        Control(
            "G36", .gate, "IDENTICAL_ORDERS",
            does: "the same order within ten seconds",
            key: "`max_identical_orders`",
            shown: "`theSameOrderAgainAndAgainIsRefused`"),
        Control(
            "G37", .gate, "ORDER_TO_TRADE",
            does: "orders of an instrument for each execution within ten minutes, a floor always allowed",
            key: "`max_orders_per_trade`, `order_to_trade_floor`",
            shown: "`ordersStayInProportionToWhatIsExecuted`"),
        Control(
            "G38", .gate, "DAILY_LOSS",
            does: "realised, unrealised and fees since midnight UTC",
            key: "`max_daily_loss`",
            shown: "`theDaysLossHaltsAtItsLimitAndCancelsAll`"),
        Control(
            "G39", .gate, "UNKNOWN_ORDERS",
            does: "an instrument pauses while one of its orders is unknown",
            key: "-",
            shown: "`anUnknownOrderCountsAtItsWorstAndPausesItsInstrumentOnly`"),
        Control(
            "G40", .gate, "CAPACITY",
            does: "room to remember it",
            key: "-",
            shown: "`aFullOrderTableRefusesByItsCode`"),
    ]
}

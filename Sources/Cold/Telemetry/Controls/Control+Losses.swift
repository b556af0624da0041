/// While it runs: losses, strategies, instruments, disorder, in the order of docs/CONTROLS.md.
extension Control {
    static let losses: [Control] = [
        Control(
            "R1", .running, "daily loss",
            does: """
            what `on_daily_loss` says, once confirmed; a new day starts clean, a lost book forgets nothing
            """,
            code: "`TradingCore+Result`",
            key: "`max_daily_loss`, `on_daily_loss`",
            shown: """
            `aDayStartsWithACleanSlate`, `lossesOfTheDayBeforeDoNotCountAndProfitsDoNotCover`, \
            `aLossIsNotForgottenWithTheMarketLink`, `aLossLeadsToWhatTheConfigurationSays`
            """,
            acts: ["trip:DAILY_LOSS"]),
        Control(
            "R2", .running, "drawdown, of the run since it was armed and of the day",
            does: "what `on_drawdown` says, once confirmed",
            code: "`TradingCore+Result`",
            key: "`max_drawdown`, `max_day_drawdown`, `on_drawdown`",
            shown: """
            `aDrawdownCountsWhenItIsFoundSeveralTimesInARow`, `theDaysDrawdownCountsFromTheDaysHighest`
            """,
            acts: ["trip:DRAWDOWN"]),
        Control(
            "R3", .running, "confirmation of a loss",
            does: """
            N evaluations in a row at prices that the last public trade confirms, or more without it; a bad price is \
            neither a loss nor a height
            """,
            code: "`Finding`, `TradingCore+Result`",
            key: """
            `drawdown_confirmations`, `max_price_gap_bps`, `max_trade_age`, `unconfirmed_evaluations`
            """,
            shown: """
            `aBadBookThatTradesDoNotConfirmDoesNotHalt`, `aLossThatTradesConfirmHaltsAfterItsConfirmations`, \
            `theGapIsMeasuredAtItsBound`, `aSilentSecondSourceOnlyTakesLonger`, \
            `aBookThatStandsStillIsEvaluatedOnceASecond`, `aBadHighIsNotAHeightToFallFrom`
            """,
            acts: ["alert:PRICE_UNCONFIRMED"]),
        Control(
            "R76", .running, "fee in a third asset",
            does: """
            every result counts it at the price that `venue.fee_assets` gives its asset, rounded up: instrument, strategy, day, \
            drawdown, what is carried over. In an asset without a price: the fill counts, FEE_UNPRICED and SAFE, and nobody \
            can arm before it is priced and the engine started again
            """,
            code: "`Orders/Position`, `TradingCore+Result`",
            key: "`venue.fee_assets`",
            shown: """
            `aFeeInAThirdAssetIsInEveryResultAtItsPrice`, `feesInAThirdAssetAloneReachTheLimitsOfLoss`, \
            `aFeeInAThirdAssetWithoutAPriceLeadsToSafeAndNobodyArms`, \
            `aFeeInAThirdAssetWithoutAPriceIsFoundWhereNothingTradesToo`, \
            `aFeeTakenFromWhatAnotherInstrumentTradesIsExpectedThere`, \
            `aFeeInAThirdAssetCountsAtItsPriceRoundedAgainstUs` (OrdersTests), FeeAssetTests (ConfigTests), \
            Tests/EndToEnd/fees.sh
            """,
            acts: ["alert:FEE_UNPRICED"]),
        Control(
            "R4", .running, "strategy's own loss or drawdown",
            does: """
            that strategy off, its orders cancelled; its loss counts from midnight UTC, or from when a person \
            switched it on since: neither arming nor a restart gives it more
            """,
            code: "`TradingCore+Strategies`",
            key: "`max_strategy_loss`, `max_strategy_drawdown`",
            shown: """
            `aStrategyThatLosesTooMuchIsSwitchedOffAlone`, \
            `aStrategyThatFallsTooFarIsSwitchedOffAfterItsConfirmations`, \
            `armingAgainDoesNotFreeAStrategysLossOfTheDay`, `whoSwitchesAStrategyOffAndOnGivesItItsLossAnew`
            """,
            acts: ["switched:STRATEGY_LOSS", "switched:STRATEGY_DRAWDOWN"]),
        Control(
            "R5", .running, "strategy's refused orders",
            does: "the same; of its last 64 answered",
            code: "`TradingCore+Strategies`",
            key: "`max_reject_percent`, `min_strategy_samples`",
            shown: "`aStrategyWhoseOrdersAreRefusedIsSwitchedOffPastItsShare`, `fewRefusalsAreNoShare`",
            acts: ["switched:STRATEGY_REJECTS"]),
        Control(
            "R6", .running, "strategy's slippage",
            does: "the same; last 64 fills against the mid at its decisions, by worth, rounded up",
            code: "`TradingCore+Strategies`",
            key: "`max_strategy_slippage_bps`, `min_strategy_samples`",
            shown: """
            `aStrategyThatTradesFarFromItsDecisionsIsSwitchedOff`, `slippageIsSignedAndRoundedAgainstUs`
            """,
            acts: ["switched:STRATEGY_SLIPPAGE"]),
        Control(
            "R7", .running, "return of a strategy",
            does: """
            by a person, or by arming where a limit switched it off; by neither before its cooldown is over; kept \
            over a restart in `RUN/switched.off`, and where that does not know of it, by the journal
            """,
            code: "`TradingCore+Strategies`, `Guard/SwitchKeeper`, `Replay/CarriedBooks`",
            key: "`strategy_cooldown`",
            shown: """
            `aSwitchedOffStrategyComesBackOnlyByArming`, `aCooldownHoldsAgainstAPersonAndAgainstArming`, \
            `whatAPersonSwitchedOffStaysOffThroughArming`, `whatWasOffBeforeARestartIsOffAfterIt`, `What the journal says \
            is off is off where the file does not know of it, and the file's word goes first` (GuardTests), \
            Tests/EndToEnd/carried.sh
            """,
            acts: ["command:strategy on"]),
        Control(
            "R8", .running, "strategy in shadow",
            does: "its intents are judged by the same gate and journalled, never sent; nothing is reserved",
            code: "`TradingCore+Orders`",
            key: "`strategies: shadow`",
            shown: "`aShadowStrategyIsJudgedAndNeverSent`"),
        Control(
            "R9", .running, "stop loss, take profit of a position",
            does: """
            once confirmed: the instrument alone is closed by the engine's reducing orders, and blocked
            """,
            code: "`TradingCore+Instruments`",
            key: "`stop_loss`, `take_profit`, `exit_pause`",
            shown: """
            `aStopLossClosesItsInstrumentAloneAndBlocksIt`, `aTakeProfitDoesTheSame`, \
            `boundsInBasisPointsAreOfTheAveragePrice`, `oneBadPriceDoesNotClose`
            """,
            acts: ["switched:STOP_LOSS", "switched:TAKE_PROFIT"]),
        Control(
            "R10", .running, "return of an instrument",
            does: """
            after `exit_pause` or a calm `breach_pause`, or by a person; not while it is being closed or still moves
            """,
            code: "`TradingCore+Instruments`",
            key: "`exit_pause`, `breach_pause`",
            shown: """
            `afterItsPauseTheInstrumentTradesAgain`, `aPersonEndsTheBlockButNotTheClosing`, \
            `aVolatilityHaltIsSeenAndAPersonEndsItOnceThePriceIsCalm`
            """,
            acts: ["command:instrument on"]),
        Control(
            "R11", .running, "cannot flatten",
            does: """
            nothing filled for 30 s: an alarm and no more orders, SAFE where the whole run was flattened
            """,
            code: "`TradingCore+Flatten`, `TradingCore+Instruments`",
            key: "-",
            shown: """
            `whatCannotBeClosedIsAnAlarmNotALoop`, `flatteningThatMeetsNobodyEndsInAnAlarmAndSafe`, \
            `flatteningWithoutAnOppositeSideEndsInAnAlarmToo`
            """,
            acts: ["alert:CANNOT_FLATTEN"]),
        Control(
            "R12", .running, "silent engine",
            does: """
            the guard, a process with a key and a connection of its own, latches and cancels everything until the \
            venue shows nothing; where its first REST server gives no answer it asks the next
            """,
            code: "`Guard/GuardDecision`, `GuardWatch`",
            key: "`timeouts.guard`, `venue.failover`",
            shown: """
            GuardDecisionTests, `Where the first server gives no answer the next one is asked, and stays the one \
            that is asked` (RestTests), guard.sh
            """),
        Control(
            "R13", .running, "silent thread",
            does: """
            SAFE: feed, parse and the control socket's door watched by cold, cold by the trade thread, trade by the guard; of a \
            silent guard a person is told
            """,
            code: "`Gateway/ColdWatch`, `ThreadWatch`",
            key: "`timeouts.guard`; cold 5 s",
            shown: """
            `aStalledThreadTakesTheMandate`, GatewayTests: a cold side that hangs takes the mandate; \
            Tests/EndToEnd/stalled_thread.sh
            """,
            acts: ["trip:THREAD_STALL"]),
        Control(
            "R14", .running, "unconfirmed fill",
            does: "SAFE",
            code: "`TradingCore+Confirm`",
            key: "`max_unconfirmed`",
            shown: "`anUnconfirmedFillLeadsToSafe`"),
        Control(
            "R15", .running, "order too old",
            does: "cancelled",
            code: "`TradingCore+Safety`",
            key: "`max_order_age`",
            shown: "`anOrderThatRestsTooLongIsCancelled`"),
        Control(
            "R16", .running, "lowered limit",
            does: """
            what rests beyond it is cancelled, the newest first, until the rest is within; what is on its way waits \
            until it rests; of an amount, what only reduces a position stays; of a bound of price, all that the gate \
            would refuse now goes, by the market of that step; a bound of slippage takes nothing back, since what rests \
            takes nothing; so too when a raise ends
            """,
            code: "`TradingCore+TakeBack`",
            key: """
            `max_order_quantity`, `max_order_notional`, `max_open_orders`, `max_position`, `max_net_exposure`, \
            `max_gross_exposure`, `max_portfolio_net`, `max_portfolio_gross`, `price_collar_bps`, `max_drift_bps`
            """,
            shown: """
            `aLoweredLimitTakesTheNewestOrdersBackUntilTheRestIsWithin`, `whatIsWithinALoweredLimitStays`, \
            `whatReducesThePositionStaysUnderALoweredLimit`, `anOrderThatIsStillOnItsWayIsTakenBackOnceItRests`, \
            `aRaiseThatEndsTakesBackWhatOnlyItAllowed`, `afterALoweredLimitTheRestIsWithinItWhateverRested`, \
            `aLoweredCollarTakesBackWhatItWouldRefuseNowAndNothingElse`, \
            `afterALoweredCollarExactlyWhatTheGateWouldRefuseIsTakenBack`, \
            `aLoweredBoundOfDriftTakesBackWhatIsTooFarFromTheLastMinute`, \
            `aLoweredBoundOfSlippageTakesNothingBackSinceWhatRestsTakesNothing`
            """,
            acts: ["alert:LIMIT_LOWERED"]),
        Control(
            "R17", .running, "errors in a row",
            does: "SAFE",
            code: "`TradingCore+Churn`",
            key: "`max_consecutive_errors`",
            shown: "`errorsInARowLeadToSafe`",
            acts: ["trip:ERRORS_IN_ROW"]),
        Control(
            "R18", .running, "place-and-cancel cycles",
            does: "SAFE",
            code: "`TradingCore+Churn`",
            key: "`max_order_cycles`",
            shown: "`ordersPlacedAndCancelledAgainAndAgainLeadToSafe`",
            acts: ["trip:ORDER_CYCLES"]),
    ]
}

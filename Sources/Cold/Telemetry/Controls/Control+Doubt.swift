/// While it runs: unknown orders, the venue, feeds, in the order of docs/CONTROLS.md.
extension Control {
    static let doubt: [Control] = [
        Control(
            "R19", .running, "flip-flop of the position",
            does: "SAFE",
            code: "`TradingCore+Churn`",
            key: "`max_direction_flips`",
            shown: "`aPositionThatTurnsAgainAndAgainLeadsToSafe`",
            acts: ["trip:DIRECTION_FLIPS"]),
        Control(
            "R20", .running, "repeated execution, by strategy and side",
            does: "SAFE",
            code: "`TradingCore+Churn`",
            key: "`max_executions`",
            shown: "`executionsOnOneSideAgainAndAgainLeadToSafe`",
            acts: ["trip:EXECUTIONS"]),
        Control(
            "R21", .running, "unknown order",
            does: """
            looked up at growing intervals, never sent again; SAFE after a deadline, then a person may resolve it
            """,
            code: "`TradingCore+Safety`, `TradingCore+Resolve`",
            key: "`timeouts.request`, `.place`, `.cancel`, `.amend`, `.query`",
            shown: """
            `aRequestWithoutAnAnswerIsUnknownAndAskedAboutNeverSentAgain`, \
            `lookUpsGrowFurtherApartAndOneStandsWhereAbsenceIsProof`, `anOrderUnknownForTooLongLeadsToSafe`, \
            `aPersonResolvesAnOrderOnlyPastItsDeadline`, `aPersonsWordNeverContradictsTheVenue`
            """,
            acts: ["trip:UNKNOWN_ORDER"]),
        Control(
            "R22", .running, "dead-man's switch",
            does: """
            refreshed on a timer while the order link is up, also before anybody arms; no confirmation before the \
            venue has confirmed one; past its period SAFE, since the venue may have cancelled everything; a venue \
            without one that is asked for it is a start-up error
            """,
            code: "`TradingCore+CancelSwitch`, `VenueKit/OrderEntryAdapter`",
            key: "`venue.cancel_switch`",
            shown: """
            `nobodyArmsBeforeTheVenueHasConfirmedARefresh`, \
            `pastThePeriodTheVenueMayHaveCancelledEverythingAndTheEngineIsSafe`; CancelSwitchTests (ConfigTests); a \
            third of the seeded worlds has one
            """,
            acts: ["alert:CANCEL_SWITCH"]),
        Control(
            "R23", .running, "cancel tried again",
            does: """
            only once it is proved that the order rests; pauses double, with up to a quarter more drawn from a seed \
            that is an input; after the last try CANNOT_CANCEL and SAFE, whose sweeps become rarer
            """,
            code: "`TradingCore+Retry`",
            key: "`timeouts.retry`, `.retry_max`, `.cancel_tries`",
            shown: """
            `aRefusedCancelIsTriedAgainEachTimeLaterAndThenAPersonIsCalled`, \
            `pausesAreDrawnFromTheSeedAndTheSameSeedDrawsTheSame`, \
            `aCancelWithoutAnAnswerIsNotRepeatedBeforeTheLookUpProvesThatTheOrderRests`, \
            `placementsAndAmendmentsAreNeverTriedAgain`, `sweepsOfWhatRestsInSafeBecomeRarerAndAlarmOnce`
            """,
            acts: ["alert:CANNOT_CANCEL"]),
        Control(
            "R24", .running, "amendment",
            does: """
            old and new are one order, counted at the worse of both, looked up both; executions of both generations \
            are SAFE
            """,
            code: "`TradingCore+Amend`",
            key: "-",
            shown: """
            `anotherPriceIsTheNextGenerationAndBothCountAsTheWorse`, \
            `anAmendmentWithoutAnAnswerIsUnknownAndBothGenerationsAreLookedUp`, \
            `executionsOfBothGenerationsBreakTheLineageAndLeadToSafe`; in the seeded world every other block of \
            seeds quotes by amending, with amendments lost, late, refused, filled on the way and carried out under a \
            5xx; VenueAmendTests (SimulationTests), LoopbackAmendTests
            """),
        Control(
            "R25", .running, "venue asks to be left alone",
            does: """
            418 and 403: nothing leaves, SAFE; 429: nothing but cancels, SAFE; -1015: no new orders; until the \
            venue's own time; REST answers the same, and REST itself sends nothing meanwhile
            """,
            code: "`TradingCore+Usage`, `Rest/RestClient`",
            key: "-",
            shown: """
            `duringABanNothingLeavesNotEvenACancelAndAfterItAllIsSwept`, `aRateLimitHoldsEverythingButCancels`, \
            `tooManyOrdersHoldNewOnesOnlyUntilTheWindowEnds`; RestUsageTests, `After 429 nothing more is sent, and \
            whoever asks is told for how long` (RestTests)
            """,
            acts: ["alert:RATE_LIMITED"]),
        Control(
            "R26", .running, "the venue's own count of weight and orders",
            does: """
            told by order answers and by the headers of every REST answer; those tell no limit, so they count \
            against the last one told, and only upwards within a window
            """,
            code: "`TradingCore+Usage`",
            key: "`cancel_share_percent`",
            shown: """
            `aCountWithoutItsLimitCountsAgainstTheLastOneToldAndOnlyUpwards`, `Every answer tells the weight that \
            the venue has counted` (RestTests)
            """),
        Control(
            "R27", .running, "feed in doubt",
            does: """
            SUSPECT takes the instrument's quotes back once, DEAD opens the connection anew; no single threshold \
            decides
            """,
            code: "`VenueKit/StreamHealth`, `TradingCore+Feed`",
            key: "`feed.stale_after`",
            shown: """
            `aSuspectFeedTakesQuotesBackOnceAndBlocksNewOrders`, `noConfirmationOnASuspectFeed`; \
            Tests/GatewayTests/StreamHealthTests
            """,
            acts: ["trip:MARKET_LINK", "alert:FEED_HEALTH"]),
        Control(
            "R28", .running, "second feed of the same market",
            does: """
            one is believed, the other watched; over when the first is gone, SUSPECT, DEAD, out of sequence or \
            behind by exchange time and the second is sound; back when it was sound for its time and not too often; \
            no event twice or older over both; each switch is a journalled input with its numbers
            """,
            code: "`VenueKit/FeedSelector`, `TradingCore+Source`",
            key: "`venue.secondary_feed`: `url`, `max_lag`, `switch_back_after`, `max_switches_per_minute`",
            shown: """
            Tests/GatewayTests/FeedSelectorTests, Tests/CoreTests/SourceTests, Tests/SimulationTests/FeedWorldTests, \
            Tests/EndToEnd/feeds.sh
            """,
            acts: ["alert:SOURCE_SWITCHED", "alert:SOURCE_FLAPPING"]),
        Control(
            "R29", .running, "two feeds that contradict each other",
            does: """
            another best price at the same update id, or far across each other, for longer than bearable: SUSPECT, \
            both opened anew, none is switched to until they agreed three times
            """,
            code: "`VenueKit/FeedSelector+Agreement`",
            key: "`venue.secondary_feed.disagree_after`, `.disagree_bps`",
            shown: """
            `anotherBookAtTheSameUpdateIsSuspectAfterItsTimeAndHealsByNewConnections`, \
            `booksThatStandAcrossEachOtherAreSuspectBeyondTheTolerance`, \
            `feedsThatContradictEachOtherTakeQuotesBackAndBlockNewRisk`
            """),
        Control(
            "R30", .running, "server for orders that fails",
            does: """
            the next one of the list, after so many failed attempts, after the breaker for errors in a row, or by \
            `ctl failover`; the old connection ends first, so what was in flight is unknown; reconciled anew before \
            anybody arms; never another host
            """,
            code: "`Gateway/ServerFailover`, `TradingCore+Source`",
            key: "`venue.failover`, `venue.failover_after`",
            shown: """
            Tests/GatewayTests/ServerFailoverTests, `anotherServerForOrdersHasToBeReconciledBeforeAnybodyArms`
            """,
            acts: ["command:failover"]),
        Control(
            "R31", .running, "message told twice or out of order",
            does: """
            taken once, or the book is built anew; what was told again, too late or left out is counted by stream: \
            `needletail ctl feeds`
            """,
            code: "`SymbolFeed`, `SeenEvents`, `VenueKit/StreamCounts`",
            key: "-",
            shown: "IdempotencyTests, `What a stream tells again or leaves out is counted by stream, and the sum is the total`"),
        Control(
            "R32", .running, "message not believed",
            does: """
            counted, kept with its reason and first bytes, secrets masked: `needletail ctl quarantine`; on the \
            private stream also SAFE
            """,
            code: "`VenueKit/QuarantinedMessage`",
            key: "-",
            shown: "Tests/GatewayTests/QuarantineTests"),
        Control(
            "R33", .running, "burst",
            does: """
            tops conflate to the latest, trades wait and are never conflated, frames wait behind them
            """,
            code: "`Gateway/MarketOutlet`",
            key: "-",
            shown: "Tests/GatewayTests/FeedParseAgentTests"),
        Control(
            "R53", .running, "restart, in order or not",
            does: """
            the journal says what the runs before hold and what it cost, and what the trading day has brought; the \
            core is told before anybody can arm, by journalled commands of the engine's own: `max_position`, \
            exposures, stop loss, take profit, flattening and `max_daily_loss` go on where they were
            """,
            code: "`TradingCore+Carry`, `Replay/CarriedBooks`",
            key: "-",
            shown: """
            `aCarriedPositionCountsAgainstTheCap`, `theDaysLossOfTheRunBeforeCounts`, \
            `aStopLossJudgesACarriedPositionByWhatItCost`, `flattenClosesACarriedPosition`, CarriedBooksTests \
            (ReplayTests), Tests/EndToEnd/carried.sh; invariants 1, 2 and 13 over all lives of the seeded world, \
            CarryWorldTests (SimulationTests)
            """),
        Control(
            "R75", .running, "a strategy's own part over a restart",
            does: """
            by its name: what its own fills left, at what it cost, and what its loss counts; what the engine closes is \
            taken from the strategies that hold it. What no strategy of the run holds (of one that is gone, renamed or on \
            another instrument, of orders by hand, of earlier runs' orders, of what was executed while no engine ran) is \
            nobody's: `stage` says so, and the instrument's and the run's limits count it
            """,
            code: "`TradingCore+Carry`, `TradingCore+Churn`, `Replay/CarriedBooks+Strategies`",
            key: "`max_strategy_loss`, `max_strategy_drawdown`",
            shown: """
            `aStrategyGoesOnWithWhatItHeldAndLostBeforeTheRestart`, \
            `whatNoStrategyHoldsIsInNoStrategysResultAndInEveryOtherLimit`, \
            `whatTheEngineClosesIsTakenFromTheStrategiesThatHoldIt`, CarriedBooksTests (ReplayTests), \
            Tests/EndToEnd/carried.sh
            """),
        Control(
            "R54", .running, "journal that does not say what was held",
            does: """
            damage, a lost record of a run, sums that do not fit, an instrument with a position that is no longer \
            configured: the start is refused
            """,
            code: "`Replay/CarriedBooks`, `Engine/CarryOver`",
            key: "-",
            shown: """
            `What does not add up is refused, with its place`, `A damaged segment is refused`, `A damaged journal is no \
            start, and a person begins anew`
            """),
        Control(
            "R34", .running, "executed while no engine ran",
            does: """
            found at the start by the journal's mark, which passes no trade that is younger than a minute or comes while \
            an order is unknown, and by the fills that the core booked behind it; told and journalled; every trade of \
            the account on the instrument is added to the position that was carried over; a new run directory begins \
            with the balances that hold it, and it is not counted
            """,
            code: "`Journal/SequenceMarks`, `Journal/HistoryMarks`, `Journal/DowntimeFills`, `TradingCore+Carry`",
            key: "-",
            shown: """
            `aFillWhileNoEngineLookedIsAddedToThePosition`, `anExecutionOfAnEarlierOrderCountsOnceWhoeverTellsIt`, \
            Tests/JournalTests/SequenceMarksTests, Tests/JournalTests/DowntimeFillsTests, \
            Tests/JournalTests/HistoryMarksTests, Tests/EndToEnd/marks.sh
            """),
        Control(
            "R55", .running, "balance moved while no engine ran, and no fill explains it",
            does: """
            the first snapshot differs from what the journal expects: nobody can arm before `ctl accept SYMBOL \
            --reason WHY`; the position stays as it is
            """,
            code: "`TradingCore+Carry`",
            key: "-",
            shown: "`whatNoFillExplainsSinceTheRunBeforeKeepsTheEngineDisarmed`"),
        Control(
            "R35", .running, "link lost",
            does: "every order unknown, SAFE",
            code: "`TradingCore+Safety`",
            key: "-",
            shown: "`aLostLinkDoubtsEveryOrderAndLeadsToSafe`",
            acts: ["trip:ORDER_LINK"]),
        Control(
            "R36", .running, "fill twice",
            does: "counted once",
            code: "`Orders/FillWindow`",
            key: "-",
            shown: "`aRepeatedFillCountsOnceWhereverItComesFrom`"),
    ]
}

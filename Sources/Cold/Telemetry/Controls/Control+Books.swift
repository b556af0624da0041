/// While it runs: links, fills, books of account, stops, in the order of docs/CONTROLS.md.
extension Control {
    static let books: [Control] = [
        Control(
            "R37", .running, "fill late",
            does: "counted and flagged; terminal stays terminal",
            code: "`TradingCore+Venue`",
            key: "-",
            shown: "`aLateFillOfACancelledOrderCountsAndIsFlagged`"),
        Control(
            "R38", .running, "fill without its order, on another instrument, past its limit, on the other side, too much",
            does: """
            counted where it was executed, SAFE; a word about an order under another instrument, with another side or price is \
            not believed, SAFE
            """,
            code: "`TradingCore+Venue`",
            key: "-",
            shown: """
            `aFillOnAnotherInstrumentThanItsOrdersCountsWhereItWasAndLeadsToSafe`, \
            `anOrderThatTheVenueShowsWithAnotherSideOrPriceIsNotBelievedAndLeadsToSafe`, \
            `anUpdateThatNamesAnotherInstrumentThanItsOrdersIsNotBelievedAndLeadsToSafe`, \
            `aFillOfOursWithoutItsOrderCountsAndLeadsToSafe`, `aFillOnTheOtherSideOrPastTheLimitLeadsToSafe`, \
            `moreFilledThanOrderedLeadsToSafeBeforeTheStrategyIsAsked`
            """),
        Control(
            "R39", .running, "fill announced and missing",
            does: "SAFE after its grace, in whatever state the order is",
            code: "`TradingCore+Safety`",
            key: "`timeouts.unknown`",
            shown: """
            `anAnnouncedFillThatNeverComesLeadsToSafe`, `aGapInTheFillsOfAnOrderThatRestsLeadsToSafeAfterItsGrace`, \
            `aFillWhoseCumulativeQuantityJumpsIsAGapToo`
            """,
            acts: ["trip:MISSING_FILL"]),
        Control(
            "R40", .running, "order that rests after its end",
            does: "cancelled, SAFE, no arming until a snapshot is clean",
            code: "`TradingCore+Venue`",
            key: "-",
            shown: "`anOrderThatRestsAfterItsEndIsCancelledAndLeadsToSafe`"),
        Control(
            "R41", .running, "orders of an earlier run",
            does: "taken in and cancelled",
            code: "`TradingCore+Venue`",
            key: "`venue.client_id_prefix`",
            shown: "`anOpenOrderOfAnEarlierRunIsTakenInAndCancelled`"),
        Control(
            "R42", .running, "another engine under our prefix",
            does: """
            HALTED; on the same machine refused at the start by a lease for key and prefix, and for the account's number and prefix \
            where `venue.account.number` names it
            """,
            code: "`TradingCore+Venue`, `Guard/AccountLease`",
            key: "`venue.client_id_prefix`, `NEEDLETAIL_LEASES`",
            shown: "`anotherEngineUnderOurPrefixHalts`, AccountLeaseTests (GuardTests)"),
        Control(
            "R43", .running, "parts and generations of an intent",
            does: """
            checked beside the sender: no order without its passed verdict, parts never more than the intent, no \
            name twice; a breach stops the route and is HALTED
            """,
            code: "`Orders/ConservationCheck`, `Gateway/CheckedOutlet`",
            key: "-",
            shown: """
            ConservationTests (OrdersTests), CheckedOutletTests (GatewayTests), `aBreachFoundAtTheLastGateHalts`; \
            invariant 11 after every step of the seeded world
            """,
            acts: ["alert:CONSERVATION_BREACH"]),
        Control(
            "R44", .running, "reconciliation",
            does: """
            open orders, balances and trade history every five seconds, and a second after the first activity that \
            follows ten quiet ones
            """,
            code: "`Telemetry/TruthSchedule`",
            key: "-",
            shown: "TruthScheduleTests (TelemetryTests)"),
        Control(
            "R52", .running, "reconciliation that does not succeed",
            does: """
            past the limit SAFE, with its age; nobody arms; each instrument by itself, so that one whose fills are \
            always on their way counts too; where nothing is sent but something is held, a person is told
            """,
            code: "`TradingCore+Unreconciled`",
            key: "`max_unreconciled`",
            shown: """
            `aReconciliationThatNeverSucceedsLeadsToSafeWithItsNumbers`, `nobodyArmsOnAnOldReconciliation`, \
            `anInstrumentWhoseOwnComparisonIsAlwaysSkippedCountsAsUnreconciled`, \
            `whereNothingIsSentAPersonIsToldOnceOfAPositionThatNobodyCompares`; fault truthGone of the seeded world
            """,
            acts: ["trip:UNRECONCILED"]),
        Control(
            "R45", .running, "balance differs",
            does: """
            REDUCING and everything cancelled, the second time in a row HALTED, with both figures; a row that is \
            absent twice in a row differs; only a fill that explains the difference ends the doubt
            """,
            code: "`TradingCore+Reconcile`",
            key: "`reconcile.tolerance_bps`",
            shown: """
            `theFirstDifferenceReducesAndTheSecondInARowHalts`, `absenceInOneSnapshotIsNotZero`, \
            `aDifferenceWithinTheToleranceIsNoneAndTheBaselineStays`, \
            `aBalanceThatIsAbsentOnceComparesNothingAndTwiceInARowDiffers`, \
            `aFillThatDoesNotExplainADifferenceDoesNotClearIt`, `anyOfTheFillsSinceMayExplainADifference`
            """,
            acts: ["trip:POSITION"]),
        Control(
            "R46", .running, "fill claimed and not told",
            does: "counted at its worst and owed; replaced by the real fill, never added to it",
            code: "`TradingCore+Venue`",
            key: "-",
            shown: "`aClaimedFillIsReplacedByTheRealOneNeverAdded`"),
        Control(
            "R47", .running, "flatten",
            does: "own IOC orders within a bound, only what is held, then DISARMED",
            code: "`TradingCore+Flatten`",
            key: "`max_slippage_bps`",
            shown: "`flatteningSellsWhatIsHeldAndDisarms`, `flatteningDoesNotSellWhatAFeeTook`",
            acts: ["command:flatten"]),
        Control(
            "R48", .running, "stop, disarm, kill",
            does: "everything cancelled in the same step",
            code: "`TradingCore+Commands`",
            key: "-",
            shown: "`everyStopCancelsEverythingInItsStep`, `aKillWithTheLinkDownCancelsWhenItIsBack`",
            acts: ["command:stop", "command:disarm", "command:kill", "trip:KILL"]),
        Control(
            "R50", .running, "kill, before all else",
            does: """
            heard by a thread of its own, before every other input of the trade thread, before the latch's write; answered \
            after both
            """,
            code: "`Control/ControlDoor`, `Gateway/TradeAgent`",
            key: "-",
            shown: "ControlDoorTests, `A kill goes ahead of all that waits, is stamped, and changes nothing the second time`",
            acts: ["command:kill"]),
        Control(
            "R51", .running, "a halt whose latch was not written",
            does: "latched by the next start, from the journal",
            code: "`Journal/HaltTrail`",
            key: "-",
            shown: "HaltTrailTests (JournalTests)"),
        Control(
            "R49", .running, "mandate",
            does: "ends by itself; nothing leaves in that step",
            code: "`TradingCore+Safety`",
            key: "`--lifetime` at the stage",
            shown: "`aMandateEndsByItselfAndNothingLeavesInThatStep`",
            acts: ["command:confirm"]),
    ]
}

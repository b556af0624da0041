/// The right to trade, in the order of docs/CONTROLS.md.
extension Control {
    static let right: [Control] = [
        Control(
            "A1", .right, "mandate's hash",
            does: """
            covers build, configuration, account's key, strategies with version, limits, venue, expiry
            """,
            code: "`Control/Mandate`",
            shown: "`Whatever is approved changes the hash, what is only shown does not`"),
        Control(
            "A2", .right, "another account",
            does: """
            the venue's own number for the account differs from what was staged: arm, confirm and orders by hand are \
            refused, `stage` shows both; under a mandate a kill. Where `venue.account.number` names the account, it is part of \
            the hash, and a key of another account, or of one that the venue did not name yet, stages, arms and confirms \
            nothing and is never reconciled: nothing of its answers reaches the core; a guard with such a key ends
            """,
            code: "`Control/AccountIdentity`, `EngineDesk`, `EngineHost+Truth`",
            shown: """
            Tests/EndToEnd/another_account.sh, AccountIdentityTests (ControlTests), \
            `The account's number is in the hash, the facts and what check prints`
            """),
        Control(
            "A12", .right, "the venue changes its rules",
            does: """
            tick and lot, smallest and largest amounts, price bands and the number of resting orders are read again every \
            30 s; other ones than at the start end the mandate (everything is cancelled, RULES_CHANGED says both values), and \
            stage, arm and confirm are refused until a new start, even if the old ones come back
            """,
            code: "`Config/VenueRules`, `Engine/RulesWatch`",
            shown: "VenueRulesTests (ConfigTests), Tests/EndToEnd/rules.sh"),
        Control(
            "A3", .right, "last approval",
            does: "`stage` shows key by key what differs from it",
            code: "`Control/Approval`",
            shown: """
            `The difference names each key with what it was and is`, `What differs in meaning differs in its facts`
            """),
        Control(
            "A4", .right, "changed on disk",
            does: """
            program or configuration on disk differs from what runs: stage, arm, confirm and intent are refused; looked at once a \
            second, and two looks in a row that find it take a mandate (armed or LIVE: disarmed, everything cancelled) and \
            alert a person; REDUCING goes on closing
            """,
            code: "`Engine/DriftCheck`, `Control/DriftWatch`",
            shown: "Tests/EndToEnd/arming.sh, DriftWatchTests (ControlTests)"),
        Control(
            "A5", .right, "incident",
            does: """
            after SAFE or HALTED: a written note, an account reconciled since, and all that a confirmation needs
            """,
            code: "`TradingCore+Incident`",
            shown: """
            `afterSafeAStageWaitsForANoteAndAConfirmationForASnapshot`, \
            `aNoteMustSayAsMuchAsTheShortestAndBeOfTheSamePersonAndWhole`
            """,
            acts: ["command:incident"]),
        Control(
            "A6", .right, "what tripped",
            does: "named in the journal, the status and the checklist; a kill on top does not hide it",
            code: "`TradingCore+Incident`",
            shown: """
            `eachBreakerIsNamedAsWhatTripped`, `aKillOnTopDoesNotHideWhatTrippedAndTheNoteIsOwedAgain`
            """),
        Control(
            "A7", .right, "incident over a restart",
            does: "open until a mandate is confirmed, also after SIGKILL",
            code: "`Engine/IncidentTrail`, `Guard/IncidentFile`",
            shown: """
            `whatARunLeftOpenIsOpenInTheNext`, `A damaged file is an incident without a note, wherever it was cut`, \
            Tests/EndToEnd/arming.sh
            """),
        Control(
            "A8", .right, "order by hand",
            does: """
            judged by the gate at the review and again at the confirmation; exactly that order, once, within 30 s; \
            no strategy runs
            """,
            code: "`TradingCore+ByHand`",
            shown: """
            `aConfirmedIntentSendsExactlyThatOrderAndNoStrategyRuns`, `aReviewIsGoodOnceForATimeAndWithItsHash`, \
            `theGateJudgesTwice`, `anIntentNeedsWhatAMandateNeeds`
            """,
            acts: ["command:confirm (one order)"]),
        Control(
            "A9", .right, "its stops",
            does: "every breaker and stop works for it; it rests an hour at most",
            code: "`TradingCore+ByHand`",
            shown: "`everyStopAndBreakerHoldsForAnOrderByHand`, `anOrderByHandRestsNoLongerThanItMay`"),
        Control(
            "A10", .right, "two persons",
            does: "every command's record has the operator's user id, and who took the step before",
            code: "`TradingCore+Commands`",
            shown: "`whoTookTheStepBeforeIsRecorded`, `A second operator's step is said to be one`"),
        Control(
            "A11", .right, "preset `capped-live`",
            does: "built-in ceilings that the file, `--set` and commands cannot exceed",
            code: "`Config/Preset`",
            shown: """
            `Nothing gets past a ceiling, from the file or the command line`, \
            `Nothing gets below a floor, where a higher value is tighter`, `A loss leads to what sends nothing more`, \
            `A command is held to the same bounds`
            """),
    ]
}

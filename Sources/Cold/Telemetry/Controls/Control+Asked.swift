/// What regulators and the industry ask for, in the order of docs/CONTROLS.md.
extension Control {
    static let asked: [Control] = [
        Control(
            "S1", .asked, "largest order",
            does: "MAX_ORDER_SIZE above",
            key: "`max_order_quantity`",
            shown: "above"),
        Control(
            "S2", .asked, "largest order by value",
            does: "MAX_ORDER_NOTIONAL above",
            key: "`max_order_notional`",
            shown: "above"),
        Control(
            "S3", .asked, "price collar, per order and over time",
            does: "PRICE_COLLAR, PRICE_DRIFT above",
            key: "`price_collar_bps`, `max_drift_bps`",
            shown: "above"),
        Control(
            "S4", .asked, "position and exposure, gross and net, unknown orders included",
            does: "MAX_POSITION, NET_, GROSS_EXPOSURE, PORTFOLIO_ above",
            key: "`max_position`, `max_*_exposure`, `max_portfolio_*`",
            shown: "above; 300 random worlds"),
        Control(
            "S5", .asked, "messages, per instrument, venue and in total",
            does: "INSTRUMENT_RATE, MESSAGE_RATE, VENUE_RATE above",
            key: "`max_messages_*`, `max_instrument_orders_*`",
            shown: "above"),
        Control(
            "S6", .asked, "every order counts at once",
            does: "reserved before it is sent: `TradingCore+Orders`",
            key: "-",
            shown: "`anUnknownOrderCountsAtItsWorstAndPausesItsInstrumentOnly`"),
        Control(
            "S7", .asked, "repeated execution stops until a person enables it",
            does: "repeated execution above",
            key: "`max_executions`",
            shown: "above; `eachBreakerIsNamedAsWhatTripped`"),
        Control(
            "S8", .asked, "only permitted instruments",
            does: "INSTRUMENT_NOT_ALLOWED above",
            key: "`instruments`",
            shown: "above"),
        Control(
            "S9", .asked, "own thresholds, account and strategy",
            does: "INSUFFICIENT_BALANCE, strategy's own loss above",
            key: "`quote_reserve`, `max_strategy_loss`",
            shown: "above"),
        Control(
            "S10", .asked, "overrides temporary, authorised, logged",
            does: "limits while it runs, above",
            key: "`--lifetime`",
            shown: "`aRaiseEndsAtItsTimeAndIsTold`"),
        Control(
            "S11", .asked, "kill, fine and coarse, apart from the program",
            does: "`ctl kill`, `strategy`, `instrument`, `cancel`; the guard is another process",
            key: "-",
            shown: "`everyStopCancelsEverythingInItsStep`; guard.sh"),
        Control(
            "S12", .asked, "cancel on disconnect, heartbeats",
            does: "the guard; silent thread above",
            key: "`timeouts.guard`",
            shown: "guard.sh, `aStalledThreadTakesTheMandate`"),
        Control(
            "S13", .asked, "alerts within five seconds",
            does: """
            `Cold/Alerts`: a program, file or Unix datagram socket gets each alert as JSON, counted, again until \
            `ctl ack`; from the guard when the engine is dead; a LIVE run that names none is refused; the way's own \
            state stands in the status
            """,
            key: "`alerts`",
            shown: "AlertBookTests, AlertDeliveryTests, alerts.sh"),
        Control(
            "S14", .asked, "second source against our books",
            does: "reconciliation above: stream, snapshot, trade history",
            key: "`reconcile.tolerance_bps`",
            shown: "above"),
        Control(
            "S15", .asked, "credit over the whole portfolio",
            does: "PORTFOLIO_ and daily loss above; one venue a run, so not across venues",
            key: "`max_portfolio_*`",
            shown: "above"),
        Control(
            "S16", .asked, "error-trade policy",
            does: """
            docs/OPERATIONS.md says what to do; the record that a claim needs is `needletail journal export`; the \
            claim itself is made to the venue
            """,
            key: "-",
            shown: "ExportTests, operations.sh"),
        Control(
            "S17", .asked, "self-trade prevention",
            does: "SELF_TRADE above; the venue's own mode stays as the account has it",
            key: "-",
            shown: "above"),
        Control(
            "S18", .asked, "conformance by venue and release",
            does: "official SDK, ccxt, stream rules, Autobahn in every test run",
            key: "-",
            shown: "Tests/Oracles"),
        Control(
            "S19", .asked, "test apart from production",
            does: "other keys, addresses, run directory; a mode that may not send has no key in it",
            key: "`mode`",
            shown: "modes.sh"),
        Control(
            "S20", .asked, "deployment with small caps first",
            does: "preset `capped-live`",
            key: "`preset`",
            shown: "PresetTests"),
        Control(
            "S21", .asked, "stress at twice the busiest",
            does: """
            `needletail stress`: the busiest second and tenth of a second of a recording, played at twice their rate \
            through the real engine against the loopback venue, with a kill in the middle; no order or fill lost, \
            none doubled, no stale decision, nothing dropped
            """,
            key: "-",
            shown: "stress.sh, StressTests"),
        Control(
            "S22", .asked, "yearly self-assessment",
            does: """
            `needletail assess`: gaps first, then every control of this page with its configured value, whether it \
            is on, what it did in the journals and the tests that show it; drills by date; a line to sign
            """,
            key: "`operator`, `alerts`",
            shown: "AssessmentTests, ControlsTableTests, assess.sh"),
        Control(
            "S23", .asked, "changes are managed",
            does: "build, configuration and strategy versions in the mandate's hash and in each verdict",
            key: "-",
            shown: "`Whatever is approved changes the hash, what is only shown does not`"),
        Control(
            "S24", .asked, "continuity, drills",
            does: "restarts, kills, power cuts and failing disks in every test run; docs/OPERATIONS.md",
            key: "-",
            shown: "kills.sh, power_cut.sh, disk.sh, venue_killed.sh"),
        Control(
            "S25", .asked, "least privilege",
            does: "keys from the environment, no withdrawal needed; socket for one user; fuzzers",
            key: "-",
            shown: "secrets.sh, FuzzTests"),
        Control(
            "S26", .asked, "records and clocks",
            does: """
            the journal: every input, verdict, order, fill; the venue's clock measured and journalled
            """,
            key: "-",
            shown: "golden.sh, `theAgeByExchangeTimeIsJudgedWithTheMeasuredClock`"),
        Control(
            "S27", .asked, "named owners",
            does: """
            owner and deputy are shown by `stage`, part of its hash and journalled; so is the user id of who staged, \
            armed and confirmed
            """,
            key: "`operator`",
            shown: "alerts.sh, `whoTookTheStepBeforeIsRecorded`"),
        Control(
            "S28", .asked, "surveillance of our own trading",
            does: "ORDER_TO_TRADE, cycles, flips above; no layering metric",
            key: "`max_orders_per_trade`, `max_order_cycles`",
            shown: "above"),
        Control(
            "S29", .asked, "hard blocks with their reason",
            does: "every block is hard; lifting one needs a written reason",
            key: "`{unlimited: …}`",
            shown: "ConfigTests"),
        Control(
            "S30", .asked, "limits can be changed within the day",
            does: "limits while it runs, above",
            key: "-",
            shown: "LimitCommandTests"),
    ]
}

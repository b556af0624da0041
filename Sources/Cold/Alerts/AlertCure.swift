/// What a person is to do about an alert of this kind: a sentence each, in the words of docs/OPERATIONS.md.
package enum AlertCure {
    package static func of(_ kind: String) -> String {
        cures[kind] ?? "needletail ctl status; after SAFE or HALTED, needletail ctl checklist says what must hold"
    }

    private static let cures: [String: String] = [
        "HALTED": "look at the account at the venue, then needletail ctl unlatch --reason 'WHAT WAS FOUND'",
        "LATCHED": "look at the account at the venue, then needletail ctl unlatch --reason 'WHAT WAS FOUND'",
        "DAILY_LOSS": "look at the position at the venue; the day's loss limit was reached",
        "DRAWDOWN": "look at the position at the venue; the drawdown limit was reached",
        "JOURNAL_FAILED": "make room or mend the disk; the engine ended and every order is cancelled",
        "LATCH_FAILED": "make the run's directory writable; needletail ctl kill, or touch RUN/kill.latch",
        "THREAD_STALLED": "needletail ctl status shows which thread; look at the machine's load",
        "STALLED": "look at the machine's load; the mandate is gone, needletail ctl checklist says what must hold",
        "WS_STALE": "the link comes back by itself; then needletail ctl incident TEXT, and the ceremony",
        "VENUE_UNAVAILABLE": "look at the venue's status page; then needletail ctl incident TEXT, and the ceremony",
        "UNKNOWN_ORDER": "needletail ctl orders; when the venue shows what became of it, needletail ctl resolve",
        "POSITION_MISMATCH": "compare the account at the venue with needletail ctl positions before anything else",
        "FEE_UNPRICED": "the venue's page of trades names the asset: price it under venue.fee_assets, then start again",
        "UNRECONCILED": "look at the venue's REST and at the account there; the ceremony waits for a complete answer",
        "FILL_SEQ_GAP": "compare the trades at the venue with needletail ctl fills",
        "RATE_LIMITED": "nothing is sent until the venue's time is over; look for another user of the same address",
        "FLIPFLOP_DETECTED": "look at what the strategies did: needletail ctl fills, ctl strategy; then the ceremony",
        "SWITCHED_OFF": "needletail ctl strategy and ctl instrument say why and for how long",
        "REDUCING": "needletail ctl status; strategies may only reduce",
        "CANNOT_FLATTEN": "the position is still there and nothing more is sent: close it at the venue",
        "SWITCHES_FAILED": "make the run's directory writable: what is off would be on after a restart",
        "DOWNTIME_FILL": "compare the position with what was meant to be held before arming",
        "ACCOUNT_CHANGED": "the key is another account's than the one that was staged: find out why before anything else",
        "OTHER_ACCOUNT": "the key is not that of venue.account.number: correct the variable or the number, then start again",
        "CHANGED_ON_DISK": "put the file back as it was, or end the engine and start what you mean to run; then the ceremony",
        "GUARD_ACTED": "the engine is silent: look at its log, needletail start, then needletail ctl unlatch",
        "ENGINE_STARTED": "nothing; this shows that alerts arrive",
        "ENGINE_ENDED": "nothing, when the end was meant; else needletail start, and look at engine.log",
        "GUARD_STARTED": "nothing; this shows that the guard's alerts arrive",
    ]
}

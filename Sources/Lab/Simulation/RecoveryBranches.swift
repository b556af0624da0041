/// Every way back to health that a campaign must have walked, by the name under which the world counts it. A name is made
/// of what the engine journals (a change of an order or of the state, what moved it, an alert, a verdict) or of what
/// happens in the world; the code that runs live has no hook for it. `needletail simulate --complete` fails on one that
/// was never walked; `--coverage` shows all that was seen, these with a star.
package enum RecoveryBranches {
    package static let all = doubts + proofs + amendments + takenOver + fills + stops + refusals + venue + feeds + servers + process
        + journal + carried

    /// Core: an order whose fate is not known any longer.
    static let doubts = [
        "order pendingNew to unknown by answer", "order pendingNew to unknown by timer",
        "order open to unknown by answer", "order open to unknown by link", "order open to unknown by mark",
        "order partiallyFilled to unknown by link",
        "order pendingCancel to unknown by answer", "order pendingCancel to unknown by link",
        "order pendingCancel to unknown by timer", "unknown order looked up",
    ]

    /// Core: the proof that ends the doubt, from each source that may bring it.
    static let proofs = [
        "order unknown to open by answer", "order unknown to open by lookUp", "order unknown to open by snapshot",
        "order unknown to open by stream", "order unknown to rejected by answer",
        "order unknown to failed by lookUp",
        "order unknown to cancelled by lookUp", "order unknown to cancelled by stream",
        "order unknown to expired by lookUp",
        "order unknown to partiallyFilled by lookUp", "order unknown to partiallyFilled by stream",
        "order unknown to filled by lookUp", "order unknown to filled by stream", "order unknown to filled by history",
        "order pendingNew to open by stream", "order pendingNew to open by snapshot",
        "order pendingNew to filled by stream", "order pendingNew to partiallyFilled by stream",
        "order pendingCancel to open by answer", "order pendingCancel to filled by stream",
    ]

    /// Core: amendments, their races with fills, and those whose fate is not known, by name of both generations.
    static let amendments = [
        "order replaced", "order reduced in place", "order ended and its replacement refused", "amendment lost",
        "answer to an amendment lost", "answer to an amendment late",
        "order pendingAmend to unknown by answer", "order pendingAmend to unknown by timer",
        "order pendingAmend to open by answer", "order pendingAmend to cancelled by stream",
        "order pendingAmend to filled by stream", "order pendingAmend to partiallyFilled by answer",
        "order pendingAmend to filled by history", "order pendingAmend to pendingCancel by answer",
    ]

    /// Core: what an earlier run left, and what a second engine does.
    static let takenOver = [
        "order created to open by snapshot", "order created to open by stream", "order created to partiallyFilled by snapshot",
        "fill between the first open orders and executions", "fill between the first executions and balances",
        "state LIVE to HALTED for UNKNOWN_ORDER", "state DISARMED to HALTED for UNKNOWN_ORDER",
    ]

    /// Core: executions that come twice, late or another way.
    static let fills = [
        "fill booked from the trade history", "repeated fill counted once", "order open to filled by history",
        "order pendingCancel to filled by history",
    ]

    /// Core: the engine stops, and is brought back.
    static let stops = [
        "state LIVE to SAFE for VENUE_UNAVAILABLE", "state LIVE to SAFE for WS_STALE", "state LIVE to SAFE for CLOCK_SKEW",
        "state LIVE to SAFE for RATE_LIMITED", "state LIVE to SAFE for UNKNOWN_ORDER",
        "state LIVE to SAFE for POSITION_MISMATCH", "state LIVE to SAFE for ORDER_REJECTED",
        "state LIVE to SAFE for FLIPFLOP_DETECTED",
        "state LIVE to REDUCING for POSITION_MISMATCH", "state LIVE to HALTED for RISK_BLOCKED", "state LIVE to HALTED",
        "state LIVE to DISARMED for SAFE_MODE", "state ARMED to DISARMED for SAFE_MODE",
        "state STAGED to DISARMED for RATE_LIMITED", "state STAGED to DISARMED for CLOCK_SKEW",
        "state SAFE to STAGED", "state HALTED to DISARMED", "state LIVE to REDUCING", "state REDUCING to DISARMED",
        "alert warning MARKET_DATA_STALE by timer", "state LIVE to SAFE for CANCEL_SWITCH",
        "the venue's switch cancelled what rested", "state LIVE to SAFE for UNRECONCILED",
    ]

    /// Core: the gate holds new risk back until health is proved.
    static let refusals = [
        "verdict UNKNOWN_ORDERS", "verdict STALE_MARKET_DATA", "verdict REDUCE_ONLY", "verdict DIRTY_POSITION",
        "verdict LATENCY", "verdict STRATEGY_OFF", "verdict DAILY_LOSS", "verdict CANCEL_SWITCH",
    ]

    /// Adapters and links.
    static let venue = [
        "order link down: closed", "order link down: ended", "order link down: refused", "order link down: timedOut",
        "order link up", "market link up", "market data reconnected for STALE_RECEIVE_TIME",
        "market data reconnected for STALE_EXCHANGE_TIME", "market message refused as OUT_OF_ORDER",
        "market message refused as CROSSED_BOOK",
        "market message refused as GAP", "market message refused as DUPLICATE", "market message refused as SNAPSHOT_FAILED",
        "message in pieces", "message in frames and pieces",
        "request refused by the link", "request refused for its time", "REST refused with 418", "REST refused with 429",
    ]

    /// Two feeds: each reason to leave the first one, the way back, and what is said when nobody knows.
    static let feeds = [
        "feed 1 to 2: linkDown", "feed 1 to 2: suspect", "feed 1 to 2: sequence", "feed 1 to 2: lagging", "feed 2 to 1: recovered",
        "feed 2 to 1: linkDown", "feed 2 stays: flapping", "feeds contradict each other", "feeds agree again",
    ]

    /// Two order servers: each reason to leave one, and the way back by hand.
    static let servers = [
        "server 1 to 2: unreachable", "server 1 to 2: errorsInRow", "server 1 to 2: byHand", "server 2 to 1: byHand",
    ]

    /// The process: each way to die, and what it does after standing still.
    static let process = [
        "killed between two events", "killed between decision and send", "killed in a write", "stop after a stall",
    ]

    /// What one life leaves to the next.
    static let carried = [
        "position carried over", "day's result carried over", "expected balance carried over",
        "a strategy's own part carried over", "a strategy's own result carried over", "fill while down booked",
        "fill of an earlier run's order booked", "first answers asked again for an execution between them",
        "killed before all was carried over", "read back over a life that was not told all",
        "start refused: the journal is damaged", "journal begun anew by a person", "ended in order and started again",
        "a day ended in a life", "a day ended while no engine ran",
    ]

    /// The journal.
    static let journal = [
        "journal completed from the ring", "torn tail cut", "journal ring full: no step", "journal failed: sync",
        "journal failed: write, errno 28", "journal failed: write, errno 5",
    ]
}

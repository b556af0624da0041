import Model

extension ArmingChecks {
    /// What is missing and what to do about it, one of each check, in the order in which people look.
    package var causes: [String] { each.map(\.cause) }
    package var cures: [String] { each.map(\.cure) }

    /// Of one check alone.
    package var cause: String {
        switch self {
        case .halted: return "the engine is HALTED"
        case .marketLink: return "the market data link is down"
        case .orderLink: return "the order link is down"
        case .data: return "market data is absent or stale"
        case .reconciled: return "the account was not reconciled since the link came up, since the incident, or within max_unreconciled"
        case .balance: return "the venue's balance differs from the engine's"
        case .unknownOrders: return "an order's fate is unknown"
        case .openOrders: return "an order is not settled yet"
        case .note: return "nobody wrote down what the incident was"
        case .staged: return "the limits were not shown again since the incident"
        case .cancelSwitch: return "the venue has not confirmed its dead-man's switch, or not lately enough"
        case .fees: return "a fee was taken in an asset without a price, so what was lost is not known"
        default: return "several things are missing"
        }
    }

    package var cure: String {
        switch self {
        case .halted: return "needletail ctl unlatch --reason 'WHAT WAS FOUND'"
        case .marketLink, .orderLink: return "wait for it; needletail ctl status says why it is closed"
        case .data: return "wait for fresh data; the limit is max_data_age"
        case .reconciled: return "wait some seconds for a complete answer of the venue"
        case .balance: return "find the difference at the venue, then say so: needletail ctl accept SYMBOL --reason WHY"
        case .unknownOrders: return "wait for its look-up; needletail ctl orders"
        case .openOrders: return "wait, or cancel everything with needletail ctl disarm"
        case .note: return "needletail ctl incident 'WHAT IT WAS, AND WHAT WAS DONE'"
        case .staged: return "needletail ctl stage"
        case .cancelSwitch: return "wait for its next refresh; needletail ctl status says why the order link is not open"
        case .fees: return "needletail ctl fills and the venue's page name it: price it under venue.fee_assets and start again"
        default: return "needletail ctl checklist"
        }
    }
}

extension Trip {
    /// What tripped, as people say it.
    package var words: String {
        switch self {
        case .none: return "nothing"
        case .kill: return "a kill or the latch"
        case .dailyLoss: return "the daily loss limit"
        case .drawdown: return "the drawdown limit"
        case .orderCycles: return "the detector of orders placed and cancelled again and again"
        case .directionFlips: return "the flip-flop detector"
        case .executions: return "the breaker of repeated executions"
        case .errorsInRow: return "the breaker of errors in a row"
        case .unknownOrder: return "an order whose fate stayed unknown"
        case .missingFill: return "a fill that is missing or has no order"
        case .marketLink: return "the market data link"
        case .orderLink: return "the order link"
        case .position: return "a position that differs from the venue's"
        case .threadStall: return "a thread that stood still"
        case .unreconciled: return "an account that was not reconciled for too long"
        case .other: return "a safeguard; the events name its code"
        }
    }
}

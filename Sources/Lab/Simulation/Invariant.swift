/// What must hold after every step, whatever goes wrong. Numbers are stable: canaries and reports name them.
package enum Invariant: Int, Sendable, CaseIterable {
    case positionIsSumOfFills = 1
    case exposureWithinCap = 2
    case journalledBeforeSent = 3
    case sentOnlyWhenPermitted = 4
    case clientIDLeavesOnce = 5
    case terminalStaysTerminal = 6
    case killCancelsAtOnce = 7
    case inputsJournalledFirst = 8
    case replayIsEqual = 9
    case settlesAfterFaults = 10
    case childrenWithinParent = 11
    case marketDataInOrder = 12
    case dayOutlivesRestart = 13

    package var sentence: String {
        switch self {
        case .positionIsSumOfFills: return "position equals the sum of unique fills, over all lives"
        case .exposureWithinCap: return "position plus what may still fill stays within the cap"
        case .journalledBeforeSent: return "no order leaves without its journal record and a passed verdict"
        case .sentOnlyWhenPermitted: return "no order leaves while disarmed, stale, killed, down or unreconciled"
        case .clientIDLeavesOnce: return "each client id leaves at most once"
        case .terminalStaysTerminal: return "terminal stays terminal, filled never exceeds ordered"
        case .killCancelsAtOnce: return "after kill no order, and a cancel in flight for all live ones"
        case .inputsJournalledFirst: return "every input is in the journal before it changes state"
        case .replayIsEqual: return "the journal replays to the same decisions"
        case .childrenWithinParent: return "what leaves for an intent never exceeds it, and no name leaves twice"
        case .settlesAfterFaults: return "after the faults the engine is reconciled, or stopped with a reason"
        case .dayOutlivesRestart: return "the trading day's result is what its fills made, whatever restarts lie in it"
        case .marketDataInOrder: return "no market event twice or after a newer one, from whichever feed"
        }
    }
}

/// A rule deliberately broken, at least one for each invariant, to prove that the checks see it. Test only: a live engine has no
/// such switch, they exist in the simulated world alone.
package enum Canary: Int, Sendable, CaseIterable {
    /// A repeated fill gets a new trade id on its way in, so the core counts it twice.
    case fillCountedTwice = 1
    /// The core is configured with ten times the position that was approved.
    case capIgnored = 2
    /// Orders are not journalled.
    case orderNotJournalled = 3
    /// Orders are kept back and leave when the engine has stopped.
    case orderSentAfterStop = 4
    /// An order without an answer is sent again.
    case resentOnTimeout = 5
    /// The last execution of an order that filled in parts is read with the whole order's quantity.
    case executionTooLarge = 6
    /// A kill's cancels are lost on the way to the link.
    case killWithoutCancel = 7
    /// Fills change the state without being journalled.
    case inputNotJournalled = 8
    /// The core sees another time than the journal.
    case hiddenClock = 9
    /// Look-ups of unknown orders are never sent.
    case noLookUps = 10
    /// An order leaves larger than its intent.
    case childTooLarge = 11
    /// Now and then the core is handed a book that is older than its last one.
    case olderBook = 12
    /// A start does not tell what the trading day has brought so far.
    case dayForgotten = 13
    /// A start does not tell the position.
    case carryDropped = 14
    /// A start does not know which executions were booked before, and has them counted again.
    case downtimeTwice = 15
    /// The core is configured without a limit for the age of the account's truth.
    case tradesUnreconciled = 16

    package var invariant: Invariant {
        switch self {
        case .carryDropped, .downtimeTwice: return .positionIsSumOfFills
        case .tradesUnreconciled: return .sentOnlyWhenPermitted
        default: return Invariant(rawValue: rawValue)!
        }
    }
}

/// A broken invariant: where in the run, and what was seen.
package struct Violation: Error, Sendable, CustomStringConvertible {
    package var invariant: Invariant
    package var seconds: Double
    package var detail: String

    package init(invariant: Invariant, seconds: Double, detail: String) {
        self.invariant = invariant
        self.seconds = seconds
        self.detail = detail
    }

    package var description: String {
        "invariant \(invariant.rawValue) (\(invariant.sentence)) broken at \(seconds) s: \(detail)"
    }
}

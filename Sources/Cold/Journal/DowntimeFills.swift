import Model
import Units

/// What was executed while no engine looked, found in the first answers about the account. It belongs to the position that
/// was carried over, and is given once; only before this run's first order. Cold thread.
package struct DowntimeFills {
    /// Why the position that is carried over is not known for certain.
    package enum Doubt: Sendable, Equatable {
        /// The venue counts its trades anew.
        case restarted
        /// The venue's answer does not reach back to the run before.
        case outOfReach
    }

    /// One execution at the venue.
    private struct Key: Hashable {
        let instrument: InstrumentID
        let order: VenueOrderID
        let trade: TradeID
        init(_ fill: Fill) {
            instrument = fill.instrument
            order = fill.venueOrder
            trade = fill.trade
        }
    }

    /// Where the run before had stopped.
    package let resume: SequenceMarks
    private let page: Int
    private var given: Set<Key> = []
    /// Executions of orders that rested in the last answer that waits for another one, and how many did.
    private var restingExecuted: [VenueOrderID: Set<Key>] = [:]
    private var tornAnswers = 0

    /// `page`: the most trades of one answer.
    package init(resume: SequenceMarks, page: Int) {
        self.resume = resume
        self.page = page
    }

    /// The rows that no run has booked and that were not given yet, marked as what happened while no engine looked. `isFirst`:
    /// the first answer about this instrument; later ones begin behind it, and are empty where nothing happened since.
    package mutating func missed(
        _ rows: [Fill], of instrument: InstrumentID, isFirst: Bool
    ) -> (fills: [Fill], doubt: Doubt?) {
        guard !rows.isEmpty || isFirst else { return ([], nil) }
        switch resume.downtime(rows, of: instrument, page: page) {
        case .unknown: return ([], nil)
        case .restarted: return ([], .restarted)
        case .trades(let missed, let isComplete):
            var fills: [Fill] = []
            for var fill in missed where given.insert(Key(fill)).inserted {
                fill.source = .downtime
                fills.append(fill)
            }
            return (fills, isComplete ? nil : .outOfReach)
        }
    }

    /// Orders are asked for before trades. An execution between both answers is among the trades and not yet in its order's row:
    /// booked without the order, which then is taken in as if nothing of it were executed, it would stay owed for ever. So an
    /// answer in which an order of ours rests that was executed while no engine looked waits for one with the same executions:
    /// then none came between that answer's two halves. Twenty times, then it is taken as it is, and what is owed keeps the
    /// engine from being armed. `isFirst`: no complete answer was taken yet; orders without the trades beside them say less.
    package mutating func isTorn(
        _ trades: [(instrument: InstrumentID, rows: [Fill])], orders: [OrderUpdate], isComplete: Bool, isFirst: Bool
    ) -> Bool {
        guard tornAnswers < 20 else { return false }
        if isFirst, !isComplete { return true }
        var executed: [VenueOrderID: Set<Key>] = [:]
        for (instrument, rows) in trades {
            guard case .trades(let missed, _) = resume.downtime(rows, of: instrument, page: page) else { continue }
            for fill in missed where !given.contains(Key(fill)) {
                executed[fill.venueOrder, default: []].insert(Key(fill))
            }
        }
        var resting: [VenueOrderID: Set<Key>] = [:]
        for row in orders where !row.client.isNone { resting[row.venueOrder] = executed[row.venueOrder] }
        if resting.isEmpty || resting == restingExecuted { return false }
        restingExecuted = resting
        tornAnswers += 1
        return true
    }
}

import Model
import Orders
import Units

/// The last gate before an order route. What breaks conservation does not leave, and from then on no order does, whatever
/// the core decides: only cancels and look-ups. The core is told by a refusal with its own code, and halts.
struct CheckedOutlet: ~Copyable {
    private var check = ConservationCheck()
    private(set) var isStopped = false
    /// What did not leave, to be told to the core before anything else.
    private var withheld: InputQueue

    init(capacity: Int) { withheld = InputQueue(capacity: capacity * 2) }

    /// Whether an output may be carried out. `isStale`: its turn stood still, so that no order of it may leave.
    mutating func admits(_ output: Output, isStale: Bool) -> Bool {
        let breach = check.take(output)
        if breach != nil { isStopped = true }
        let error: ErrorCode = breach != nil || isStopped ? .conservationBreach : .venueUnavailable
        switch output {
        case .place(let order):
            guard isStopped || isStale else { return true }
            withhold(.place, order.instrument, order.client, error)
        case .amend(let amendment):
            guard isStopped || isStale else { return true }
            withhold(.amend, amendment.order.instrument, amendment.order.client, error)
            if !amendment.isInPlace { withhold(.amend, amendment.order.instrument, amendment.client, error) }
        case .cancel, .cancelAll, .query, .verdict, .order, .position, .state, .alert, .command, .switched, .review,
            .refresh: return true
        }
        return false
    }

    /// The oldest refusal that the core has not seen.
    mutating func takeEvent() -> Input? { withheld.take() }

    private mutating func withhold(
        _ kind: RequestKind, _ instrument: InstrumentID, _ client: ClientOrderID, _ error: ErrorCode
    ) {
        withheld.order(
            .orderReply(
                OrderReply(
                    kind: kind, outcome: .refused, instrument: instrument, client: client, venueOrder: .none,
                    error: error, venueCode: 0, venueTime: .zero)))
    }
}

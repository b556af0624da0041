import Model
import Units

/// Watches what leaves: no order without a passed verdict before it, the orders of one intent together never more than the
/// intent, and no name twice. It is fed with everything decided, in order, and shares no figure with the code that
/// decides or sends; a sender that repeats itself is stopped here. Trade thread only; O(1), never allocates.
public struct ConservationCheck: BitwiseCopyable, Sendable {
    /// What was found, with the two figures.
    public struct Breach: BitwiseCopyable, Sendable, Equatable {
        public var client: ClientOrderID
        public var value: Int64
        public var limit: Int64
    }

    /// The last intent that passed, and what of it has not left.
    private var intent: Intent?
    private var left = Quantity.zero
    /// The largest name that left.
    private var newest = ClientOrderID.none

    public init() {}

    /// Takes the next output; answers what is wrong with it, or `nil` where it may leave.
    public mutating func take(_ output: Output) -> Breach? {
        switch output {
        case .verdict(let verdict):
            intent = verdict.verdict == .passed && !verdict.isShadow ? verdict.intent : nil
            left = intent?.quantity ?? .zero
            return nil
        case .place(let order):
            let breach = Breach(client: order.client, value: order.quantity.raw, limit: left.raw)
            guard let intent, intent.kind == .place, intent.instrument == order.instrument, intent.side == order.side,
                intent.strategy == order.strategy, intent.price == order.price, intent.timeInForce == order.timeInForce,
                spend(order.quantity), name(order.client)
            else { return breach }
            return nil
        case .amend(let amendment):
            let breach = Breach(client: amendment.client, value: amendment.quantity.raw, limit: left.raw)
            guard let intent, intent.kind == .amend, intent.client == amendment.order.client,
                intent.instrument == amendment.order.instrument, intent.side == amendment.side,
                intent.strategy == amendment.strategy, intent.price == amendment.price, spend(amendment.quantity),
                amendment.isInPlace || name(amendment.client)
            else { return breach }
            return nil
        case .cancel, .cancelAll, .query, .order, .position, .state, .alert, .command, .switched, .review,
            .refresh: return nil
        }
    }

    private mutating func spend(_ quantity: Quantity) -> Bool {
        guard quantity.isPositive, quantity <= left else { return false }
        left -= quantity
        return true
    }

    /// Names rise: one that does not has left before, or is another engine's.
    private mutating func name(_ client: ClientOrderID) -> Bool {
        guard !client.isNone, newest.isNone || client.word > newest.word else { return false }
        newest = client
        return true
    }
}

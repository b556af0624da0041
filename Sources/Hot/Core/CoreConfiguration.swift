import Model
import Orders
import Units

/// Everything the core is told at the start. A plain value; the same one must be given to a replay.
public struct CoreConfiguration: Sendable {
    public var mode: RunMode
    /// Which run of the engine at this account: the upper half of every client order id.
    public var run: UInt32
    public var venue: VenueID
    /// Prefix of our client order ids at the account.
    public var prefix: ClientOrderIDFormat
    /// Dense by id, at least one. Only these are allowed.
    public var instruments: [Instrument]
    /// One for each instrument, in the same order.
    public var limits: [RiskLimits]
    /// Hash of the configuration, for people; journalled by whoever writes the header.
    public var configHash: UInt64
    /// After how long without an answer a request's outcome counts as unknown, by its kind.
    public var timeouts = RequestTimeouts()
    /// Between the first two look-ups of the same unknown order; each further pause is twice as long, up to the second.
    public var queryInterval = Nanoseconds(seconds: 1)
    public var queryIntervalMax = Nanoseconds(seconds: 8)
    /// How cancels are tried again.
    public var retry = RetrySettings()
    /// How the venue's dead-man's switch is used; `nil` for a venue without one, or a run that does not ask for it.
    public var cancelSwitch: CancelSwitchRule?
    /// An order may be proved absent no sooner after it was sent: until then it may still be on its way. Longer than the
    /// time for which a venue takes an order after its stamp (5 s, Binance's recvWindow here) by what clocks may differ.
    public var absenceGrace = Nanoseconds(seconds: 8)
    /// An order that is unknown for longer, or a fill that is missing for longer, leads to SAFE.
    public var unknownDeadline = Nanoseconds(seconds: 30)
    /// Part of the expected balance by which the venue's may differ, basis points; 0: not at all.
    public var reconcileToleranceBps: Int32 = 0
    /// How long a difference of balances may wait for a fill that explains it.
    public var reconcileGrace = Nanoseconds(milliseconds: 500)
    /// Engine time at which the run's first trading day ends: the next midnight UTC, where the host knows it. `nil`: a
    /// day's length after the first input.
    public var firstDayEnds: Nanoseconds?
    /// How long a trading day is; the daily loss counts from its start.
    public var dayLength = Nanoseconds(seconds: 86_400)
    /// Largest distance of a flattening order from the mid, basis points.
    public var flattenSlippageBps: Int32 = 50
    /// How long an order confirmed by hand may rest, where its instrument's `maxOrderAge` is longer.
    public var byHandLife = Nanoseconds(seconds: 3600)
    /// Pause between flattening orders.
    public var flattenInterval = Nanoseconds(milliseconds: 200)
    /// How long flattening may go on without a fill before it ends in an alarm.
    public var flattenDeadline = Nanoseconds(seconds: 30)
    /// Limits of loss are evaluated at every price and fill, and this often without.
    public var evaluationInterval = Nanoseconds(seconds: 1)
    /// Strategies whose intents are judged and recorded, never sent.
    public var shadowStrategies: [StrategyID] = []
    /// What a fee in an asset that is neither base nor quote of its instrument costs; one that is not named leads to SAFE.
    public var feePrices: [FeePrice] = []
    /// Unsettled orders at once; beyond it the gate refuses.
    public var maxActiveOrders = 256
    /// Orders remembered, settled ones included, for late fills.
    public var orderCapacity = 2048
    /// Fills remembered to tell repeated ones.
    public var fillWindow = 16384

    /// Preconditions, checked by the core: instruments dense by id, one set of limits each.
    public init(
        mode: RunMode, run: UInt32, venue: VenueID, prefix: ClientOrderIDFormat, instruments: [Instrument],
        limits: [RiskLimits], configHash: UInt64
    ) {
        self.mode = mode
        self.run = run
        self.venue = venue
        self.prefix = prefix
        self.instruments = instruments
        self.limits = limits
        self.configHash = configHash
    }

    /// What an `OutputBuffer` for this core must hold: the worst step decides four things for each active order.
    public var outputCapacity: Int { maxActiveOrders * 4 + instruments.count * 8 + 768 }

    /// Orders that say the same are counted over as many seconds.
    static var identicalSpanSeconds: Int64 { 10 }

    /// Orders that may leave within that span, twice over for limits that are raised for a while; what is forgotten cannot be
    /// counted. Where no rate is limited the newest 512, as many as the cap can be; 16,384 at most.
    var rememberedOrders: Int {
        let rates = limits.map(\.maxOrdersPerSecond)
        guard let most = rates.max(), most != .max else { return 512 }
        return Int(Swift.min(Swift.max(Int64(most) * Self.identicalSpanSeconds * 2, 512), 16_384))
    }
}

/// What one unit of an asset counts as where a fee is taken in it, in the run's quote asset.
public struct FeePrice: BitwiseCopyable, Sendable, Equatable {
    public var asset: AssetID
    public var price: Price
    public init(asset: AssetID, price: Price) {
        self.asset = asset
        self.price = price
    }
}

/// How long an answer to each kind of request may take.
public struct RequestTimeouts: BitwiseCopyable, Sendable, Equatable {
    public var place: Nanoseconds
    public var cancel: Nanoseconds
    public var amend: Nanoseconds

    /// The same for every kind.
    public init(_ all: Nanoseconds = Nanoseconds(seconds: 2)) {
        place = all
        cancel = all
        amend = all
    }

    /// Of the request that an order waits for.
    func of(_ order: Order) -> Nanoseconds {
        switch order.state {
        case .pendingCancel: return cancel
        case .pendingAmend: return amend
        default: return order.parent.isNone ? place : amend
        }
    }
}

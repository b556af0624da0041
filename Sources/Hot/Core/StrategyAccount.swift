import Model
import Orders
import Units

/// What one strategy made, how its orders went, and whether it may propose.
struct StrategyAccount: BitwiseCopyable {
    /// Its own fills, less what the engine closed of them, and what the runs before left of both.
    var position = Position()
    /// Its result when the day began, or when it was switched on since, scale 8: its loss counts from there.
    var opening: Int128 = 0
    /// Its intents are judged and never sent.
    var isShadow = false

    // Switched off.
    var isOff = false
    /// `none`: by a person.
    var reason = ErrorCode.none
    var offSince = Nanoseconds.zero
    /// From when on a person may let it propose again.
    var resumableAt = Nanoseconds.zero

    // What its limits look at.
    var loss = Finding()
    var fall = Fall()
    var rejects = RejectWindow()

    // Since the start.
    var intents: UInt64 = 0
    var refused: UInt64 = 0
    var orders: UInt64 = 0
    var traded: UInt64 = 0
    var fills: UInt64 = 0
    var rejected: UInt64 = 0

    /// Realised plus unrealised minus fees, scale 8. `mark` is zero before the first book.
    func result(at mark: Price) -> Int128 {
        let open = mark.isPositive ? Int128(position.unrealised(at: mark).raw) : 0
        return Int128(position.realised.raw) - Int128(position.fees.raw) + open
    }

    /// From now on its limits count anew.
    mutating func begin(at result: Int128) {
        opening = result
        arm(at: result)
    }

    /// A person armed again: its fall and its refusals count anew. Its loss of the day does not: to give it more, a person
    /// switches it off and on.
    mutating func arm(at result: Int128) {
        loss.clear()
        fall.begin(at: result)
        rejects = RejectWindow()
    }
}

/// Which of the last 64 answered orders the venue refused.
struct RejectWindow: BitwiseCopyable {
    private var refusals: UInt64 = 0
    private(set) var count: Int32 = 0

    mutating func record(isRefused: Bool) {
        refusals = refusals << 1 | (isRefused ? 1 : 0)
        if count < 64 { count += 1 }
    }

    /// Percent, rounded up.
    var percent: Int32 {
        count == 0 ? 0 : (Int32(refusals.nonzeroBitCount) * 100 + count - 1) / count
    }
}

/// What the last 64 fills of a strategy cost against the mid at its decisions, both in quote at scale 8. A plain value.
struct SlippageWindow: BitwiseCopyable {
    private var costs = InlineArray<64, Int64>(repeating: 0)
    private var worths = InlineArray<64, Int64>(repeating: 0)
    private var next = 0
    private(set) var count: Int32 = 0
    private var cost: Int128 = 0
    private var worth: Int128 = 0

    /// A fill at `price` of an order that was decided at the mid `expected`. The cost is rounded up, the worth down: both
    /// against us. Precondition: prices and quantity positive.
    mutating func record(_ side: Side, at price: Price, expected: Price, quantity: Quantity) {
        let beyond = side == .buy ? Int128(price.raw) - Int128(expected.raw) : Int128(expected.raw) - Int128(price.raw)
        let unit = Int128(fixedPointUnit)
        let cost = Int64(clamping: Rounding.ceiling.divide(beyond * Int128(quantity.raw), by: unit))
        let worth = Int64(clamping: Rounding.floor.divide(Int128(expected.raw) * Int128(quantity.raw), by: unit))
        self.cost += Int128(cost) - Int128(costs[next])
        self.worth += Int128(worth) - Int128(worths[next])
        costs[next] = cost
        worths[next] = worth
        next = (next + 1) % 64
        if count < 64 { count += 1 }
    }

    /// Average in basis points, weighted by worth, rounded up (toward a cost); negative is a gain.
    var bps: Int64 {
        worth > 0 ? Int64(clamping: Rounding.ceiling.divide(cost * 10_000, by: worth)) : 0
    }
}

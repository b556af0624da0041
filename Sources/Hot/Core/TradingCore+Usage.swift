import Model
import Units

/// One limiter as the venue counts it, with what left since it last told.
struct VenueCount: BitwiseCopyable {
    private var used: Int32 = 0
    private(set) var limit: Int32 = 0
    private var endsAt = Nanoseconds(raw: .min)
    private var since: Int32 = 0

    /// What counts in the present window. After its end nothing is known before the venue tells again.
    func count(at now: Nanoseconds) -> Int32 {
        guard now < endsAt else { return 0 }
        let (sum, overflow) = used.addingReportingOverflow(since)
        return overflow ? .max : sum
    }

    /// A count without its limit comes from another way than our orders', so it may be older than what is known of the
    /// same window: it counts against the limit told before, and only upwards.
    mutating func take(_ said: VenueUsage.Limiter, at now: Nanoseconds) {
        guard said.used >= 0, said.endsIn.raw >= 0 else { return }
        if said.limit <= 0 {
            guard limit > 0, said.endsIn.raw > 0 else { return }
            if now < endsAt {
                used = Swift.max(used, said.used)
                return
            }
        }
        used = said.used
        if said.limit > 0 { limit = said.limit }
        let (end, overflow) = now.raw.addingReportingOverflow(said.endsIn.raw)
        endsAt = Nanoseconds(raw: overflow ? .max : end)
        since = 0
    }

    mutating func add(at now: Nanoseconds) { if now < endsAt, since < .max { since += 1 } }
}

/// The venue's three limiters.
struct VenueCounts: BitwiseCopyable {
    var weight = VenueCount()
    var orders = VenueCount()
    var ordersLong = VenueCount()
}

/// What the venue says of its limits: new orders stop before it would refuse them, and what it asks not to be sent waits.
extension TradingCore {
    /// The venue takes nothing from us for now, cancels included.
    var isBanned: Bool { published.hold == .all }
    /// Whether a cancel may leave now.
    var mayCancel: Bool { maySend && published.orderLink == .up && !isBanned }
    /// Whether a look-up may leave now.
    var mayQuery: Bool { maySend && published.orderLink == .up && published.hold.rawValue < VenueUsage.Hold.requests.rawValue }

    mutating func venueUsage(_ said: VenueUsage, _ outputs: inout OutputBuffer) {
        guard said.venue == configuration.venue else { return }
        usage.weight.take(said.weight, at: now)
        usage.orders.take(said.orders, at: now)
        usage.ordersLong.take(said.ordersLong, at: now)
        published.usage.weight = shown(said.weight, usage.weight, published.usage.weight)
        published.usage.orders = shown(said.orders, usage.orders, published.usage.orders)
        published.usage.ordersLong = shown(said.ordersLong, usage.ordersLong, published.usage.ordersLong)
        published.usageAt = now
        guard said.hold != .none, said.holdFor.raw > 0 else { return }
        let until = later(said.holdFor)
        let isNew = said.hold.rawValue > published.hold.rawValue
        if isNew { published.hold = said.hold }
        published.heldUntil = Swift.max(published.heldUntil, until)
        guard isNew else { return }
        let error: ErrorCode = said.hold == .orders ? .orderRateLimitBreach : .rateLimited
        alert(said.hold == .orders ? .warning : .critical, error, value: said.holdFor.raw, limit: Int64(said.hold.rawValue),
            &outputs)
        if said.hold != .orders { fail(.rateLimited, value: said.holdFor.raw) }
    }

    private func shown(
        _ said: VenueUsage.Limiter, _ count: VenueCount, _ before: VenueUsage.Limiter
    ) -> VenueUsage.Limiter {
        guard count.limit > 0, said.limit > 0 || said.endsIn.raw > 0 else { return before }
        return VenueUsage.Limiter(used: count.count(at: now), limit: count.limit, endsIn: said.endsIn)
    }

    /// At the start of every step: what the venue asked for is over.
    @inline(__always) mutating func endHold() {
        guard published.hold != .none, now >= published.heldUntil else { return }
        published.hold = .none
        published.heldUntil = .zero
    }

    /// One more order by the venue's counting, before it says so itself.
    mutating func countVenueOrder() {
        usage.orders.add(at: now)
        usage.ordersLong.add(at: now)
    }
}

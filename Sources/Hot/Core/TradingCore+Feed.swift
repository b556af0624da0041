import Model
import Units

/// Health of the market data, and its age by the venue's own time.
extension TradingCore {
    /// A measurement of the venue's clock that is older says nothing: clocks drift apart, and nobody asked again.
    private var clockLifetime: Nanoseconds { Nanoseconds(seconds: 600) }

    /// SUSPECT and DEAD take the instrument's quotes back at once, and no new order leaves until the verdict is better.
    mutating func feedHealth(_ health: FeedHealth, _ outputs: inout OutputBuffer) {
        let index = health.instrument.index
        guard health.venue == configuration.venue, index < instruments.count else { return }
        let was = instruments[index].feed
        guard health.verdict != was || health.reason != instruments[index].feedReason else { return }
        if health.verdict != was { instruments[index].feedSince = now }
        instruments[index].feed = health.verdict
        instruments[index].feedReason = health.reason
        guard health.verdict >= .suspect, was < .suspect else { return }
        instruments[index].isSwept = false
        alert(
            .warning, .feedHealth, instrument: health.instrument, value: Int64(health.verdict.rawValue),
            limit: Int64(health.reason.rawValue), &outputs)
        guard isTrading, restsAny(health.instrument) else { return }
        instruments[index].isSwept = true
        cancelAll(in: index, &outputs)
    }

    mutating func venueClock(_ clock: VenueClock) {
        guard clock.venue == configuration.venue, clock.uncertainty.raw >= 0 else { return }
        self.clock = clock
    }

    @inline(__always) mutating func noteVenueTime(_ index: Int, _ time: Nanoseconds) {
        if time > instruments[index].venueTime { instruments[index].venueTime = time }
    }

    /// Age of an instrument's newest data by exchange time; `nil` without an exchange time or a recent measurement of the
    /// venue's clock. Rounded to the older side by what the measurement may be wrong.
    mutating func venueAge(of index: Int) -> Nanoseconds? {
        let told = instruments[index].venueTime
        guard let clock, told.raw > 0, (now - clock.measuredAt).raw.magnitude <= clockLifetime.raw.magnitude
        else { return nil }
        let age = Int128(now.raw) + Int128(clock.offset.raw) - Int128(told.raw)
        let doubt = Int128(clock.uncertainty.raw)
        return Nanoseconds(raw: Int64(clamping: age < 0 ? Swift.min(0, age + doubt) : age + doubt))
    }

    /// What a confirmation asks of an instrument's market data.
    mutating func isSound(_ index: Int) -> Bool {
        guard instruments[index].isFresh(at: now), instruments[index].feed < .suspect else { return false }
        guard instruments[index].limits.maxVenueAge.raw != .max else { return true }
        guard let age = venueAge(of: index) else { return false }
        return age.raw.magnitude <= instruments[index].limits.maxVenueAge.raw.magnitude
    }

    mutating func showFeed(in status: inout EngineStatus) {
        status.venueAge = venueAge(of: 0) ?? Nanoseconds(raw: -1)
        status.clockOffset = clock?.offset ?? .zero
        status.clockUncertainty = clock?.uncertainty ?? .zero
        status.feed = .live
        for index in 0..<instruments.count where instruments[index].feed >= status.feed {
            if instruments[index].feed == status.feed, index > 0 { continue }
            status.feed = instruments[index].feed
            status.feedReason = instruments[index].feedReason
            status.feedSince = instruments[index].feedSince
        }
    }
}

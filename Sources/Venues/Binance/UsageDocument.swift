import Model
import Units
import VenueKit
import Wire

extension BinanceOrderEntry {
    /// Tells what an answer says of the venue's limits, and for how long it wants to be left alone.
    ///
    /// 418 is a ban and 403 the firewall: nothing is sent. 429 or -1003: nothing but cancels. -1015: no new orders. How
    /// long is `retryAfter`, an instant of the venue's clock beside its present time; without it the end of the window
    /// that was passed, or what `Quirks` says.
    func tellUsage<O: OrderSink & ~Copyable>(_ frame: APIFrame, _ wallNow: Nanoseconds, _ events: inout O) {
        let hold = VenueUsage.Hold(status: frame.status, code: frame.errorCode)
        guard !frame.rateLimits.isEmpty || hold != .none else { return }
        var usage = VenueUsage(venue: configuration.venue)
        read(frame.rateLimits, wallNow, &usage)
        usage.hold = hold
        if hold != .none { usage.holdFor = holdTime(frame, usage, wallNow) }
        events.order(.venueUsage(usage))
    }

    private func holdTime(_ frame: APIFrame, _ usage: VenueUsage, _ wallNow: Nanoseconds) -> Nanoseconds {
        var server: Int64 = 0
        var retry: Int64 = 0
        var scanner = JSONScanner(frame.errorData)
        var key = ByteView()
        if !frame.errorData.isEmpty, scanner.beginObject() {
            while scanner.nextMember(&key) {
                let read: Bool
                if key.equals("serverTime") { read = scanner.int64(&server) }
                else if key.equals("retryAfter") { read = scanner.int64(&retry) }
                else { read = scanner.skipValue() }
                if !read { break }
            }
        }
        let from = server > 0 ? server : wallNow.milliseconds
        let (wait, overflow) = retry.subtractingReportingOverflow(from)
        if retry > 0, !overflow, wait > 0 { return Nanoseconds(milliseconds: min(wait, Quirks.holdMax.milliseconds)) }
        switch usage.hold {
        case .none: return .zero
        case .orders: return usage.orders.limit > 0 && usage.orders.used >= usage.orders.limit
            ? usage.orders.endsIn : Quirks.untilEnd(of: 10, wallNow)
        case .requests: return Quirks.untilEnd(of: 60, wallNow)
        case .all: return Quirks.banAssumed
        }
    }

    /// The `rateLimits` array; a row that cannot be read says nothing.
    private func read(_ rows: ByteView, _ wallNow: Nanoseconds, _ usage: inout VenueUsage) {
        var scanner = JSONScanner(rows)
        guard !rows.isEmpty, scanner.beginArray() else { return }
        while scanner.nextElement() {
            var row = LimitRow()
            guard row.read(&scanner) else { return }
            guard row.seconds > 0, let used = Int32(exactly: row.count), let limit = Int32(exactly: row.limit), limit > 0
            else { continue }
            let limiter = VenueUsage.Limiter(used: used, limit: limit, endsIn: Quirks.untilEnd(of: row.seconds, wallNow))
            if row.type.equals("REQUEST_WEIGHT") {
                usage.weight = limiter
            } else if row.type.equals("ORDERS") {
                if row.seconds <= 60 { usage.orders = limiter } else { usage.ordersLong = limiter }
            }
        }
    }
}

extension VenueUsage.Hold {
    /// What a status with an error's code asks for.
    init(status: Int64, code: Int64) {
        switch (status, code) {
        case (418, _), (403, _): self = .all
        case (_, -1015): self = .orders
        case (429, _), (_, -1003), (_, -1034): self = .requests
        default: self = .none
        }
    }
}

extension Quirks {
    /// Windows are aligned to the clock: how long the present one of `seconds` still lasts, and a second for clocks that
    /// differ.
    static func untilEnd(of seconds: Int64, _ wallNow: Nanoseconds) -> Nanoseconds {
        let length = seconds * 1_000_000_000
        return Nanoseconds(raw: length - Swift.max(0, wallNow.raw) % length + 1_000_000_000)
    }
}

/// One row of `rateLimits`.
private struct LimitRow: BitwiseCopyable {
    var type = ByteView()
    private var interval = ByteView()
    private var number: Int64 = 0
    var limit: Int64 = 0
    var count: Int64 = -1

    mutating func read(_ scanner: inout JSONScanner) -> Bool {
        var key = ByteView()
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            let read: Bool
            if key.equals("rateLimitType") { read = scanner.string(&type) }
            else if key.equals("interval") { read = scanner.string(&interval) }
            else if key.equals("intervalNum") { read = scanner.int64(&number) }
            else if key.equals("limit") { read = scanner.int64(&limit) }
            else if key.equals("count") { read = scanner.int64(&count) }
            else { read = scanner.skipValue() }
            if !read { return false }
        }
        return scanner.error == nil && count >= 0
    }

    /// The window's length; 0 when it is not understood.
    var seconds: Int64 {
        guard number > 0, number <= 1000 else { return 0 }
        if interval.equals("SECOND") { return number }
        if interval.equals("MINUTE") { return number * 60 }
        if interval.equals("HOUR") { return number * 3600 }
        return interval.equals("DAY") ? number * 86_400 : 0
    }
}

import Model
import Units
import VenueKit

/// What REST answers say of the limits: `X-MBX-USED-WEIGHT-1M` and `X-MBX-ORDER-COUNT-10S`, `-1D` beside any answer, and
/// `Retry-After` in seconds beside 429 and 418. The headers do not tell the limits themselves.
extension BinanceRest {
    public func usage(
        status: Int, headers: [(name: String, value: String)], body: [UInt8], wallNow: Nanoseconds
    ) -> VenueUsage? {
        var usage = VenueUsage(venue: configuration.venue)
        var isTold = false
        var retry: Int64?
        for (name, value) in headers {
            let name = name.lowercased()
            guard let number = Int64(value), number >= 0 else { continue }
            if name == "retry-after" {
                retry = number
            } else if let seconds = Self.window(name, after: "x-mbx-used-weight-"), seconds <= 60 {
                usage.weight = limiter(number, seconds, wallNow)
                isTold = true
            } else if let seconds = Self.window(name, after: "x-mbx-order-count-") {
                if seconds <= 60 { usage.orders = limiter(number, seconds, wallNow) }
                else { usage.ordersLong = limiter(number, seconds, wallNow) }
                isTold = true
            }
        }
        usage.hold = VenueUsage.Hold(status: Int64(status), code: status >= 400 ? errorCode(status, body) : 0)
        switch usage.hold {
        case .none: break
        case .all: usage.holdFor = Quirks.banAssumed
        case .requests: usage.holdFor = Quirks.untilEnd(of: 60, wallNow)
        case .orders: usage.holdFor = Quirks.untilEnd(of: 10, wallNow)
        }
        if usage.hold != .none, let retry, retry > 0 {
            let most = Quirks.holdMax.raw / 1_000_000_000
            usage.holdFor = Nanoseconds(seconds: Swift.min(retry, most))
        }
        return isTold || usage.hold != .none ? usage : nil
    }

    private func limiter(_ used: Int64, _ seconds: Int64, _ wallNow: Nanoseconds) -> VenueUsage.Limiter {
        VenueUsage.Limiter(used: Int32(clamping: used), endsIn: Quirks.untilEnd(of: seconds, wallNow))
    }

    /// `1m` → 60; `nil` for what is no window.
    private static func window(_ name: String, after prefix: String) -> Int64? {
        guard name.hasPrefix(prefix), let unit = name.last, let number = Int64(name.dropFirst(prefix.count).dropLast()),
            number > 0, number <= 1000
        else { return nil }
        switch unit {
        case "s": return number
        case "m": return number * 60
        case "h": return number * 3600
        case "d": return number * 86_400
        default: return nil
        }
    }
}

import Model
import Wire

/// What a Binance error means for us.
struct MappedError: BitwiseCopyable, Equatable {
    var error: ErrorCode
    var outcome: Outcome

    init(error: ErrorCode, outcome: Outcome) {
        self.error = error
        self.outcome = outcome
    }

    /// Maps an HTTP-like status with the error's code and text (reference: Spot `errors.md`). An outcome is `unknown`
    /// where the venue may have acted: every 5xx but -1008, and the codes that say so.
    init(status: Int64, code: Int64, message: ByteView) {
        error = Self.error(status: status, code: code, message: message)
        switch code {
        case -1008: outcome = .refused
        case -1000, -1001, -1006, -1007: outcome = .unknown
        default: outcome = (status >= 400 && status < 500 && status != 408) ? .refused : .unknown
        }
    }

    private static func error(status: Int64, code: Int64, message: ByteView) -> ErrorCode {
        switch code {
        case -2010: return rejection(message)
        // -2011 with this text says that the order rests, and is executed in part.
        case -2011 where message.equals("Order was not canceled due to cancel restrictions."): return .orderRejected
        case -2011, -2013, -2026: return .unknownOrder
        case -2021, -2022, -2038, -2039: return .orderRejected
        case -1003, -1034: return .rateLimited
        case -1015: return .orderRateLimitBreach
        case -1000, -1001, -1006, -1007, -1008, -1016: return .venueUnavailable
        case -1021: return .clockSkew
        case -1002, -1022, -2014, -2015: return .authentication
        case -1013, -1014, -1020, -1220, -1108, -1134, -1145: return .invalidOrder
        case -1130 ... -1100: return .invalidOrder
        default: break
        }
        switch status {
        case 401: return .authentication
        case 418, 429: return .rateLimited
        case 403, 408, 500...599: return .venueUnavailable
        default: return .orderRejected
        }
    }

    /// -2010 has one code and many reasons; the text tells.
    private static func rejection(_ message: ByteView) -> ErrorCode {
        if message.equals("Account has insufficient balance for requested action.") { return .insufficientBalance }
        if message.equals("This account may not place or cancel orders.")
            || message.equals("This action is disabled on this account.") { return .authentication }
        if message.equals("Market is closed.") || message.equals("This symbol is not permitted for this account.")
            || message.equals("This symbol is restricted for this account.") { return .riskBlocked }
        return .orderRejected
    }
}

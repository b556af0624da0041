import Model
import Testing
import Units
import Wire

@testable import Binance

/// What the reference says of every code of Spot (errors and taxonomy), as people read it:
///
///     status  code  outcome  taxonomy  text
///
/// Outcome `no` is a proved refusal, `?` leaves it open. A code without a text stands for every text.
private let table = """
    400 -1013 no INVALID_ORDER Filter failure: PRICE_FILTER
    400 -1013 no INVALID_ORDER This symbol does not allow the specified self-trade prevention mode.
    400 -1014 no INVALID_ORDER
    400 -1100 no INVALID_ORDER Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.
    400 -1101 no INVALID_ORDER
    400 -1102 no INVALID_ORDER Mandatory parameter 'quantity' was not sent, was empty/null, or malformed.
    400 -1103 no INVALID_ORDER
    400 -1104 no INVALID_ORDER
    400 -1105 no INVALID_ORDER
    400 -1106 no INVALID_ORDER
    400 -1108 no INVALID_ORDER
    400 -1111 no INVALID_ORDER
    400 -1112 no INVALID_ORDER
    400 -1114 no INVALID_ORDER
    400 -1115 no INVALID_ORDER
    400 -1116 no INVALID_ORDER
    400 -1117 no INVALID_ORDER
    400 -1118 no INVALID_ORDER
    400 -1119 no INVALID_ORDER
    400 -1120 no INVALID_ORDER
    400 -1121 no INVALID_ORDER
    400 -1122 no INVALID_ORDER
    400 -1125 no INVALID_ORDER
    400 -1127 no INVALID_ORDER
    400 -1128 no INVALID_ORDER
    400 -1130 no INVALID_ORDER
    400 -1134 no INVALID_ORDER
    400 -1145 no INVALID_ORDER
    400 -1220 no INVALID_ORDER
    400 -1020 no INVALID_ORDER
    400 -2010 no INSUFFICIENT_BALANCE Account has insufficient balance for requested action.
    400 -2010 no ORDER_REJECTED Order would immediately match and take.
    400 -2010 no ORDER_REJECTED Duplicate order sent.
    400 -2010 no ORDER_REJECTED Unknown order sent.
    400 -2010 no ORDER_REJECTED Price * QTY is zero or less.
    400 -2010 no ORDER_REJECTED IcebergQty exceeds QTY.
    400 -2010 no ORDER_REJECTED Unsupported order combination
    400 -2010 no ORDER_REJECTED Order would trigger immediately.
    400 -2010 no RISK_BLOCKED Market is closed.
    400 -2010 no RISK_BLOCKED This symbol is not permitted for this account.
    400 -2010 no RISK_BLOCKED This symbol is restricted for this account.
    400 -2010 no AUTHENTICATION This action is disabled on this account.
    400 -2010 no AUTHENTICATION This account may not place or cancel orders.
    400 -2011 no UNKNOWN_ORDER Unknown order sent.
    400 -2011 no UNKNOWN_ORDER Cancel order is invalid. Check origClOrdId and orderId.
    400 -2011 no ORDER_REJECTED Order was not canceled due to cancel restrictions.
    400 -2013 no UNKNOWN_ORDER Order does not exist.
    400 -2026 no UNKNOWN_ORDER
    400 -2038 no ORDER_REJECTED Order amend (quantity increase) is not supported.
    400 -2039 no ORDER_REJECTED
    400 -2022 no ORDER_REJECTED
    409 -2021 no ORDER_REJECTED
    429 -1003 no RATE_LIMITED Too much request weight used
    418 -1003 no RATE_LIMITED Way too much request weight used
    400 -1034 no RATE_LIMITED
    429 -1015 no ORDER_RATE_LIMIT_BREACH Too many new orders; current limit is 50 orders per 10 SECOND.
    400 -1000 ? VENUE_UNAVAILABLE
    400 -1001 ? VENUE_UNAVAILABLE
    400 -1006 ? VENUE_UNAVAILABLE
    400 -1007 ? VENUE_UNAVAILABLE
    503 -1007 ? VENUE_UNAVAILABLE
    408 -1007 ? VENUE_UNAVAILABLE
    503 -1008 no VENUE_UNAVAILABLE
    500 -1016 ? VENUE_UNAVAILABLE
    400 -1021 no CLOCK_SKEW Timestamp for this request is outside of the recvWindow.
    400 -1022 no AUTHENTICATION Signature for this request is not valid.
    401 -1002 no AUTHENTICATION
    401 -2014 no AUTHENTICATION API-key format invalid.
    401 -2015 no AUTHENTICATION Invalid API-key, IP, or permissions for action.
    """

@Suite struct TaxonomyTests {
    @Test("Every code of the reference is mapped by code and text, with what it proves")
    func everyCode() throws {
        var rows = 0
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 4).map(String.init)
            let mapped = map(Int64(parts[0])!, Int64(parts[1])!, parts.count > 4 ? parts[4] : "any text")
            #expect(mapped.outcome == (parts[2] == "no" ? .refused : .unknown), "\(line)")
            #expect(mapped.error.name == parts[3], "\(line)")
            rows += 1
        }
        #expect(rows > 65)
    }

    @Test("A code nobody knows is a refusal below 500 and unknown above, and never a success")
    func unknownCodes() {
        for code: Int64 in [-9999, -5000, -3000, 0, 1, 700] {
            for status: Int64 in [400, 404, 409, 422] {
                #expect(map(status, code, "") == MappedError(error: .orderRejected, outcome: .refused), "\(status) \(code)")
            }
            for status: Int64 in [500, 502, 503, 504, 599] {
                #expect(map(status, code, "") == MappedError(error: .venueUnavailable, outcome: .unknown), "\(status) \(code)")
            }
            #expect(map(408, code, "") == MappedError(error: .venueUnavailable, outcome: .unknown))
            #expect(map(403, code, "") == MappedError(error: .venueUnavailable, outcome: .refused))
            #expect(map(401, code, "").error == .authentication)
            #expect(map(418, code, "").error == .rateLimited && map(429, code, "").error == .rateLimited)
            // Neither an error nor a 200: whatever it is, nothing is proved.
            for status: Int64 in [0, 100, 302, 777] { #expect(map(status, code, "").outcome == .unknown) }
        }
    }

    private func map(_ status: Int64, _ code: Int64, _ text: String) -> MappedError {
        var mapped = MappedError(error: .none, outcome: .accepted)
        withView(Array(text.utf8)) { mapped = MappedError(status: status, code: code, message: $0) }
        return mapped
    }
}

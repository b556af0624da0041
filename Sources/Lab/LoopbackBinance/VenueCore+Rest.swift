import Loopback
import Units

/// REST: routes, signatures over the bytes as received, limit headers (§2).
extension VenueCore {
    static let routes: [String: String] = [
        "GET /api/v3/ping": "ping", "GET /api/v3/time": "time", "GET /api/v3/exchangeInfo": "exchangeInfo",
        "GET /api/v3/depth": "depth", "GET /api/v3/ticker/bookTicker": "ticker.book", "GET /api/v3/account": "account.status",
        "GET /api/v3/openOrders": "openOrders.status", "DELETE /api/v3/openOrders": "openOrders.cancelAll",
        "GET /api/v3/order": "order.status", "POST /api/v3/order": "order.place", "DELETE /api/v3/order": "order.cancel",
        "POST /api/v3/order/test": "order.test", "POST /api/v3/order/cancelReplace": "order.cancelReplace",
        "PUT /api/v3/order/amend/keepPriority": "order.amend.keepPriority",
        "GET /api/v3/allOrders": "allOrders", "GET /api/v3/myTrades": "myTrades",
        "GET /api/v3/rateLimit/order": "account.rateLimits.orders",
    ]

    func respond(to request: LoopbackRequest) -> LoopbackResponse {
        if request.path == Self.faultsPath { return faultSwitches(request) }
        if isWebSocket(request.path) {
            return LoopbackResponse(status: nowMs < bannedUntilMs ? 418 : 429, headers: [("Retry-After", "300")], body: "")
        }
        guard let name = Self.routes["\(request.method) \(request.path)"], let operation = Operation.all[name] else {
            return LoopbackResponse(
                status: 404, headers: [("Content-Type", "application/json;charset=UTF-8")],
                body: #"{"code":-1000,"msg":"Not found."}"#)
        }
        let parameters = Parameters(query: request.query, body: request.body)
        var account: AccountState?
        var status = 200
        var body: String
        var retryAfter: Int64?
        do throws(ApiError) {
            try countRawRequest()
            if let refusal = troubleRefusal(operation) { throw refusal }
            if trouble.faults.strikes(.restError) { throw ApiError(status: 503, -1008, "Server is currently overloaded.") }
            try charge(operation.freeOnSuccess ? 0 : operation.cost(parameters))
            if operation.signed {
                account = try verify(
                    key: request.header("X-MBX-APIKEY") ?? "", parameters,
                    over: Self.withoutSignature(request.query) + Self.withoutSignature(request.body))
            }
            if let account, let incomplete = withoutARow(name, account) { body = incomplete } else {
                body = try perform(name, parameters, account)
            }
        } catch {
            if operation.freeOnSuccess { weight.add(operation.weight, at: nowMs) }
            status = error.status
            if status == 429 || status == 418 {
                let resets = error.retryAt ?? (nowMs / 10_000 + 1) * 10_000
                retryAfter = Swift.max(1, (resets - nowMs + 999) / 1000)
                body = ApiError(status: status, error.code, error.message).json
            } else {
                body = error.json
            }
        }
        store?.commit()
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json;charset=UTF-8"), ("X-MBX-USED-WEIGHT", String(weight.count(at: nowMs))),
            ("X-MBX-USED-WEIGHT-1M", String(weight.count(at: nowMs))),
        ]
        if operation.places, let account, status == 200 {
            headers.append(("X-MBX-ORDER-COUNT-10S", String(account.counter10Seconds.count(at: nowMs))))
            headers.append(("X-MBX-ORDER-COUNT-1D", String(account.counterDay.count(at: nowMs))))
        }
        if let retryAfter { headers.append(("Retry-After", String(retryAfter))) }
        releaseEvents()
        if request.header("X-MBX-TIME-UNIT")?.uppercased() == "MICROSECOND" { body = microsecondTimes(body) }
        return LoopbackResponse(status: status, headers: headers, body: body)
    }

    /// The raw text without its `signature=…` pair.
    static func withoutSignature(_ raw: String) -> String {
        raw.split(separator: "&", omittingEmptySubsequences: false).filter { !$0.hasPrefix("signature=") }
            .joined(separator: "&")
    }
}

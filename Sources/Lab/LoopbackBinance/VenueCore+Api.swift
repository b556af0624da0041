import Loopback
import Units

/// The WebSocket API: envelopes, sessions, user-data subscriptions (§3).
extension VenueCore {
    func answer(_ text: String, _ session: ApiSession) {
        guard let request = try? JSONParser.parse(text), let method = request["method"]?.text else {
            let error = ApiError(-1135, "Invalid JSON Request")
            return session.connection.send(#"{"id":null,"status":400,"error":\#(error.json),"rateLimits":[\#(weightLimit)]}"#)
        }
        let name = method.hasPrefix("v3/") ? String(method.dropFirst(3)) : method
        let parameters = Parameters(request["params"])
        let operation = Operation.all[name]
        var account: AccountState?
        var outcome: Result<String, ApiError>
        do throws(ApiError) {
            try countRawRequest()
            if let refusal = troubleRefusal(operation) { throw refusal }
            if let operation {
                try charge(operation.freeOnSuccess ? 0 : operation.cost(parameters))
                if operation.signed { account = try authenticate(parameters, session) }
                outcome = .success(try perform(name, parameters, account))
            } else {
                try charge(2)
                outcome = .success(try performSession(name, parameters, session))
            }
        } catch {
            if operation?.freeOnSuccess == true { weight.add(operation?.weight ?? 0, at: nowMs) }
            outcome = .failure(error)
        }
        let id = request["id"]?.json ?? "null"
        var limits = ""
        if parameters.flag("returnRateLimits") ?? session.returnRateLimits {
            let orders = operation?.places == true ? account.map { orderLimits($0) + "," } ?? "" : ""
            limits = #","rateLimits":[\#(orders)\#(weightLimit)]"#
        }
        store?.commit()
        var answer: String
        var accepted = false
        switch outcome {
        case .success(let result):
            accepted = operation?.freeOnSuccess == true
            answer = #"{"id":\#(id),"status":200,"result":\#(result)\#(limits)}"#
        case .failure(let error):
            answer = #"{"id":\#(id),"status":\#(error.status),"error":\#(error.json)\#(limits)}"#
        }
        if session.inMicroseconds { answer = microsecondTimes(answer) }
        guard operation?.signed == true else {
            session.connection.send(answer)
            return releaseEvents()
        }
        deliver(answer, id: id, accepted: accepted, session)
    }

    /// The account a request acts for: an explicit key and signature, else the session's.
    func authenticate(_ parameters: Parameters, _ session: ApiSession) throws(ApiError) -> AccountState {
        if parameters["apiKey"] == nil, parameters["signature"] == nil {
            guard let account = session.account else { throw .missing("signature") }
            try checkTime(parameters)
            return account
        }
        return try verify(key: parameters["apiKey"] ?? "", parameters, over: parameters.signedText)
    }

    /// Key, then time, then signature.
    func verify(key: String, _ parameters: Parameters, over text: String) throws(ApiError) -> AccountState {
        guard !key.isEmpty, key.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { throw .badKeyFormat }
        guard let account = account(key: key) else { throw .badKey }
        guard let signature = parameters["signature"], !signature.isEmpty else { throw .missing("signature") }
        try checkTime(parameters)
        guard account.verifies(signature, over: text) else { throw .badSignature }
        return account
    }

    private func performSession(_ name: String, _ parameters: Parameters, _ session: ApiSession) throws(ApiError) -> String {
        switch name {
        case "session.logon":
            let account = try verify(key: parameters["apiKey"] ?? "", parameters, over: parameters.signedText)
            guard account.hasPublicKey else { throw ApiError(-4056, "HMAC_SHA256 API key is not supported.") }
            session.account = account
            session.authorizedSince = nowMs
            return session.json(now: nowMs)
        case "session.status": return session.json(now: nowMs)
        case "session.logout":
            endSubscriptions(session, nil)
            session.account = nil
            session.authorizedSince = nil
            return session.json(now: nowMs)
        case "session.subscriptions":
            return "[" + session.subscriptions.map { #"{"subscriptionId":\#($0.id)}"# }.joined(separator: ",") + "]"
        case "userDataStream.subscribe":
            guard let account = session.account else {
                throw ApiError(-2015, "Invalid API-key, IP, or permissions for action.")
            }
            return try subscribe(session, account)
        case "userDataStream.subscribe.signature":
            return try subscribe(
                session, try verify(key: parameters["apiKey"] ?? "", parameters, over: parameters.signedText))
        case "userDataStream.unsubscribe":
            endSubscriptions(session, try parameters.integer("subscriptionId").map(Int.init))
            return "{}"
        default:
            throw ApiError(-1000, "Unknown method: \(name)")
        }
    }

    private func subscribe(_ session: ApiSession, _ account: AccountState) throws(ApiError) -> String {
        guard !session.subscriptions.contains(where: { $0.account === account }) else {
            throw ApiError(-2035, "User Data Stream subscription already active.")
        }
        let id = session.nextSubscription
        session.nextSubscription += 1
        session.subscriptions.append((id, account))
        return #"{"subscriptionId":\#(id)}"#
    }

    private func endSubscriptions(_ session: ApiSession, _ id: Int?) {
        for subscription in session.subscriptions where id == nil || subscription.id == id {
            session.connection.send(
                #"{"subscriptionId":\#(subscription.id),"event":{"e":"eventStreamTerminated","E":\#(nowMs)}}"#)
        }
        session.subscriptions.removeAll { id == nil || $0.id == id }
    }
}

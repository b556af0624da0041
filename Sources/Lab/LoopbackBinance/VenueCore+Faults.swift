import Foundation
import Loopback
import Matching
import Units

/// Where the fault switches take hold.
extension VenueCore {
    /// A message that leaves later than it should.
    struct LateMessage {
        var due: Nanoseconds
        var connection: LoopbackConnection
        var text: String
    }

    /// What is going wrong right now, and what waits to be sent.
    struct Trouble {
        var faults = VenueFaults()
        var late: [LateMessage] = []
        /// By connection: an answer that lets the next one pass.
        var overtaken: [Int: LateMessage] = [:]
        var frozenUntil = Nanoseconds.zero
        var firstFrozenUntil = Nanoseconds.zero
        var bannedUntil = Nanoseconds.zero
        var haltedUntil = Nanoseconds.zero
        var skewedUntil = Nanoseconds.zero
        var closing: [(due: Nanoseconds, connection: LoopbackConnection)] = []
        var lookedAt = Nanoseconds.zero
    }

    /// Control of the switches, beside the venue's own routes: GET tells how often each has struck, POST sets them.
    static let faultsPath = "/loopback/faults"

    func faultSwitches(_ request: LoopbackRequest) -> LoopbackResponse {
        if request.method == "POST" {
            do { trouble.faults.replace(with: try VenueFaults(request.body)) } catch {
                return LoopbackResponse(status: 400, body: error.reason + "\n")
            }
        }
        return LoopbackResponse(status: 200, headers: [("Content-Type", "application/json")], body: trouble.faults.json)
    }

    // MARK: by time

    func troubleTick(_ now: Nanoseconds) {
        sendLate(now)
        let span = now - trouble.lookedAt
        guard span > Nanoseconds(milliseconds: 20) else { return }
        trouble.lookedAt = now
        guard span < Nanoseconds(seconds: 5) else { return }
        if trouble.faults.strikes(.unsolicitedCancel, within: span) { cancelUnasked() }
        if trouble.faults.strikes(.streamFrozen, within: span) { trouble.frozenUntil = now + trouble.faults.duration(.streamFrozen) }
        if trouble.faults.strikes(.banned, within: span) { trouble.bannedUntil = now + trouble.faults.duration(.banned) }
        if trouble.faults.strikes(.halted, within: span) { trouble.haltedUntil = now + trouble.faults.duration(.halted) }
        if trouble.faults.strikes(.clockSkewed, within: span) { trouble.skewedUntil = now + trouble.faults.duration(.clockSkewed) }
        if trouble.faults.strikes(.linkCut, within: span), let link = anyLink() { link.abort() }
        if trouble.faults.strikes(.serverShutdown, within: span), let link = anyLink() {
            announceShutdown(link)
            trouble.closing.append((now + Nanoseconds(seconds: 1), link))
        }
        if trouble.faults.strikes(.firstFrozen, within: span) {
            trouble.firstFrozenUntil = now + trouble.faults.duration(.firstFrozen)
        }
        let cutsAll = trouble.faults.strikes(.firstCut, within: span)
        let cutsStreams = trouble.faults.strikes(.firstStreamsCut, within: span)
        if cutsAll || cutsStreams {
            for link in links.values.map(\.connection) where link.door == 0 {
                if cutsAll || link.path != Self.apiPath { link.abort() }
            }
        }
        streams.isFrozen = now < trouble.frozenUntil
        streams.isFirstFrozen = now < trouble.firstFrozenUntil
    }

    private func anyLink() -> LoopbackConnection? {
        let connections = links.values.map(\.connection).sorted { $0.id < $1.id }
        return connections.isEmpty ? nil : connections[trouble.faults.pick(below: connections.count)]
    }

    /// The venue cancels an order that nobody asked it to cancel.
    private func cancelUnasked() {
        let open = accounts.flatMap { $0.open.values }.sorted { $0.id < $1.id }
        guard !open.isEmpty else { return }
        let order = open[trouble.faults.pick(below: open.count)]
        guard market.cancel(order.id, into: &output) else { return }
        order.status = "EXPIRED"
        order.expiryReason = "EXCHANGE_CANCELED"
        close(order)
        report(order, execution: "EXPIRED")
        settleOutput()
        reportBalances()
        releaseEvents()
    }

    private func sendLate(_ now: Nanoseconds) {
        for (id, message) in trouble.overtaken where message.due <= now {
            message.connection.send(message.text)
            trouble.overtaken[id] = nil
        }
        for message in trouble.late where message.due <= now { message.connection.send(message.text) }
        trouble.late.removeAll { $0.due <= now }
        for closing in trouble.closing where closing.due <= now { closing.connection.close(code: 1001, reason: "shutdown") }
        trouble.closing.removeAll { $0.due <= now }
    }

    // MARK: at requests

    /// A refusal that stands before everything else: banned, or halted for placements.
    func troubleRefusal(_ operation: Operation?) -> ApiError? {
        let now = Self.read(CLOCK_MONOTONIC)
        if now < trouble.bannedUntil {
            let until = nowMs + (trouble.bannedUntil - now).milliseconds
            let isBan = trouble.faults.pick(below: 2) == 0
            return ApiError(
                status: isBan ? 418 : 429, -1003,
                isBan
                    ? "Way too much request weight used; IP banned until \(until). Please use WebSocket Streams for live updates to avoid bans."
                    : "Too much request weight used; current limit is \(options.weightPerMinute) request weight per 1 MINUTE. "
                        + "Please use WebSocket Streams for live updates to avoid polling the API.",
                data: #"{"serverTime":\#(nowMs),"retryAfter":\#(until)}"#)
        }
        if now < trouble.haltedUntil, operation?.places == true { return .rejected("Market is closed.") }
        return nil
    }

    /// Sends an answer of the WebSocket API and the events it set free, with whatever is to go wrong.
    func deliver(_ text: String, id: String, accepted: Bool, _ session: ApiSession) {
        let connection = session.connection
        let now = Self.read(CLOCK_MONOTONIC)
        defer {
            releaseEvents()
            if let overtaken = trouble.overtaken[connection.id], overtaken.text != text {
                trouble.overtaken[connection.id] = nil
                connection.send(overtaken.text)
            }
        }
        if trouble.faults.strikes(.replyLost) { return }
        if accepted, trouble.faults.strikes(.errorAfterAcceptance) {
            let error = ApiError(-1006, "An unexpected response was received from the message bus. Execution status unknown.")
            return connection.send(#"{"id":\#(id),"status":503,"error":\#(error.json)}"#)
        }
        if trouble.faults.strikes(.replyLate) {
            return trouble.late.append(LateMessage(due: now + trouble.faults.duration(.replyLate), connection: connection, text: text))
        }
        if trouble.overtaken[connection.id] == nil, trouble.faults.strikes(.repliesReordered) {
            let due = now + trouble.faults.duration(.repliesReordered)
            trouble.overtaken[connection.id] = LateMessage(due: due, connection: connection, text: text)
            return
        }
        if trouble.faults.strikes(.eventBeforeReply) { releaseEvents() }
        connection.send(text)
        if trouble.faults.strikes(.replyTwice) { connection.send(text) }
    }

    // MARK: at events

    /// Sends one event of the private stream.
    func deliver(event text: String, on connection: LoopbackConnection) {
        if trouble.faults.strikes(.eventLost) { return }
        if trouble.faults.strikes(.eventLate) {
            let due = Self.read(CLOCK_MONOTONIC) + trouble.faults.duration(.eventLate)
            return trouble.late.append(LateMessage(due: due, connection: connection, text: text))
        }
        connection.send(text)
        if trouble.faults.strikes(.eventTwice) { connection.send(text) }
    }

    // MARK: at REST answers

    /// A complete answer with a row missing, as a venue's lagging copy gives it.
    func withoutARow(_ name: String, _ account: AccountState) -> String? {
        switch name {
        case "account.status":
            let isAnother = trouble.faults.strikes(.accountChanged)
            guard account.balances.count > 1, trouble.faults.strikes(.snapshotIncomplete) else {
                return isAnother ? accountJson(account, omitZero: false, isAnother: true) : nil
            }
            let names = account.balances.keys.sorted()
            return accountJson(account, omitZero: false, without: names[trouble.faults.pick(below: names.count)])
        case "openOrders.status":
            guard !account.open.isEmpty, trouble.faults.strikes(.snapshotIncomplete) else { return nil }
            let shown = account.open.values.sorted { $0.id < $1.id }.dropFirst()
            return "[" + shown.map { $0.queryJson(symbol: rules.symbol) }.joined(separator: ",") + "]"
        default: return nil
        }
    }

    // MARK: shutdown

    /// The event that a connection is to be given up soon.
    func announceShutdown(_ connection: LoopbackConnection) {
        let event = #"{"e":"serverShutdown","E":\#(nowMs)}"#
        if apiSessions[connection.id] != nil {
            connection.send(#"{"event":\#(event)}"#)
        } else {
            streams.send(event, as: "!serverShutdown", on: connection)
        }
    }

    /// Before an orderly end.
    func announceShutdown() { for link in links.values { announceShutdown(link.connection) } }
}

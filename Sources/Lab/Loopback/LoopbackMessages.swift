/// One HTTP request as received. Bytes that signatures cover (`query`, `body`) are kept exactly as sent.
package struct LoopbackRequest: Sendable {
    package var method: String
    package var path: String
    /// After `?`, raw; empty when there is none.
    package var query: String
    package var headers: [(name: String, value: String)]
    package var body: String

    package init(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)] = [], body: String = ""
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The first header with this name, compared without case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// The answer to one HTTP request; the server adds length and connection headers.
package struct LoopbackResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: String

    package init(status: Int, headers: [(name: String, value: String)] = [], body: String) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The protocol behind a `LoopbackServer`. Every call comes on the server's one event-loop thread, so an
/// implementation owns its state without locks.
package protocol LoopbackApplication: AnyObject {
    func respond(to request: LoopbackRequest) -> LoopbackResponse
    /// Whether this path may be upgraded to a WebSocket.
    func acceptsWebSocket(path: String) -> Bool
    func opened(_ connection: LoopbackConnection)
    func received(_ text: String, on connection: LoopbackConnection)
    func receivedPing(on connection: LoopbackConnection)
    func receivedPong(_ payload: [UInt8], on connection: LoopbackConnection)
    func closed(_ connection: LoopbackConnection)
    /// About once a millisecond.
    func tick()
}

/// Why the server could not start.
package struct LoopbackStartError: Error, CustomStringConvertible {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
    package var description: String { reason }
}

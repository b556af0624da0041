import Glibc
import Telemetry
import Units

/// The other end of the control socket: `needletail ctl`, the demo and tests. Blocks, but never longer than asked.
package struct ControlClient: ~Copyable {
    /// Longest answer that is read.
    package static var maximumAnswerBytes: Int { 8 * 1024 * 1024 }

    private let descriptor: Int32
    private var received: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    private var nextID: Int64 = 1

    package init(path: String) throws(ControlError) {
        descriptor = UnixSocket.connect(path)
        guard descriptor >= 0 else {
            throw ControlError(
                place: path, cause: "no engine answers: \(UnixSocket.describe(-descriptor))",
                cure: "start the engine, or name its control socket")
        }
    }

    deinit { UnixSocket.close(descriptor) }

    /// Sends a request and waits for its answer: the `result`, or what was refused as the error thrown.
    package mutating func request(
        _ verb: ControlVerb, timeoutMilliseconds: Int = 5000
    ) throws(ControlError) -> JSONValue {
        let id = nextID
        nextID += 1
        try send(ControlRequest(id: .integer(id), verb: verb))
        let deadline = UnixSocket.monotonicMilliseconds() + Int64(timeoutMilliseconds)
        while true {
            let left = deadline - UnixSocket.monotonicMilliseconds()
            guard left > 0, let answer = try receive(timeoutMilliseconds: Int(left)) else {
                throw ControlError(
                    place: verb.name, cause: "no answer came in \(timeoutMilliseconds) ms",
                    cure: "the engine hangs or is gone: look at its process and at the guard")
            }
            if answer["id"] == .integer(id) || answer["id"] == .null { return try Self.result(answer) }
        }
    }

    package mutating func status(timeoutMilliseconds: Int = 5000) throws(ControlError) -> StatusDocument {
        guard let document = StatusDocument(json: try request(.status, timeoutMilliseconds: timeoutMilliseconds)) else {
            throw Self.notUnderstood
        }
        return document
    }

    /// Shows each status to `body` until it returns `false`; throws when none comes for three intervals and a second.
    package mutating func watch(
        interval: Nanoseconds, _ body: (StatusDocument) -> Bool
    ) throws(ControlError) {
        try send(ControlRequest(id: .integer(nextID), verb: .watch(interval: interval)))
        nextID += 1
        let patience = Int(interval.milliseconds * 3 + 1000)
        while true {
            guard let answer = try receive(timeoutMilliseconds: patience) else {
                throw ControlError(
                    place: "watch", cause: "no status came in \(patience) ms",
                    cure: "the engine hangs or is gone: look at its process and at the guard")
            }
            guard let document = StatusDocument(json: try Self.result(answer)) else { throw Self.notUnderstood }
            if !body(document) { return }
        }
    }

    /// Sends without waiting for the answer.
    package mutating func send(_ request: ControlRequest) throws(ControlError) {
        try send(bytes: Array(request.json.text().utf8) + [0x0A])
    }

    /// Sends bytes as they are; for tests of the other end.
    package mutating func send(bytes: [UInt8]) throws(ControlError) {
        var sent = 0
        while sent < bytes.count {
            switch UnixSocket.write(descriptor, bytes[sent...]) {
            case .bytes(let count): sent += count
            case .gone: throw Self.closed
            case .notNow:
                guard UnixSocket.wait(descriptor, forWriting: true, milliseconds: 5000) else { throw Self.closed }
            }
        }
    }

    /// The next answer, `nil` when none came in time (0: what is there already).
    package mutating func receive(timeoutMilliseconds: Int) throws(ControlError) -> JSONValue? {
        let deadline = UnixSocket.monotonicMilliseconds() + Int64(timeoutMilliseconds)
        while true {
            if let end = received.firstIndex(of: 0x0A) {
                let line = Array(received[..<end])
                received.removeFirst(end + 1)
                guard let json = try? JSONValue(parsing: line) else { throw Self.notUnderstood }
                return json
            }
            guard received.count <= Self.maximumAnswerBytes else { throw Self.notUnderstood }
            switch UnixSocket.read(descriptor, into: &buffer) {
            case .bytes(let count): received += buffer[..<count]
            case .gone: throw Self.closed
            case .notNow:
                let left = deadline - UnixSocket.monotonicMilliseconds()
                guard left > 0, UnixSocket.wait(descriptor, forWriting: false, milliseconds: Int32(clamping: left))
                else { return nil }
            }
        }
    }

    private static func result(_ answer: JSONValue) throws(ControlError) -> JSONValue {
        if answer["ok"] == .bool(true), let result = answer["result"] { return result }
        throw answer["error"].flatMap(ControlError.init(json:)) ?? notUnderstood
    }

    private static var closed: ControlError {
        ControlError(
            place: "the control socket", cause: "the engine closed it",
            cure: "the engine ended, or has too many clients: see its process")
    }
    private static var notUnderstood: ControlError {
        ControlError(
            place: "the answer", cause: "it is not what this tool understands",
            cure: "use the tool of the engine's own build")
    }
}

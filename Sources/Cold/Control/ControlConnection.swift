import Model
import Telemetry
import Units

/// One client of the control socket: bytes in, lines, answers, bytes out.
struct ControlConnection {
    /// Answers a client may leave unread before it is dropped.
    static let maximumUnsentBytes = 4 * 1024 * 1024
    static let maximumWaiting = 16
    static let maximumLinesPerStep = 16

    private struct Waiting {
        var id: JSONValue
        var verb: String
        var sequence: UInt64
        var mandate: Mandate?
        var deadline: Nanoseconds
    }

    private struct Watch {
        var id: JSONValue
        var interval: Nanoseconds
        var due: Nanoseconds
    }

    let descriptor: Int32
    let user: UInt32
    private var received: [UInt8] = []
    private var unsent: [UInt8] = []
    private var waiting: [Waiting] = []
    private var watch: Watch?
    /// No more is read; what is unsent goes out first.
    private var isClosing = false
    private(set) var isOver = false
    /// When bytes last came.
    private(set) var lastHeard: Nanoseconds
    var isAwaitingAnswer: Bool { !waiting.isEmpty }

    init(descriptor: Int32, user: UInt32, now: Nanoseconds) {
        lastHeard = now
        self.descriptor = descriptor
        self.user = user
    }

    mutating func doWork(now: Nanoseconds, buffer: inout [UInt8], handler: inout some ControlHandler) -> Int {
        var work = 0
        if !isClosing { work += read(into: &buffer, now: now) }
        work += takeLines(now: now, handler: &handler)
        work += settle(now: now, handler: &handler)
        work += showWatch(now: now, handler: &handler)
        work += write()
        if isClosing && unsent.isEmpty && waiting.isEmpty { isOver = true }
        return work
    }

    private mutating func read(into buffer: inout [UInt8], now: Nanoseconds) -> Int {
        guard received.count <= ControlRequest.maximumLineBytes else { return 0 }
        switch UnixSocket.read(descriptor, into: &buffer) {
        case .bytes(let count):
            received += buffer[..<count]
            lastHeard = now
            return 1
        case .notNow: return 0
        case .gone:
            isClosing = true
            watch = nil
            return 1
        }
    }

    private mutating func takeLines(now: Nanoseconds, handler: inout some ControlHandler) -> Int {
        var start = 0
        var lines = 0
        while lines < Self.maximumLinesPerStep, waiting.count < Self.maximumWaiting,
            let end = received[start...].firstIndex(of: 0x0A)
        {
            let line = Array(received[start..<end])
            start = end + 1
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { continue }
            lines += 1
            if line.count > ControlRequest.maximumLineBytes {
                refuseLongLine()
                return lines
            }
            handle(line, now: now, handler: &handler)
        }
        received.removeFirst(start)
        if received.count > ControlRequest.maximumLineBytes, !received.contains(0x0A) {
            refuseLongLine()
        }
        return lines
    }

    private mutating func refuseLongLine() {
        received = []
        isClosing = true
        send(
            ControlDesk.failure(
                .null,
                ControlError(
                    place: "the line", cause: "it is longer than \(ControlRequest.maximumLineBytes) bytes",
                    cure: "end each request with a newline")))
    }

    private mutating func handle(_ line: [UInt8], now: Nanoseconds, handler: inout some ControlHandler) {
        let request: ControlRequest
        do {
            request = try ControlRequest(line: line)
        } catch {
            send(ControlDesk.failure(error.id, error.error))
            return
        }
        switch ControlDesk.handle(request, operatorID: user, handler: &handler) {
        case .answer(let json): send(json)
        case .wait(let sequence, let mandate):
            waiting.append(
                Waiting(
                    id: request.id, verb: request.verb.name, sequence: sequence, mandate: mandate,
                    deadline: now + ControlServer.answerTimeout))
        case .watch(let interval): watch = Watch(id: request.id, interval: interval, due: now)
        }
    }

    /// Answers those whose command the core has answered, or did not in time.
    private mutating func settle(now: Nanoseconds, handler: inout some ControlHandler) -> Int {
        var left: [Waiting] = []
        let before = waiting.count
        for item in waiting {
            if let result = handler.result(of: item.sequence) {
                send(
                    ControlDesk.answer(
                        item.id, result, mandate: item.mandate, review: handler.review(of: item.sequence),
                        refusal: handler.refusal(of: item.sequence), kill: result.command.kind == .kill ? handler.lastKill() : nil))
            } else if now >= item.deadline {
                send(
                    ControlDesk.failure(
                        item.id,
                        ControlError(
                            place: item.verb, cause: "the engine has not answered yet; it may still carry it out",
                            cure: "look at the status before you repeat it")))
            } else {
                left.append(item)
            }
        }
        waiting = left
        return before - left.count
    }

    /// A status when one is due; left out while the client has not read the last.
    private mutating func showWatch(now: Nanoseconds, handler: inout some ControlHandler) -> Int {
        guard let due = watch, now >= due.due, unsent.isEmpty else { return 0 }
        watch?.due = now + due.interval
        send(ControlDesk.success(due.id, handler.status().json))
        return 1
    }

    private mutating func send(_ json: JSONValue) {
        unsent += Array(json.text().utf8)
        unsent.append(0x0A)
        if unsent.count > Self.maximumUnsentBytes {
            unsent = []
            waiting = []
            isClosing = true
        }
    }

    private mutating func write() -> Int {
        var sent = 0
        while sent < unsent.count {
            switch UnixSocket.write(descriptor, unsent[sent...]) {
            case .bytes(let count): sent += count
            case .notNow:
                unsent.removeFirst(sent)
                return sent > 0 ? 1 : 0
            case .gone:
                isOver = true
                return 1
            }
        }
        unsent.removeAll(keepingCapacity: true)
        return sent > 0 ? 1 : 0
    }
}

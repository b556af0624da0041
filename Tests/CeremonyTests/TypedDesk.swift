import Glibc
import Model
import Telemetry
import TestSupport
import Units

@testable import Control

/// The core behind the control socket: what `ControlHandler` asks of an engine, answered by a desk. What the engine's own
/// handler keeps from the core, a stage while the strategies are stopped, is kept from it here.
struct CoreHandler: ControlHandler {
    /// The core cannot be copied, the handler has to be.
    final class Engine {
        var desk: Desk
        var isStopped = false
        init() throws { desk = try Desk.ready() }
    }
    let engine: Engine

    private var taken: Int { engine.desk.answers.count }

    private func step(_ input: Input) -> CommandReceipt {
        engine.desk.step(input)
        return .submitted(sequence: UInt64(taken))
    }

    private func stopped(_ place: String) -> CommandReceipt? {
        guard engine.isStopped else { return nil }
        return .refused(ControlError(place: place, cause: "the strategies were stopped", cure: "start"))
    }

    func status() -> StatusDocument {
        let status = engine.desk.status
        var document = StatusDocument(engine: status, limits: engine.desk.limits)
        document.names.symbols = ["BTCUSDT"]
        document.names.strategies = ["quoter"]
        var rows = StatusRows()
        rows.take(status)
        document.addRows(rows)
        return document
    }

    func mandate(lifetime: Nanoseconds) -> Mandate {
        Mandate(
            build: "b1", configHash: 1, mode: .live, account: "desk", venue: "venue", symbols: ["BTCUSDT"],
            strategies: [.init(name: "quoter", versionHash: 9)], limits: engine.desk.limits, lifetime: lifetime)
    }

    func submit(_ command: Command, reason: String) -> CommandReceipt {
        switch command.kind {
        case .stage, .confirmIntent: if let refusal = stopped(command.kind.name) { return refusal }
        case .stop: engine.isStopped = true
        case .incident: for piece in Note.pieces(.incident, operatorID: command.operatorID, reason) { engine.desk.step(.note(piece)) }
        default: break
        }
        let receipt = step(.command(command))
        switch command.kind {
        case .kill: engine.desk.reconcile()
        case .failover: engine.desk.takeOtherServer()
        default: break
        }
        return receipt
    }

    func result(of sequence: UInt64) -> CommandResult? { answer(sequence)?.result }

    private func answer(_ sequence: UInt64) -> Desk.Answer? {
        let index = Int(sequence) - 1
        return engine.desk.answers.indices.contains(index) ? engine.desk.answers[index] : nil
    }

    func ask(
        _ side: Side, _ symbol: String, _ quantity: Quantity, at price: Price, _ timeInForce: TimeInForce, operatorID: UInt32
    ) -> CommandReceipt {
        if let refusal = stopped("intent") { return refusal }
        guard symbol == "BTCUSDT" else {
            return .refused(ControlError(place: "intent.symbol", cause: "\(symbol) is no instrument", cure: "use BTCUSDT"))
        }
        return step(
            .intent(
                ManualIntent(
                    operatorID: operatorID, instrument: InstrumentID(0), side: side, timeInForce: timeInForce, price: price,
                    quantity: quantity, hash: mandate(lifetime: Nanoseconds(seconds: 30)).hash,
                    lifetime: Nanoseconds(seconds: 30))))
    }

    func cancel(clientID: String, operatorID: UInt32) -> CommandReceipt {
        guard let client = order(named: clientID) else {
            return .refused(ControlError(place: "cancel.client_id", cause: "it names no order of ours", cure: "see orders"))
        }
        return submit(
            Command(kind: .cancelOrder, operatorID: operatorID, hash: 0, lifetime: .zero, subject: client.word), reason: "")
    }

    func order(named name: String) -> ClientOrderID? { ClientOrderIDFormat(prefix: "nt-")!.parse(name) }

    func review(of sequence: UInt64) -> IntentWords? {
        answer(sequence)?.review.map {
            IntentWords(review: $0, symbol: "BTCUSDT", base: "BTC", quote: "USDT", numbers: "", lifetime: Nanoseconds(seconds: 30))
        }
    }

    func refusal(of sequence: UInt64) -> String? { answer(sequence)?.refusal.map { $0.verdict.name } }

    func start(operatorID: UInt32) -> CommandReceipt {
        engine.isStopped = false
        return .done("enabled")
    }

    func changeLimit(
        _ name: String, to value: String, symbol: String?, lifetime: Nanoseconds, reason: String, operatorID: UInt32
    ) -> CommandReceipt {
        guard let key = LimitKey.allCases.first(where: { $0.name == name }), let amount = try? Quantity(value) else {
            return .refused(ControlError(place: "limit.\(name)", cause: "it is no limit", cure: "see limits"))
        }
        return submit(
            Command(
                kind: .limit, operatorID: operatorID, hash: 0, lifetime: lifetime, subject: LimitSubject(key).word,
                value: amount.raw), reason: reason)
    }

    func lastKill() -> KillFacts? { nil }
    func limits() -> [LimitLine] { [] }
    func memory() -> MemoryTable { MemoryTable(smaps: "") }
    func orders() -> [OrderLine] { [] }
    func positions() -> [PositionLine] { [] }
    func fills(limit: Int) -> [FillLine] { [] }
    func quarantine(limit: Int) -> [QuarantineLine] { [] }
    func alerts() -> [AlertLine] { [] }
    func acknowledge(_ alert: UInt64?, reason: String, operatorID: UInt32) -> CommandReceipt { .done("known") }
}

/// A person at the socket: types lines, reads answers, and keeps the hashes that were shown.
final class Typist {
    let engine: CoreHandler.Engine
    private var handler: CoreHandler
    private var connection: ControlConnection
    private let end: Int32
    private var buffer = [UInt8](repeating: 0, count: 16 << 10)
    /// What `stage` showed last, as it is typed again; and the newest review's number and hash.
    private(set) var shown = "0000 0000 0000 0007"
    private(set) var review = (number: Int64(1), hash: "0000 0000 0000 0007")

    init() throws {
        engine = try CoreHandler.Engine()
        handler = CoreHandler(engine: engine)
        var ends: [Int32] = [-1, -1]
        let made = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &ends)
        precondition(made == 0, "no pair of sockets: error \(errno)")
        end = ends[1]
        connection = ControlConnection(descriptor: ends[0], user: 1000, now: .zero)
    }

    deinit {
        close(end)
        close(connection.descriptor)
    }

    /// One line and its answer.
    func type(_ line: String) throws -> JSONValue {
        let bytes = Array((line + "\n").utf8)
        guard unsafe write(end, bytes, bytes.count) == bytes.count else { throw Trouble(line: line, what: "cannot be written") }
        _ = connection.doWork(now: engine.desk.now, buffer: &buffer, handler: &handler)
        var answer: [UInt8] = []
        while true {
            let count = unsafe read(end, &buffer, buffer.count)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        guard answer.last == 0x0A, answer.count(where: { $0 == 0x0A }) == 1 else {
            throw Trouble(line: line, what: "is answered by '\(String(decoding: answer, as: UTF8.self))'")
        }
        let json = try JSONValue(parsing: Array(answer.dropLast()))
        if let hash = json["result"]?["hash"]?.string {
            if let number = json["result"]?["intent"]?.integer { review = (number, hash) } else { shown = hash }
        }
        return json
    }

    struct Trouble: Error { let line, what: String }
}

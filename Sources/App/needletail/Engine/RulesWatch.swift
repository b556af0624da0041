import Config
import Control
import Model
import Rest
import Units
import VenueKit

/// Reads the venue's rules again and again, and says once that they are others than those the run began with. An answer that
/// fails proves nothing. Cold thread.
struct RulesWatch {
    /// Between two readings, and after one that failed.
    private static let interval = Nanoseconds(seconds: 30)
    private static let retry = Nanoseconds(seconds: 10)

    /// What changed since the start, until the end of the run: even rules that came back were others meanwhile.
    private(set) var changes: [String] = []
    private let answers: ColdInbox<[Instrument]?>
    private var isUnderWay = false
    private var dueAt: Nanoseconds?

    init(_ bell: Bell) { answers = ColdInbox(bell) }

    /// `true` when a change was found for the first time; asks again when it is due.
    mutating func turn(_ adapter: any RestAdapter, _ rest: RestClient, _ begun: [Instrument], now: Nanoseconds) -> Bool {
        var isNew = false
        for answer in answers.takeAll() {
            isUnderWay = false
            dueAt = now + (answer == nil ? Self.retry : Self.interval)
            guard let answer, changes.isEmpty else { continue }
            changes = VenueRules.changes(from: begun, to: answer)
            isNew = !changes.isEmpty
        }
        // The start has just read them.
        guard let due = dueAt else {
            dueAt = now + Self.interval
            return false
        }
        guard !isUnderWay, changes.isEmpty, now >= due else { return isNew }
        isUnderWay = true
        let inbox = answers
        Task {
            guard let answer = try? await rest.send(adapter.exchangeInfo()) else { return inbox.put(nil) }
            inbox.put(try? adapter.parseExchangeInfo(status: answer.status, body: answer.body))
        }
        return isNew
    }

    /// Why `place` is refused; `nil` when nothing has changed.
    func refusal(_ place: String) -> ControlError? {
        guard !changes.isEmpty else { return nil }
        return ControlError(
            place: place, cause: "the venue has changed its rules since the start: \(changes.joined(separator: "; "))",
            cure: "end the engine (needletail stop --end), judge limits and strategies under the new rules, and start it again")
    }
}

extension EngineHost {
    /// Orders made by rules that no longer hold are refused at best: the mandate ends, and nothing is armed before a new start.
    func watchRules(_ now: Nanoseconds) {
        guard rules.turn(adapter, rest, plan.instruments, now: now) else { return }
        let text = "the venue has changed its rules: " + rules.changes.joined(separator: "; ")
        view.append(now, "RULES_CHANGED", .critical, text)
        note(.recovery, Command.engineOperator, text)
        print("engine: \(text)")
        guard ![.disarmed, .safe, .halted].contains(status.state) else { return }
        _ = submit(Command(kind: .disarm, operatorID: Command.engineOperator, hash: 0, lifetime: .zero))
    }
}

import Model
import Units

/// Which strategies and instruments are off and stay so over a restart: the core's switches, kept in a file beside the
/// latch. Cold thread.
package struct SwitchKeeper {
    package let file: SwitchFile
    private let strategies: [String]
    private let symbols: [String]
    package private(set) var records: [SwitchRecord] = []

    package init(directory: String, strategies: [String], symbols: [String]) {
        file = SwitchFile(path: directory + "/switched.off")
        self.strategies = strategies
        self.symbols = symbols
    }

    /// The commands that put a new core to where the last one was. Where the file cannot be read, every strategy is off
    /// until a person has looked. `journalled`: what the journal says is off; it holds where the file does not know of it,
    /// since a process may die between the two.
    package mutating func restore(
        wall: Nanoseconds, journalled: [SwitchRecord] = []
    ) -> (commands: [Command], problem: String?) {
        var problem: String?
        do throws(SwitchFileError) {
            records = try file.read()
        } catch {
            problem = "\(file.path) cannot be read (\(error)): every strategy is switched off"
            records = strategies.map {
                SwitchRecord(subject: .strategy, name: $0, reason: .none, until: .zero, why: "switched.off was unreadable")
            }
        }
        for record in journalled where !records.contains(where: { $0.subject == record.subject && $0.name == record.name }) {
            records.append(record)
        }
        // A pause that has ended meanwhile needs nobody; a strategy always does.
        records.removeAll { $0.subject == .instrument && $0.until > .zero && $0.until <= wall }
        return (records.compactMap { command($0, wall) }, problem)
    }

    private func command(_ record: SwitchRecord, _ wall: Nanoseconds) -> Command? {
        let isStrategy = record.subject == .strategy
        // A name that this run does not have is kept for the run that has it.
        guard let index = (isStrategy ? strategies : symbols).firstIndex(of: record.name) else { return nil }
        return Command(
            kind: isStrategy ? .strategyOff : .instrumentOff, operatorID: Command.engineOperator, hash: 0,
            lifetime: max(.zero, record.until - wall), subject: UInt64(index), value: Int64(record.reason.rawValue))
    }

    /// A person's `off`, on disk before the core is told: it holds even if this process dies in the next instant.
    package mutating func keep(_ command: Command, why: String) throws(SwitchFileError) {
        let subject: SwitchChange.Subject = command.kind == .strategyOff ? .strategy : .instrument
        guard let name = name(subject, Int(clamping: command.subject)) else { return }
        let until = records.first { $0.subject == subject && $0.name == name && subject == .strategy }?.until ?? .zero
        replace(SwitchRecord(subject: subject, name: name, reason: .none, until: until, why: why))
        try file.write(records)
    }

    /// What the core decided. `now` is the engine clock.
    package mutating func take(_ change: SwitchChange, now: Nanoseconds, wall: Nanoseconds) throws(SwitchFileError) {
        guard let name = name(change.subject, Int(change.index)) else { return }
        let known = records.firstIndex { $0.subject == change.subject && $0.name == name }
        if change.isOn {
            guard let known else { return }
            records.remove(at: known)
        } else {
            // A halt for a move ends with the move, unless only a person may end it.
            let isEndless = change.until.raw == .max
            if change.reason == .volatilityHalt, !isEndless { return }
            let until = isEndless || change.until <= now ? .zero : wall + (change.until - now)
            let why = change.reason == .none ? known.map { records[$0].why } ?? "" : change.reason.name
            replace(SwitchRecord(subject: change.subject, name: name, reason: change.reason, until: until, why: why))
        }
        try file.write(records)
    }

    private mutating func replace(_ record: SwitchRecord) {
        records.removeAll { $0.subject == record.subject && $0.name == record.name }
        records.append(record)
    }

    package func name(_ subject: SwitchChange.Subject, _ index: Int) -> String? {
        let names = subject == .strategy ? strategies : symbols
        return index < names.count ? names[index] : nil
    }
}

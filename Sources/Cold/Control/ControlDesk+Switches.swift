import Model
import Telemetry
import Units

/// A person's hand on one strategy or one instrument. What the status can refuse with a cure is refused here, but not what a
/// command of a moment ago may have changed since the status was made; the core judges again and has the last word.
extension ControlDesk {
    static func turn(
        _ subject: SwitchChange.Subject, _ name: String, _ isOn: Bool, _ status: StatusDocument
    ) throws(ControlError) -> Command {
        let names = subject == .strategy ? status.names.strategies : status.names.symbols
        guard let index = names.firstIndex(of: name) else {
            throw ControlError(
                place: "\(subject).name", cause: "the run has no \(subject) called '\(name.prefix(40))'",
                cure: "use one of \(names.joined(separator: ", "))")
        }
        switch (subject, isOn) {
        case (.strategy, true):
            if index < status.strategies.count { try mayResume(status.strategies[index]) }
        case (.instrument, true):
            if index < status.instruments.count { try mayOpen(status.instruments[index]) }
        case (_, false): break
        }
        let kind: CommandKind
        switch subject {
        case .strategy: kind = isOn ? .strategyOn : .strategyOff
        case .instrument: kind = isOn ? .instrumentOn : .instrumentOff
        }
        return Command(kind: kind, operatorID: 0, hash: 0, lifetime: .zero, subject: UInt64(index))
    }

    /// A person's word that a difference of the account is not ours.
    static func accept(_ symbol: String, _ status: StatusDocument) throws(ControlError) -> Command {
        guard let index = status.names.symbols.firstIndex(of: symbol) else {
            throw ControlError(
                place: "accept.symbol", cause: "the run has no instrument called '\(symbol.prefix(40))'",
                cure: "use one of \(status.names.symbols.joined(separator: ", "))")
        }
        return Command(kind: .acceptBalance, operatorID: 0, hash: 0, lifetime: .zero, subject: UInt64(index))
    }

    private static func mayResume(_ line: StrategyLine) throws(ControlError) {
        guard !line.isOff || line.cooldown == .zero else {
            throw ControlError(
                place: "strategy \(line.name)",
                cause: "it was switched off (\(line.why)) and its cooldown lasts \(seconds(line.cooldown)) s more",
                cure: "find out why meanwhile, and switch it on then")
        }
    }

    private static func mayOpen(_ line: InstrumentLine) throws(ControlError) {
        guard line.state != "CLOSING" else {
            throw ControlError(
                place: "instrument \(line.symbol)", cause: "its position of \(line.position) is being closed (\(line.why))",
                cure: "wait until it is flat, or for the alarm CANNOT_FLATTEN; needletail ctl instrument shows it")
        }
    }

    /// Whole seconds, rounded up.
    private static func seconds(_ span: Nanoseconds) -> Int64 { (span.raw + 999_999_999) / 1_000_000_000 }
}

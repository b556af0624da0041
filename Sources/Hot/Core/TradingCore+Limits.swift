import Model
import Units

/// A limit above its configured value, until when.
struct RaisedLimit: BitwiseCopyable {
    var subject: LimitSubject
    var until: Nanoseconds
    var isUsed = false
}

/// Limits changed by command. Tighter is taken in the same step, in every state. Looser is an override: only while nothing
/// is armed, so that the next ceremony shows it; never without a limit; and it ends by itself, at its time or with the
/// mandate, back to what the configuration says. A replay gives the same commands and so has the same limits.
extension TradingCore {
    mutating func changeLimit(_ command: Command) -> Bool {
        guard let subject = LimitSubject(word: command.subject), subject.key.range.contains(command.value) else { return false }
        if let instrument = subject.instrument {
            if subject.key.isOfRun || instrument.index >= instruments.count { return false }
        }
        var isTighter = true
        var isAboveConfigured = false
        for index in 0..<instruments.count where concerns(subject, index) {
            if !subject.key.isTight(command.value, as: subject.key.raw(instruments[index].limits)) { isTighter = false }
            if !subject.key.isTight(command.value, as: subject.key.raw(configuredLimits[index])) { isAboveConfigured = true }
        }
        if !isTighter {
            guard state == .disarmed || state == .safe else { return false }
            if isAboveConfigured {
                guard command.lifetime.raw > 0, let place = freeRaise(subject) else { return false }
                raises[place] = RaisedLimit(subject: subject, until: later(command.lifetime), isUsed: true)
                nextRaiseEnds = Swift.min(nextRaiseEnds, raises[place].until)
            }
        }
        for index in 0..<instruments.count where concerns(subject, index) {
            subject.key.set(command.value, in: &instruments[index].limits)
        }
        if isTighter { lowered.add(subject) }
        limitsChanged()
        // A limit of losses is judged in this step.
        isRepriced = true
        return true
    }

    private func concerns(_ subject: LimitSubject, _ index: Int) -> Bool {
        guard let instrument = subject.instrument else { return true }
        return instrument.index == index
    }

    /// Where a raise is kept: in place of an earlier one of the same subject.
    private mutating func freeRaise(_ subject: LimitSubject) -> Int? {
        for index in raises.indices where raises[index].isUsed && raises[index].subject == subject { return index }
        for index in raises.indices where !raises[index].isUsed { return index }
        return nil
    }

    /// Ends the raises whose time is over, or all of them with the mandate. Each end is told as a command of the engine's.
    mutating func endRaises(all: Bool, _ outputs: inout OutputBuffer) {
        guard all || now >= nextRaiseEnds else { return }
        nextRaiseEnds = Nanoseconds(raw: .max)
        for place in raises.indices where raises[place].isUsed {
            let raised = raises[place]
            guard all || now >= raised.until else {
                nextRaiseEnds = Swift.min(nextRaiseEnds, raised.until)
                continue
            }
            raises[place].isUsed = false
            lowered.add(raised.subject)
            let key = raised.subject.key
            for index in 0..<instruments.count where concerns(raised.subject, index) {
                let configured = key.raw(configuredLimits[index])
                // What an operator made tighter than that stays so.
                guard key.isTight(configured, as: key.raw(instruments[index].limits)) else { continue }
                key.set(configured, in: &instruments[index].limits)
                let subject = LimitSubject(key, instruments[index].instrument.id)
                outputs.append(
                    .command(
                        CommandResult(
                            command: Command(
                                kind: .limit, operatorID: Command.engineOperator, hash: 0, lifetime: .zero,
                                subject: subject.word, value: configured),
                            accepted: true, state: state)))
            }
        }
        limitsChanged()
    }

    /// The limits in force now. Precondition: a configured instrument.
    public func limits(of instrument: InstrumentID) -> RiskLimits { instruments[instrument.index].limits }
}

import Model
import Units

/// Pieces of an incident's note as they come in: whole when each piece followed the one before.
struct NoteCount: BitwiseCopyable {
    private var by = Command.engineOperator
    private var next: UInt8 = 0
    private var isWhole = false
    private var ink = 0

    mutating func take(_ note: Note) {
        guard note.kind == .incident else { return }
        if note.part == 0 { self = NoteCount() }
        let follows = note.part == next && (note.part == 0 || note.operatorID == by)
        by = note.operatorID
        next &+= 1
        ink = follows ? ink + note.ink : 0
        isWhole = follows && Int(note.part) + 1 == Int(note.parts)
    }

    /// Whether this operator has just written something that says something.
    func isEnough(by operatorID: UInt32) -> Bool { isWhole && by == operatorID && ink >= Incident.shortestNote }
}

/// What a SAFE or HALTED leaves behind, and what must hold before anybody may arm again.
extension TradingCore {
    /// On the way into SAFE or HALTED. A kill on top of something that tripped does not hide what it was.
    mutating func openIncident(_ trip: Trip, _ error: ErrorCode) {
        let old = published.incident
        published.incident = Incident()
        published.incident.isOpen = true
        published.incident.trip = old.isOpen && trip == .kill ? old.trip : trip
        published.incident.error = old.isOpen && trip == .kill ? old.error : error
        published.incident.at = now
    }

    /// The note's pieces came before this command, by the same operator.
    mutating func noteIncident(_ command: Command) -> Bool {
        guard published.incident.isOpen else { return false }
        guard note.isEnough(by: command.operatorID) else {
            refusedFor = .note
            return false
        }
        note = NoteCount()
        published.incident.isNoted = true
        return true
    }

    /// The engine's own word at its start: what the run before left open is open. Never closes or weakens one.
    mutating func recall(_ command: Command) -> Bool {
        guard command.operatorID == Command.engineOperator, state != .live, state != .reducing,
            !published.incident.isOpen
        else { return false }
        if state == .staged || state == .armed { return false }
        openIncident(Trip(rawValue: UInt8(truncatingIfNeeded: command.subject)) ?? .other, .none)
        published.incident.isNoted = command.value == 1
        return true
    }

    /// What an arming waits for; empty when it may be confirmed.
    var missing: ArmingChecks {
        mutating get {
            var list = ArmingChecks()
            if state == .halted { list.insert(.halted) }
            if published.marketLink != .up { list.insert(.marketLink) }
            for index in 0..<instruments.count where !isSound(index) { list.insert(.data) }
            if published.incident.isOpen, !published.incident.isNoted { list.insert(.note) }
            guard maySend else { return list }
            if isFeeUnpriced { list.insert(.fees) }
            if published.orderLink != .up { list.insert(.orderLink) }
            if !isSwitchFresh { list.insert(.cancelSwitch) }
            if !isReconciled || isOverdue || (published.incident.isOpen && !published.incident.isReconciled) { list.insert(.reconciled) }
            for index in 0..<instruments.count where instruments[index].breaks > 0 || instruments[index].hasSuspect {
                list.insert(.balance)
            }
            var at = orders.first
            while let slot = at {
                list.insert(orders[slot].state == .unknown ? .unknownOrders : .openOrders)
                at = orders.next(after: slot)
            }
            return list
        }
    }
}

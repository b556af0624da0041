import Config
import Guard
import Journal
import Model
import Units

/// What the run before left open: its file, and what its journal says where the process died before it could write one.
enum IncidentTrail {
    /// The newest open incident; `nil` when there is none.
    static func left(by configuration: RunConfiguration) -> IncidentRecord? {
        let files = JournalSegments.list(directory: configuration.journal.directory, name: configuration.name)
        // The file is written a moment after the record, so its record can be no further back than this.
        let told = newest(in: files.suffix(2).map(\.path))
        return told ?? IncidentFile(path: configuration.incidentFile).read()
    }

    /// Reads as far as the records are sound.
    static func newest(in segments: [String]) -> IncidentRecord? {
        var reader = JournalReader(files: segments)
        var open: IncidentRecord?
        var text: [UInt8] = []
        while true {
            let record: Record?
            do throws(JournalDamage) { record = try reader.next() } catch { break }
            guard let record else { break }
            if let input = Input(record: record), case .note(let note) = input, note.kind == .incident {
                text = note.part == 0 ? note.bytes : text + note.bytes
            }
            guard record.stream == .output, record.tag == 8 || record.tag == 10, let output = Output(record: record) else {
                continue
            }
            let header = reader.header
            let wall = Nanoseconds(
                raw: (header?.createdWall.raw ?? 0) &+ (record.time &- (header?.createdEngine.raw ?? 0)))
            switch output {
            case .state(let change) where change.to == .safe || change.to == .halted:
                open = after(open, change, at: wall)
            // What tripped may lie in a segment further back; the run that came after said it again at its start.
            case .command(let result) where result.accepted && result.command.kind == .recall:
                open = open ?? recalled(result.command, at: wall)
            case .command(let result) where result.accepted && result.command.kind == .incident:
                open?.noteBy = "uid \(result.command.operatorID)"
                open?.note = String(decoding: text, as: UTF8.self)
            case .command(let result) where result.accepted && result.command.kind == .confirm: open = nil
            default: break
            }
        }
        return open
    }

    private static func recalled(_ command: Command, at wall: Nanoseconds) -> IncidentRecord {
        let trip = Trip(rawValue: UInt8(truncatingIfNeeded: command.subject)) ?? .other
        var record = IncidentRecord(time: wall, state: "SAFE", trip: trip.name, error: ErrorCode.none.name)
        if command.value == 1 {
            record.noteBy = "an earlier run"
            record.note = "written in an earlier run"
        }
        return record
    }

    /// A kill on top of something that tripped does not hide what it was; the core says the same.
    static func after(_ open: IncidentRecord?, _ change: StateChange, at wall: Nanoseconds) -> IncidentRecord {
        var record = IncidentRecord(time: wall, state: change.to.name, trip: change.trip.name, error: change.error.name)
        if let open, change.trip == .kill {
            record.trip = open.trip
            record.error = open.error
        }
        return record
    }
}

import Foundation
import Journal
import Model
import Telemetry
import Units

/// Reads what controls did from journals: refusals, trips, alerts, switches and commands, each with its last time.
extension JournalEvidence {
    /// Adds every run in a journal's directory.
    mutating func add(directory: String) {
        directories.append(directory)
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let names = Set(files.filter { $0.hasSuffix(".ntj") }.compactMap { file in
            file.lastIndex(of: "-").map { String(file[..<$0]) }
        })
        if names.isEmpty { damage.append("\(directory) holds no journal segment") }
        for name in names.sorted() { add(JournalReader(directory: directory, name: name), directory) }
        drills.sort { $0.wall < $1.wall }
    }

    private mutating func add(_ journal: consuming JournalReader, _ directory: String) {
        var reader = journal
        var session: UInt64?
        var note = Pieces()
        var reason = ""
        do throws(JournalDamage) {
            while let record = try reader.next() {
                guard let header = reader.header else { continue }
                let wall = Nanoseconds(raw: header.createdWall.raw &+ (record.time &- header.createdEngine.raw))
                records &+= 1
                first = first == .zero ? wall : min(first, wall)
                if header.identity.session != session {
                    session = header.identity.session
                    runs += 1
                    reason = ""
                }
                if wall >= last {
                    last = wall
                    build = header.identity.build
                    configurationHash = header.identity.configurationHash
                    mode = header.identity.mode
                }
                switch record.stream {
                case .input?: take(record, wall, &note, &reason)
                case .output?: take(record, wall, header.identity.mode, &reason)
                case nil: break
                }
            }
        } catch {
            damage.append("\(directory): \(error.sentence)")
        }
    }

    private struct Pieces {
        var bytes: [UInt8] = []
    }

    /// An operator's reason comes before his command; that of a kill may follow it, since nothing holds a kill up.
    private mutating func take(_ record: Record, _ wall: Nanoseconds, _ pieces: inout Pieces, _ reason: inout String) {
        guard let input = Input(record: record) else { return }
        switch input {
        case .fill: fills &+= 1
        case .note(let note) where note.kind == .reason:
            pieces.bytes = note.part == 0 ? note.bytes : pieces.bytes + note.bytes
            guard Int(note.part) + 1 >= Int(note.parts) else { break }
            reason = String(decoding: pieces.bytes, as: UTF8.self)
            guard reason.hasPrefix("kill: "), let last = drills.indices.last, drills[last].kind == "kill",
                drills[last].reason.isEmpty, abs((wall - drills[last].wall).raw) < 10_000_000_000
            else { break }
            drills[last].reason = String(reason.dropFirst(6))
            reason = ""
        default: break
        }
    }

    private mutating func take(_ record: Record, _ wall: Nanoseconds, _ mode: RunMode, _ reason: inout String) {
        guard let output = Output(record: record) else { return }
        func count(_ mark: String) { acts[mark, default: ControlActs()].add(at: wall) }
        switch output {
        case .place: orders &+= 1
        case .verdict(let verdict): if verdict.verdict != .passed { count("verdict:\(verdict.verdict.name)") }
        case .alert(let alert): count("alert:\(alert.error.name)")
        case .switched(let change): if !change.isOn, change.reason != .none { count("switched:\(change.reason.name)") }
        case .state(let change):
            guard change.to == .safe || change.to == .halted else { break }
            if change.trip != .none { count("trip:\(change.trip.name)") }
            openIncident = change.trip.name
        case .command(let result):
            let command = result.command
            guard result.accepted, command.operatorID != Command.engineOperator else { break }
            count("command:\(command.kind.name)")
            if command.kind == .confirm { openIncident = "" }
            if [.kill, .flatten, .stop, .disarm, .confirm].contains(command.kind) {
                let kind = command.kind.name
                let said = reason.hasPrefix("\(kind): ") ? String(reason.dropFirst(kind.count + 2)) : ""
                // The latch that a kill leaves kills once more: that is no drill of its own.
                let isEcho = said.isEmpty && command.kind == .kill
                    && drills.contains { $0.kind == kind && abs((wall - $0.wall).raw) < 10_000_000_000 }
                if !isEcho {
                    drills.append(Drill(wall: wall, kind: kind, mode: mode, operatorID: command.operatorID, reason: said))
                }
            }
            reason = ""
        default: break
        }
    }
}

import Model
import Units

/// What one run left in the journal.
package struct JournalRunSummary: Sendable, Equatable {
    package var identity: JournalIdentity
    package var records: UInt64 = 0
    /// Hash over the run's outputs; equal for a replay that decided the same.
    package var decisionHash: UInt64
    /// Whether the run is here from its first record.
    package var isFromStart: Bool
}

/// A whole journal read and checked: `needletail journal verify`.
package struct JournalReport: Sendable {
    package var segments = 0
    package var records: UInt64 = 0
    package var runs: [JournalRunSummary] = []
    /// Records by kind: `input.fill`, `output.place`.
    package var counts: [String: UInt64] = [:]
    /// Records that are intact and hold a value this build does not know.
    package var unknown: UInt64 = 0
    /// Groups whose hash was found right; records behind the last of them; the chain's value at the end.
    package var groups = 0
    package var unsealed = 0
    package var chain = JournalHash.none
    /// The last write did not reach the disk whole; what was decided in it is lost, all before it is proved.
    package var tornTail: TornTail?
    /// Reading stopped here.
    package var damage: JournalDamage?

    /// Every byte was accounted for, a torn tail aside.
    package var isVerified: Bool { damage == nil && unknown == 0 }

    /// Reads everything; never throws, damage is part of the answer.
    package init(_ reader: consuming JournalReader) {
        var hash = DecisionHash()
        do throws(JournalDamage) {
            while let record = try reader.next() {
                begin(reader, &hash)
                if record.stream == .output { hash.fold(record) }
                add(record)
                runs[runs.count - 1].records += 1
                runs[runs.count - 1].decisionHash = hash.value
            }
        } catch {
            damage = error
        }
        segments = reader.segments
        tornTail = reader.tornTail
        groups = reader.groups
        unsealed = reader.unsealed
        chain = reader.endHash
    }

    /// Opens a summary when the record is the first of its run.
    private mutating func begin(_ reader: borrowing JournalReader, _ hash: inout DecisionHash) {
        guard let header = reader.header, runs.last?.identity != header.identity else { return }
        hash = DecisionHash()
        runs.append(
            JournalRunSummary(
                identity: header.identity, decisionHash: hash.value, isFromStart: header.firstSequence == 1))
    }

    private mutating func add(_ record: Record) {
        records += 1
        guard let kind = record.kindName else {
            unknown += 1
            return
        }
        counts[kind, default: 0] += 1
    }

    /// As lines for people.
    package var lines: [String] {
        var lines = ["\(records) records in \(segments) segments"]
        lines.append(
            "hash chain right over \(groups) groups" + (unsealed > 0 ? "; \(unsealed) records behind the last were not sealed" : ""))
        if damage == nil { lines.append("chain \(chain.text)") }
        lines += runs.map {
            "run \($0.identity.run) '\($0.identity.name)' \($0.identity.mode.name): \($0.records) records, decision hash "
                + "\(hex($0.decisionHash))" + ($0.isFromStart ? "" : ", its beginning is not here")
        }
        lines += counts.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
        if unknown > 0 { lines.append("\(unknown) records hold values this build does not know") }
        if let tornTail {
            lines.append("the last write is torn: \(tornTail.byteCount) bytes at offset \(tornTail.offset) of \(tornTail.file) are not a record")
        }
        if let damage { lines.append("DAMAGED: \(damage.sentence)") }
        lines.append(isVerified ? "verified" : "NOT verified")
        return lines
    }
}

extension JournalDamage {
    /// For people.
    package var sentence: String {
        switch self {
        case .unreadable(let file): return "\(file) cannot be read"
        case .header(let file): return "\(file) is not a segment, or its header is damaged"
        case .version(let file, let found):
            return "\(file) is of journal format \(found) and this build reads format \(JournalHeader.version): read it with the "
                + "build that wrote it, and move the old journal aside before a start"
        case .chain(let file): return "\(file) does not follow the segment before it: one is missing, exchanged or cut"
        case .record(let file, let offset): return "\(file): the record at offset \(offset) fails its checksum and more follows it"
        case .group(let file, let offset, let first, let last):
            return "\(file): records \(first) to \(last), from offset \(offset), are not what was sealed: changed after the write"
        case .sequence(let file, let offset, let expected, let found):
            return "\(file): at offset \(offset) record \(expected) was due and \(found) is there"
        }
    }
}

extension Record {
    /// `input.top_of_book`, `output.verdict`; `nil` when this build cannot decode the record.
    package var kindName: String? {
        switch stream {
        case .input?: return Input(record: self).map { "input." + snake(caseName($0)) }
        case .output?: return Output(record: self).map { "output." + snake(caseName($0)) }
        case nil: return nil
        }
    }
}

/// The name of an enum's case without its payload.
func caseName(_ value: some Any) -> String {
    if let label = Mirror(reflecting: value).children.first?.label { return label }
    return String(describing: value)
}

/// `partiallyFilled` to `partially_filled`.
func snake(_ text: String) -> String {
    text.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
}

/// 16 hexadecimal digits.
package func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

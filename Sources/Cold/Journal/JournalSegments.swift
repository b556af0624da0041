import Foundation
import Model

/// The segment files of a run name in a directory.
package enum JournalSegments {
    package struct Segment: Sendable, Equatable {
        package var number: UInt64
        package var path: String
    }

    static func path(_ directory: String, _ name: String, _ number: UInt64) -> String {
        let digits = String(number)
        return "\(directory)/\(name)-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).ntj"
    }

    /// All segments of the name, in order.
    package static func list(directory: String, name: String) -> [Segment] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.compactMap { file in
            guard file.hasPrefix(name + "-"), file.hasSuffix(".ntj"),
                let number = UInt64(file.dropFirst(name.count + 1).dropLast(4))
            else { return nil }
            return Segment(number: number, path: directory + "/" + file)
        }.sorted { $0.number < $1.number }
    }

    package static func last(directory: String, name: String) -> Segment? { list(directory: directory, name: name).last }
}

/// Where a journal ends: what the next segment follows.
package struct JournalEnd: Sendable, Equatable {
    /// Number of the last segment, 0 when there is none.
    package var segment: UInt64
    /// The chain's value at its end.
    package var hash: JournalHash

    static let none = JournalEnd(segment: 0, hash: .none)

    /// Reads the last segment of a name in a directory.
    static func find(directory: String, name: String) throws(JournalError) -> JournalEnd {
        guard let last = JournalSegments.last(directory: directory, name: name) else { return .none }
        var reader = JournalReader(files: [last.path])
        do throws(JournalDamage) {
            while try reader.next() != nil {}
        } catch {
            throw .previous(error)
        }
        if let torn = reader.tornTail { throw .previous(.record(file: torn.file, offset: torn.offset)) }
        return JournalEnd(segment: last.number, hash: reader.endHash)
    }
}

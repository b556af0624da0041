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

    /// The checksum the next segment quotes: of the last whole record, or of the header when there is none.
    static func lastCRC(_ path: String) -> UInt32? {
        guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd() else { return nil }
        let headerSize = UInt64(JournalHeader.byteCount)
        let recordSize = UInt64(Record.byteCount)
        guard size >= headerSize else { return nil }
        let records = (size - headerSize) / recordSize
        // Word 15 of the last record, or the second half of the header's last word.
        let offset = records > 0 ? headerSize + records * recordSize - 8 : headerSize - 4
        guard (try? file.seek(toOffset: offset)) != nil, let bytes = try? file.read(upToCount: 4), bytes.count == 4
        else { return nil }
        return bytes.enumerated().reduce(0) { $0 | UInt32($1.element) << UInt32($1.offset * 8) }
    }
}

import Foundation
import Glibc

/// An append-only file of lines that survives the death of its process at any instant.
///
///     <CRC-32 of the text, 8 hex digits> <text>\n
///
/// A line counts once it is whole. A torn last line is what a kill in mid-write leaves: it is cut off. A broken line
/// anywhere else is damage, and refused. Opening rewrites the file (new file, then rename), so that it holds one line
/// again. It outlives the process, not the machine: nothing waits for the disk.
final class StateLog {
    private let file: String
    private let lock: Int32
    private let handle: FileHandle

    /// Opens `file` for this process alone. `rewrite` gets the whole lines and gives the text to begin anew with.
    init(file: String, rewrite: ([Substring]) throws -> String) throws(VenueStartError) {
        self.file = file
        lock = unsafe open(file + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw VenueStartError("the state file's directory cannot be written: \(file).lock") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw VenueStartError("another venue runs on the state file \(file); end it, or name another file")
        }
        do {
            let old = FileManager.default.contents(atPath: file) ?? Data()
            let lines = try Self.wholeLines(String(decoding: old, as: UTF8.self), file)
            let new = file + ".new"
            guard FileManager.default.createFile(
                atPath: new, contents: Data(Self.line(try rewrite(lines)).utf8), attributes: [.posixPermissions: 0o600])
            else { throw VenueStartError("the state file \(new) cannot be written") }
            guard unsafe rename(new, file) == 0 else { throw VenueStartError("\(new) cannot be renamed to \(file)") }
            handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
            try handle.seekToEnd()
        } catch let error as VenueStartError {
            close(lock)
            throw error
        } catch {
            close(lock)
            throw VenueStartError("the state file \(file) cannot be used: \(error)")
        }
    }

    deinit { close(lock) }

    /// Appends one line; it is in the kernel's hands when this returns.
    func append(_ text: String) throws { try handle.write(contentsOf: Data(Self.line(text).utf8)) }

    private static func line(_ text: String) -> String { checksum(text) + " " + text + "\n" }

    static func wholeLines(_ text: String, _ file: String) throws(VenueStartError) -> [Substring] {
        var whole: [Substring] = []
        var rest = text[...]
        var number = 0
        while !rest.isEmpty {
            number += 1
            let end = rest.firstIndex(of: "\n")
            let line = rest[..<(end ?? rest.endIndex)]
            rest = end.map { rest[rest.index(after: $0)...] } ?? ""
            let body = line.dropFirst(9)
            if end != nil, line.count > 9, line.prefix(9) == checksum(String(body)) + " " {
                whole.append(body)
            } else if !rest.isEmpty {
                throw VenueStartError("the state file \(file) is damaged in line \(number); remove it to begin anew")
            }
        }
        return whole
    }

    /// CRC-32 (IEEE 802.3) as 8 hex digits.
    static func checksum(_ text: String) -> String {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in text.utf8 {
            sum = (sum >> 8) ^ table[Int((sum ^ UInt32(byte)) & 0xFF)]
        }
        let digits = String(~sum, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
    }
}

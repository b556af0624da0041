import Foundation
import Glibc
import Model
import Units

// What is switched off, text, one line each, in the order in which it was switched:
//
//     strategy quoter 0 0 uid 1000: quotes look wrong
//     instrument BTCUSDT 54 1763735000000000000 uid 4294967295: STOP_LOSS
//
// subject, name, error code (0: a person), wall time in ns from which on it may come back (0: only a person says so), and
// why. A file that cannot be read in whole switches everything off.

/// One strategy or instrument that is off, and stays so over a restart.
package struct SwitchRecord: Sendable, Equatable {
    package var subject: SwitchChange.Subject
    /// Without spaces.
    package var name: String
    /// `none`: by a person.
    package var reason: ErrorCode
    /// Wall time; zero where no time is set.
    package var until: Nanoseconds
    package var why: String

    package init(subject: SwitchChange.Subject, name: String, reason: ErrorCode, until: Nanoseconds, why: String) {
        self.subject = subject
        self.name = name
        self.reason = reason
        self.until = until
        self.why = why
    }

    var line: String { "\(subject) \(name) \(reason.rawValue) \(until.raw) \(KillLatch.oneLine(why))\n" }

    init?(line: Substring) {
        let parts = line.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, let subject = SwitchChange.Subject.allCases.first(where: { "\($0)" == parts[0] }),
            !parts[1].isEmpty, let code = UInt16(parts[2]), let reason = ErrorCode(rawValue: code),
            let until = Int64(parts[3]), until >= 0
        else { return nil }
        self.init(
            subject: subject, name: String(parts[1]), reason: reason, until: Nanoseconds(raw: until), why: String(parts[4]))
    }
}

/// Why the file is of no use.
package enum SwitchFileError: Error, Sendable, Equatable {
    case unreadable(errno: Int32)
    /// A line of another form.
    case damaged(line: Int)
    case write(errno: Int32)
}

/// The switches that outlive the process, beside the latch.
package struct SwitchFile: Sendable {
    package let path: String
    package init(path: String) { self.path = path }

    /// All records; none where there is no file.
    package func read() throws(SwitchFileError) -> [SwitchRecord] {
        var status = stat()
        if unsafe lstat(path, &status) != 0 {
            if errno == ENOENT { return [] }
            throw .unreadable(errno: errno)
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable(errno: EIO) }
        var records: [SwitchRecord] = []
        let text = String(decoding: data, as: UTF8.self)
        guard text.isEmpty || text.hasSuffix("\n") else { throw .damaged(line: text.split(separator: "\n").count) }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: true).enumerated() {
            guard let record = SwitchRecord(line: line) else { throw .damaged(line: index + 1) }
            records.append(record)
        }
        return records
    }

    /// Replaces the file: the new one is on disk before the old one goes.
    package func write(_ records: [SwitchRecord]) throws(SwitchFileError) {
        let next = path + ".new"
        let descriptor = unsafe open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .write(errno: errno) }
        defer { close(descriptor) }
        let bytes = Array(records.map(\.line).joined().utf8)
        var done = 0
        while done < bytes.count {
            let rest = Array(bytes[done...])
            let count = unsafe Glibc.write(descriptor, rest, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .write(errno: errno) }
            done += count
        }
        guard fsync(descriptor) == 0, unsafe rename(next, path) == 0 else { throw .write(errno: errno) }
        let directory = unsafe open(
            URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw .write(errno: errno) }
        defer { close(directory) }
        if fsync(directory) != 0 { throw .write(errno: errno) }
    }
}

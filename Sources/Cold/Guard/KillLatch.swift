import Foundation
import Glibc
import Units

// The latch file, text, one field a line:
//
//     time 1763735000000000000          wall time, ns since 1970
//     by guard
//     reason the engine's heartbeat stopped 1203 ms ago
//
// Its presence is the latch; its content is for people. A file that is empty or damaged latches as well.
// `latch.log` beside it: one line for each removal, appended and synced before the latch goes.

/// Who set the latch, when and why.
package struct LatchRecord: Sendable, Equatable {
    package var reason: String
    /// Wall time.
    package var time: Nanoseconds
    package var by: String
    package init(reason: String, time: Nanoseconds, by: String) {
        self.reason = reason
        self.time = time
        self.by = by
    }
}

package enum LatchError: Error, Sendable, Equatable {
    case create(errno: Int32)
    case write(errno: Int32)
    case remove(errno: Int32)
    /// There is no latch to remove.
    case notSet
    /// A latch is only removed with a reason.
    case reasonMissing
}

/// A file that forbids trading until a person removes it with a reason. Survives every process and restart.
package struct KillLatch: Sendable {
    package let path: String
    package init(path: String) { self.path = path }

    /// The log of removals.
    package var logPath: String {
        let cut = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        return cut + "latch.log"
    }

    /// Whether the latch is there. Whatever cannot be told counts as there.
    package var isSet: Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 || errno != ENOENT
    }

    /// Sets the latch and returns when it is on disk; false when it was set before (that one is kept).
    @discardableResult package func set(_ record: LatchRecord) throws(LatchError) -> Bool {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 {
            if errno == EEXIST { return false }
            throw .create(errno: errno)
        }
        defer { close(descriptor) }
        let text = "time \(record.time.raw)\nby \(KillLatch.oneLine(record.by))\nreason \(KillLatch.oneLine(record.reason))\n"
        try KillLatch.write(text, descriptor)
        try synchronizeDirectory()
        return true
    }

    /// What the latch says; `nil` when it is not set. A latch that cannot be read answers with a reason that says so.
    package func read() -> LatchRecord? {
        guard isSet else { return nil }
        var fields: [String: String] = [:]
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        return LatchRecord(
            reason: fields["reason"] ?? "the latch file does not say why",
            time: Nanoseconds(raw: fields["time"].flatMap(Int64.init) ?? 0), by: fields["by"] ?? "unknown")
    }

    /// Removes the latch. The log line is on disk before the latch is gone.
    package func remove(reason: String, by: String, time: Nanoseconds) throws(LatchError) {
        let reason = KillLatch.oneLine(reason)
        guard !reason.isEmpty else { throw .reasonMissing }
        guard let record = read() else { throw .notSet }
        let log = unsafe open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard log >= 0 else { throw .create(errno: errno) }
        defer { close(log) }
        try KillLatch.write(
            "\(time.raw) removed by \(KillLatch.oneLine(by)): \(reason) | set \(record.time.raw) by \(record.by): \(record.reason)\n",
            log)
        if unsafe unlink(path) != 0 { throw .remove(errno: errno) }
        try synchronizeDirectory()
    }

    /// Text without line breaks and other control characters, so that one entry stays one line.
    static func oneLine(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }
        return String(scalars).trimmingCharacters(in: .whitespaces)
    }

    static func write(_ text: String, _ descriptor: Int32) throws(LatchError) {
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let rest = Array(bytes[done...])
            let count = unsafe Glibc.write(descriptor, rest, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .write(errno: errno) }
            done += count
        }
        if fsync(descriptor) != 0 { throw .write(errno: errno) }
    }

    /// A name is made or gone for good only when its directory is on disk.
    func synchronizeDirectory() throws(LatchError) {
        let cut = path.lastIndex(of: "/")
        let directory = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .write(errno: errno) }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw .write(errno: errno) }
    }
}

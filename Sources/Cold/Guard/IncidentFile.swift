import Foundation
import Glibc
import Units

// The incident's file beside the latch, text, one field a line:
//
//     time 1763735000000000000          wall time, ns since 1970
//     state SAFE
//     trip DIRECTION_FLIPS
//     error FLIPFLOP_DETECTED
//     note_by uid 1000                  once somebody wrote a note
//     note looked at the venue: a bad parameter
//
// It is there from the SAFE or HALT until a mandate is confirmed after it. A file that is empty or damaged is an incident
// as well, one of which nothing is known.

/// An open incident as it survives the process.
package struct IncidentRecord: Sendable, Equatable {
    /// Wall time.
    package var time: Nanoseconds
    package var state: String
    /// `Trip.name`, `ErrorCode.name`.
    package var trip: String
    package var error: String
    package var noteBy: String?
    package var note: String?

    package init(time: Nanoseconds, state: String, trip: String, error: String, noteBy: String? = nil, note: String? = nil) {
        self.time = time
        self.state = state
        self.trip = trip
        self.error = error
        self.noteBy = noteBy
        self.note = note
    }
}

/// The file of the open incident. Survives every process and restart; written whole or not at all.
package struct IncidentFile: Sendable {
    package let path: String
    package init(path: String) { self.path = path }

    /// What is open; `nil` when nothing is. What cannot be read is open.
    package func read() -> IncidentRecord? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 || errno != ENOENT else { return nil }
        var fields: [String: String] = [:]
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        // A note counts only whole, with whoever wrote it.
        let isNoted = fields["note"] != nil && fields["note_by"] != nil
        return IncidentRecord(
            time: Nanoseconds(raw: fields["time"].flatMap(Int64.init) ?? 0), state: fields["state"] ?? "unknown",
            trip: fields["trip"] ?? "OTHER", error: fields["error"] ?? "NONE", noteBy: isNoted ? fields["note_by"] : nil,
            note: isNoted ? fields["note"] : nil)
    }

    /// Puts it in the place of what was there; on disk when it returns.
    package func write(_ record: IncidentRecord) throws(LatchError) {
        var text = "time \(record.time.raw)\nstate \(record.state)\ntrip \(record.trip)\nerror \(record.error)\n"
        if let by = record.noteBy, let note = record.note {
            text += "note_by \(KillLatch.oneLine(by))\nnote \(KillLatch.oneLine(note))\n"
        }
        let draft = path + ".new"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .create(errno: errno) }
        defer { close(descriptor) }
        try KillLatch.write(text, descriptor)
        guard unsafe rename(draft, path) == 0 else { throw .write(errno: errno) }
        try KillLatch(path: path).synchronizeDirectory()
    }

    /// Closes it: a mandate was confirmed after it.
    package func remove() throws(LatchError) {
        if unsafe unlink(path) != 0, errno != ENOENT { throw .remove(errno: errno) }
        try KillLatch(path: path).synchronizeDirectory()
    }
}

import CPlatform
import Glibc

/// Why the journal could not be written. Final for the run: after a failed write or sync nobody knows what is on disk.
package enum JournalError: Error, Sendable, Equatable {
    case create(path: String, errno: Int32)
    case write(path: String, errno: Int32)
    case sync(path: String, errno: Int32)
    /// The ring delivered a record out of order; a bug of ours, or damaged shared memory.
    case sequence(expected: UInt64, found: UInt64)
}

/// One open segment to append to.
package protocol JournalSink: AnyObject {
    /// Writes all bytes at the end or throws.
    func write(_ bytes: RawSpan) throws(JournalError)
    /// Returns when everything written is on disk.
    func synchronize() throws(JournalError)
    func close()
}

/// Where segments are made; tests put faults here.
package protocol JournalDisk {
    /// A new file; one that exists already is refused.
    func create(_ path: String) throws(JournalError) -> any JournalSink
}

/// The real disk.
package struct FileDisk: JournalDisk, Sendable {
    package init() {}

    package func create(_ path: String) throws(JournalError) -> any JournalSink {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .create(path: path, errno: errno) }
        let sink = FileSink(descriptor: descriptor, path: path)
        try FileDisk.synchronizeDirectory(of: path)
        return sink
    }

    /// Opens a segment to go on behind its first `byteCount` bytes; what follows them is cut off.
    func reopen(_ path: String, at byteCount: Int) throws(JournalError) -> any JournalSink {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .create(path: path, errno: errno) }
        let sink = FileSink(descriptor: descriptor, path: path)
        guard ftruncate(descriptor, byteCount) == 0 else { throw .write(path: path, errno: errno) }
        return sink
    }

    /// A new file's name is on disk only when its directory is.
    private static func synchronizeDirectory(of path: String) throws(JournalError) {
        let cut = path.lastIndex(of: "/")
        let directory = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .create(path: directory, errno: errno) }
        defer { Glibc.close(descriptor) }
        if fsync(descriptor) != 0 { throw .sync(path: directory, errno: errno) }
    }
}

/// An open file descriptor; closed when the value dies at the latest.
final class FileSink: JournalSink {
    private var descriptor: Int32
    private let path: String

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }
    deinit { close() }

    func write(_ bytes: RawSpan) throws(JournalError) {
        let status = unsafe bytes.withUnsafeBytes { buffer in
            writeAll(buffer.count) { from, count in unsafe Glibc.write(descriptor, buffer.baseAddress! + from, count) }
        }
        if status != 0 { throw .write(path: path, errno: status) }
    }

    func synchronize() throws(JournalError) {
        if fdatasync(descriptor) != 0 { throw .sync(path: path, errno: errno) }
    }

    func close() {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }
}

/// Writes `count` bytes by calls that may take only a part: `write` gets where to go on and how much is left, and answers
/// as write(2) does. 0 or an errno.
package func writeAll(_ count: Int, _ write: (_ from: Int, _ count: Int) -> Int) -> Int32 {
    var done = 0
    while done < count {
        let taken = write(done, count - done)
        if taken < 0 && errno == EINTR { continue }
        if taken <= 0 { return taken == 0 ? EIO : errno }
        done += taken
    }
    return 0
}

import CPlatform
import Glibc

/// Why the journal could not be written. Final for the run: after a failed write or sync nobody knows what is on disk.
package enum JournalError: Error, Sendable, Equatable {
    case create(path: String, errno: Int32)
    case write(path: String, errno: Int32)
    case sync(path: String, errno: Int32)
    /// The file system has less room than the journal wants to know free.
    case space(path: String, free: UInt64, floor: UInt64)
    /// The segment before is damaged or was not completed, so nothing can be chained to it.
    case previous(JournalDamage)
    /// The ring delivered a record out of order; a bug of ours, or damaged shared memory.
    case sequence(expected: UInt64, found: UInt64)
    /// The ring delivered a record of another start.
    case foreign(session: UInt64)
}

extension JournalError {
    /// For people: what happened, and where.
    package var sentence: String {
        switch self {
        case .create(let path, let number): return "\(path) cannot be made: \(Self.text(number))"
        case .write(let path, let number): return "a write to \(path) failed: \(Self.text(number))"
        case .sync(let path, let number):
            return "a sync of \(path) failed: \(Self.text(number)); what it held back may be lost, so it is not tried again"
        case .space(let path, let free, let floor):
            return "\(path) has \(free >> 20) MiB free, under the floor of two segments (\(floor >> 20) MiB)"
        case .previous(let damage): return "the journal cannot be gone on with: \(damage.sentence)"
        case .sequence(let expected, let found): return "record \(expected) was due from memory and \(found) came"
        case .foreign(let session): return "memory held a record of another start (session \(hex(session)))"
        }
    }

    private static func text(_ number: Int32) -> String { "\(unsafe String(cString: strerror(number))) (errno \(number))" }
}

/// One open segment to append to.
package protocol JournalSink: AnyObject {
    /// Makes sure that the file has `byteCount` bytes, the new ones zero: a sync is quicker where it need not grow the
    /// file. What is written afterwards replaces the zeros.
    func reserve(_ byteCount: Int) throws(JournalError)
    /// Writes all bytes behind those written before, or throws.
    func write(_ bytes: RawSpan) throws(JournalError)
    /// Returns when everything written is on disk.
    func synchronize() throws(JournalError)
    /// Gives back what was reserved and not written, and closes.
    func finish()
    /// Closes, leaving the file as it is.
    func close()
}

/// Where segments are made; tests put faults here.
package protocol JournalDisk {
    /// A new file; one that exists already is refused. Its name is on disk when this returns.
    func create(_ path: String) throws(JournalError) -> any JournalSink
    /// Bytes that can still be written in the directory; `nil` when that cannot be known.
    func freeBytes(_ directory: String) -> UInt64?
}

/// The real disk.
package struct FileDisk: JournalDisk, Sendable {
    package init() {}

    package func create(_ path: String) throws(JournalError) -> any JournalSink {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .create(path: path, errno: errno) }
        let sink = FileSink(descriptor: descriptor, path: path)
        try FileDisk.synchronizeDirectory(of: path)
        return sink
    }

    package func freeBytes(_ directory: String) -> UInt64? {
        var facts = statvfs()
        guard unsafe statvfs(directory, &facts) == 0 else { return nil }
        return UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
    }

    /// Cuts a file at `byteCount`, for good when this returns.
    static func cut(_ path: String, at byteCount: Int) throws(JournalError) {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .create(path: path, errno: errno) }
        defer { Glibc.close(descriptor) }
        guard ftruncate(descriptor, byteCount) == 0 else { throw .write(path: path, errno: errno) }
        guard fsync(descriptor) == 0 else { throw .sync(path: path, errno: errno) }
    }

    /// A name that was made, changed or removed is so on disk only when its directory is.
    static func synchronizeDirectory(of path: String) throws(JournalError) {
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
    /// Bytes written, and bytes the file has.
    private var written = 0
    private var reserved = 0

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }
    deinit { close() }

    func reserve(_ byteCount: Int) throws(JournalError) {
        let from = max(reserved, written)
        guard byteCount > from else { return }
        let zeros = [UInt8](repeating: 0, count: byteCount - from)
        try put(unsafe zeros.span.bytes, at: from)
        reserved = byteCount
    }

    func write(_ bytes: RawSpan) throws(JournalError) {
        try put(bytes, at: written)
        written += bytes.byteCount
    }

    func synchronize() throws(JournalError) {
        if fdatasync(descriptor) != 0 { throw .sync(path: path, errno: errno) }
    }

    func finish() {
        // A failure leaves zeros, which are no harm.
        if reserved > written { _ = ftruncate(descriptor, written) }
        close()
    }

    func close() {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }

    private func put(_ bytes: RawSpan, at place: Int) throws(JournalError) {
        let status = unsafe bytes.withUnsafeBytes { buffer in
            writeAll(buffer.count) { from, count in
                unsafe Glibc.pwrite(descriptor, buffer.baseAddress! + from, count, place + from)
            }
        }
        if status != 0 { throw .write(path: path, errno: status) }
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

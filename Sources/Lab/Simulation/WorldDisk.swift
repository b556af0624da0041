import Journal
import Matching

/// A disk that can fail: each write and sync asks first what is to go wrong with it.
final class WorldDisk: JournalDisk {
    enum Trouble { case none, full, error, torn, crash, sync }
    private let real = FileDisk()
    var next = Trouble.none
    /// Writes that pass before the trouble.
    var countdown = 0
    /// Where the process dies within the write; of 2^16.
    var place: UInt64 = 0
    /// Writes that the kernel takes in small parts.
    var shortWrites = 0
    var dice = SeededRandom(seed: 0)
    /// The process died in a write.
    private(set) var isDead = false

    func create(_ path: String) throws(JournalError) -> any JournalSink {
        WorldSink(try real.create(path), path: path, disk: self)
    }

    /// Never short: what the test's machine has left is no part of the world.
    func freeBytes(_ directory: String) -> UInt64? { nil }

    func calm() {
        next = .none
        shortWrites = 0
        isDead = false
    }

    fileprivate func takeTrouble(forSync: Bool) -> Trouble {
        guard next != .none, (next == .sync) == forSync else { return .none }
        if countdown > 0 {
            countdown -= 1
            return .none
        }
        defer { next = .none }
        if next == .crash { isDead = true }
        return next
    }
}

private final class WorldSink: JournalSink {
    private let real: any JournalSink
    private let path: String
    private let disk: WorldDisk

    init(_ real: any JournalSink, path: String, disk: WorldDisk) {
        self.real = real
        self.path = path
        self.disk = disk
    }

    func write(_ bytes: RawSpan) throws(JournalError) {
        let count = bytes.byteCount
        switch disk.takeTrouble(forSync: false) {
        case .none, .sync: try inParts(bytes)
        case .full: throw .write(path: path, errno: 28)
        case .error: throw .write(path: path, errno: 5)
        case .torn:
            // Some whole records and half of one.
            try real.write(bytes.extracting(0..<(count / 256 * 128 + Swift.min(64, count / 2))))
            throw .write(path: path, errno: 5)
        case .crash:
            try real.write(bytes.extracting(0..<Int(UInt64(count) * disk.place >> 16)))
            throw .write(path: path, errno: 5)
        }
    }

    /// As the kernel may: each call takes what it likes, and the writer's own loop goes on behind it.
    private func inParts(_ bytes: RawSpan) throws(JournalError) {
        guard disk.shortWrites > 0 else { return try real.write(bytes) }
        disk.shortWrites -= 1
        var failure: JournalError?
        let status = writeAll(bytes.byteCount) { from, count in
            let part = Swift.min(count, 1 + Int(disk.dice.next() % 300))
            do throws(JournalError) {
                try real.write(bytes.extracting(from..<from + part))
                return part
            } catch {
                failure = error
                return -1
            }
        }
        if let failure { throw failure }
        if status != 0 { throw .write(path: path, errno: status) }
    }

    func synchronize() throws(JournalError) {
        if disk.takeTrouble(forSync: true) == .sync { throw .sync(path: path, errno: 5) }
        try real.synchronize()
    }

    func reserve(_ byteCount: Int) throws(JournalError) { try real.reserve(byteCount) }
    func finish() { real.finish() }
    func close() { real.close() }
}

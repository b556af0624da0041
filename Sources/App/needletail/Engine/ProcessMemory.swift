import CPlatform
import Foundation
import Telemetry

/// The process's memory, locked before it trades: no page of it is taken away or brought in late. The heap keeps what it
/// has, so that what lives on the cold side does not move the process's size.
struct ProcessMemory {
    /// 0, or why it is not locked.
    let errno: Int32
    /// Bytes of RLIMIT_MEMLOCK; negative for no limit.
    let limit: Int64

    /// One heap for all threads, with room to spare. Before the process has a second thread: a heap that a thread already
    /// has stays beside it and grows by pages.
    static func keepHeap() { platform_keep_heap(64 << 20) }

    /// At the start, before anything large is taken: what comes later is locked as it comes.
    static func take() -> ProcessMemory {
        ProcessMemory(errno: platform_lock_all_memory(), limit: platform_memory_lock_limit())
    }

    private static func words(_ errno: Int32) -> String { unsafe String(cString: strerror(errno)) }

    /// Who owns what at this moment; `nil` where the kernel does not say.
    static func table(atStart: Int64? = nil) -> MemoryTable? {
        guard let smaps = try? String(contentsOfFile: "/proc/self/smaps", encoding: .utf8) else { return nil }
        var table = MemoryTable(smaps: smaps)
        table.residentAtStart = atStart
        return table
    }

    /// Prints who owns what, and what to do where it is not locked. What is resident.
    func say() -> Int64? {
        let table = Self.table()
        for line in table?.lines ?? [] { print("engine: memory: \(line)") }
        guard errno != 0 else { return table?.sum.resident }
        let bound = limit < 0 ? "unlimited" : "\(limit >> 10) KiB"
        print("engine: memory is not locked (\(Self.words(errno))): pages may be taken away and cost a fault")
        print(
            "engine:   cure: RLIMIT_MEMLOCK is \(bound): LimitMEMLOCK=infinity in the unit, `ulimit -l unlimited`, or "
                + "tuning/limits.sh")
        return table?.sum.resident
    }
}

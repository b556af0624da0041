import Agents
import CHeap
import Model
import Rings
import Units

/// A hot agent whose thread's heap calls and reference counts are counted, from after `onStart` to before `onStop`: what
/// connecting the first time and the orderly end need is not steady state.
struct HeapWatched<Inner: Agent & ~Copyable>: Agent, ~Copyable {
    private var inner: Inner
    private let watch: HeapWatch

    init(_ inner: consuming Inner, watch: HeapWatch) {
        self.inner = inner
        self.watch = watch
    }

    var name: StaticString { inner.name }
    var names: [String] { inner.names }

    mutating func onStart() {
        watch.hold()
        inner.onStart()
        watch.begin()
    }

    mutating func doWork(now: Nanoseconds) -> Int { inner.doWork(now: now) }

    mutating func onStop() {
        watch.end()
        inner.onStop()
    }
}

extension HeapWatched: @unchecked Sendable where Inner: Sendable & ~Copyable {}

/// What a hot thread asked of the heap since a moment.
struct HeapUse: Equatable {
    var allocations: UInt64
    var frees: UInt64
    var retains: UInt64
    var releases: UInt64

    init(_ counts: heap_counts) {
        allocations = counts.allocations
        frees = counts.frees
        retains = counts.retains
        releases = counts.releases
    }

    /// Of all threads together; `nil` when one of them was not counted.
    static func sum(_ threads: [HeapWatch]) -> HeapUse? {
        var total = HeapUse(heap_counts())
        for thread in threads {
            guard let use = thread.use else { return nil }
            total.allocations += use.allocations
            total.frees += use.frees
            total.retains += use.retains
            total.releases += use.releases
        }
        return total
    }

    static func - (now: HeapUse, then: HeapUse) -> HeapUse {
        var use = now
        use.allocations -= then.allocations
        use.frees -= then.frees
        use.retains -= then.retains
        use.releases -= then.releases
        return use
    }
}

/// The cold side's view of what one hot thread asks of heap and kernel in steady state: from two seconds after the engine
/// was first LIVE.
final class HeapWatch: @unchecked Sendable {
    /// As the topology calls the thread.
    let name: String
    private let countsSyscalls: Bool
    /// Written once by the hot thread before it works, read by the cold one after it saw the engine LIVE.
    private var slot: Int32 = -1
    private let threadID = GaugeBoard(count: 1)
    /// The kernel's id of the thread; 0 before it works.
    var thread: Int32 { Int32(truncatingIfNeeded: threadID.read(0)) }
    private var liveSince: Nanoseconds?
    private var baseline: HeapUse?
    private var kernelBaseline: ThreadFacts?
    private var kernelNow: ThreadFacts?
    private var syscallBaseline: [UInt64] = []
    private var syscallsNow: [UInt64] = []
    private var readAt = Nanoseconds.zero
    static let warmUp = Nanoseconds(seconds: 2)

    init(name: String, countsSyscalls: Bool) {
        self.name = name
        self.countsSyscalls = countsSyscalls
    }

    /// Hot thread, before it takes its memory.
    func hold() { threadID.show(Int64(heap_thread_id()), at: 0) }
    /// Hot thread: counts it from now on.
    func begin() {
        slot = heap_watch_this_thread()
        guard countsSyscalls else { return }
        let errno = heap_count_syscalls(slot)
        precondition(errno == 0, "system calls cannot be counted here")
    }
    /// Hot thread: what was counted stays as it is.
    func end() { heap_unwatch_this_thread() }

    /// Cold thread, each turn: takes the baseline when the engine is warm.
    func observe(_ state: SystemState, at now: Nanoseconds) {
        guard baseline == nil, heap_is_counted() == 1 else { return }
        if state == .live, liveSince == nil { liveSince = now }
        guard let liveSince, now - liveSince > Self.warmUp, slot >= 0 else { return }
        baseline = HeapUse(heap_read(slot))
        kernelBaseline = ThreadFacts(thread: thread)
        syscallBaseline = readSyscalls()
        heap_record_sites(slot)
    }

    /// Cold thread, about once a second and before the thread is ended: what the kernel counted.
    func readKernel(at now: Nanoseconds, isLast: Bool = false) {
        guard kernelBaseline != nil, isLast || now - readAt > Nanoseconds(seconds: 1) else { return }
        readAt = now
        kernelNow = ThreadFacts(thread: thread) ?? kernelNow
        syscallsNow = readSyscalls()
    }

    private func readSyscalls() -> [UInt64] {
        countsSyscalls ? (0..<Int32(HEAP_SYSCALLS)).map { heap_read_syscalls(slot, $0) } : []
    }

    /// Faults and switches since warm-up; `nil` when the run never got that far.
    var kernel: ThreadFacts? {
        guard let kernelBaseline, let kernelNow else { return nil }
        return kernelNow - kernelBaseline
    }

    /// System calls other than io_uring_enter since warm-up, by number; `nil` where they are not counted.
    var syscalls: [Int: UInt64]? {
        guard countsSyscalls, syscallsNow.count == syscallBaseline.count, !syscallsNow.isEmpty else { return nil }
        var found: [Int: UInt64] = [:]
        for (number, pair) in zip(syscallsNow, syscallBaseline).enumerated() where pair.0 > pair.1 {
            found[number] = pair.0 - pair.1
        }
        return found
    }

    /// Since warm-up; `nil` when the run never got that far, or this build cannot count.
    var use: HeapUse? {
        guard let baseline else { return nil }
        return HeapUse(heap_read(slot)) - baseline
    }

    /// Everything since warm-up in a line; `nil` when the run never got that far.
    var line: String? {
        guard let use, let kernel else { return nil }
        let calls = syscalls.map { found in
            found.isEmpty ? "0" : found.sorted { $0.key < $1.key }.map { "\($0.key)x\($0.value)" }.joined(separator: ",")
        }
        return "hot thread \(name) since warm-up: allocations \(use.allocations) frees \(use.frees) retains \(use.retains) "
            + "releases \(use.releases) minor_faults \(kernel.minorFaults) major_faults \(kernel.majorFaults) "
            + "voluntary_switches \(kernel.voluntarySwitches) involuntary_switches \(kernel.involuntarySwitches) "
            + "syscalls \(calls ?? "not_counted")"
    }

    /// Callers of the first calls since warm-up, as code addresses in the program; for `llvm-symbolizer -e`.
    var sites: [String] {
        var found = [heap_site](repeating: heap_site(), count: Int(HEAP_SITES))
        let count = unsafe heap_read_sites(slot, &found)
        return found.prefix(count).map { site in
            var frames: [UInt] = []
            unsafe withUnsafeBytes(of: site.frames) { raw in
                frames = unsafe Array(raw.bindMemory(to: UInt.self)).prefix { $0 != 0 }.map { $0 }
            }
            return frames.map { "0x" + String($0, radix: 16) }.joined(separator: " ")
        }
    }
}

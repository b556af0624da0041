import CPlatform
import Rings
import Synchronization

/// What a runner does when a turn found no work.
public enum IdleStrategy: UInt8, Sendable, CaseIterable {
    /// Nothing: asks again at once. For a thread that owns its core.
    case spin
    /// Lets another thread of the same core go first.
    case yield
    /// Asks a few times more, then sleeps until woken or a bound has passed. For everything cold.
    case park
}

/// Wakes a parked runner, from any thread: after pushing to its ring, so that it need not sleep its bound out.
///
/// A wake that comes while the runner is busy, or just about to sleep, is not lost. Costs one locked addition (about 7 ns)
/// and a system call only when the runner sleeps.
@safe public struct Waker: @unchecked Sendable {
    /// [0] u32 how many wakes there were (the futex); [4] u32 1 while the runner sleeps.
    fileprivate let words: UnsafeMutablePointer<Atomic<UInt32>>
    private let memory: MemoryBlock

    public init() {
        memory = MemoryBlock(byteCount: MemoryBlock.separation)
        unsafe words = memory.base.bindMemory(to: Atomic<UInt32>.self, capacity: 2)
        unsafe words.initialize(to: Atomic(0))
        unsafe (words + 1).initialize(to: Atomic(0))
    }

    @_noLocks @_noAllocation public func wake() {
        _ = unsafe words[0].wrappingAdd(1, ordering: .sequentiallyConsistent)
        if unsafe words[1].load(ordering: .sequentiallyConsistent) != 0 {
            _ = unsafe platform_futex_wake(UnsafeRawPointer(words).assumingMemoryBound(to: UInt32.self), 1)
        }
    }
}

/// Carries an idle strategy out for one runner. Runner thread only; never allocates.
@safe public struct IdleState: @unchecked Sendable {
    public let strategy: IdleStrategy
    /// Wakes this runner when it is parked.
    public let waker: Waker
    /// Longest sleep of `park`.
    public let longestSleepNs: Int64
    /// The waker's words, so that no turn has to go through (and count a reference to) their owner.
    private let words: UnsafeMutablePointer<Atomic<UInt32>>
    @usableFromInline var idleTurns: UInt32 = 0
    private var wakesSeen: UInt32 = 0
    /// How often `park` went to sleep.
    public private(set) var sleeps: UInt64 = 0

    /// Idle turns in a row before `park` sleeps.
    public static let turnsBeforeSleep: UInt32 = 20

    public init(_ strategy: IdleStrategy, waker: Waker = Waker(), longestSleepNs: Int64 = 1_000_000) {
        precondition(longestSleepNs > 0, "a sleep needs a bound")
        self.strategy = strategy
        self.waker = waker
        unsafe words = waker.words
        self.longestSleepNs = longestSleepNs
    }

    /// To be called after every turn with what it returned.
    @inlinable public mutating func idle(work: Int) {
        switch strategy {
        case .spin: return
        case .yield: if work == 0 { platform_yield() }
        case .park: if work == 0 { park() } else { idleTurns = 0 }
        }
    }

    /// The count of wakes is read after a sleep and before the turns that follow it. A wake since then makes the kernel
    /// refuse to sleep, so what was pushed before the wake is always looked at first.
    @_noLocks @_noAllocation @usableFromInline mutating func park() {
        idleTurns &+= 1
        if idleTurns < IdleState.turnsBeforeSleep {
            platform_cpu_pause()
            return
        }
        unsafe words[1].store(1, ordering: .sequentiallyConsistent)
        _ = unsafe platform_futex_wait(
            UnsafeRawPointer(words).assumingMemoryBound(to: UInt32.self), wakesSeen, longestSleepNs)
        unsafe words[1].store(0, ordering: .relaxed)
        sleeps &+= 1
        let wakes = unsafe words[0].load(ordering: .acquiring)
        // Woken: look around for a while before sleeping again. Otherwise one turn, then sleep on.
        idleTurns = wakes != wakesSeen ? 0 : IdleState.turnsBeforeSleep &- 1
        wakesSeen = wakes
    }
}

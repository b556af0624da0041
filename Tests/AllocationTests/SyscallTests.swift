import CHeap
import Foundation
import Testing

/// What a thread with a filter of its own counted; written before it ends, read after.
private final class Counted: @unchecked Sendable {
    var status: Int32 = -1
    var slot: Int32 = -1
    var parents: [pid_t] = []
    var outside: UInt64 = 0
}

// The filter stays with its thread to the end, so each test makes one.
@Suite(.serialized) struct SyscallTests {
    private func run(_ body: @escaping @Sendable (Counted) -> Void) -> Counted {
        let counted = Counted()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            counted.slot = heap_watch_this_thread()
            counted.status = heap_count_syscalls(counted.slot)
            body(counted)
            done.signal()
        }
        thread.start()
        done.wait()
        return counted
    }

    #if arch(x86_64)
    private static let getppidNumber: Int32 = 110
    private static let yieldNumber: Int32 = 24

    @Test func `Each system call is counted by its number, made, and gives its answer`() {
        let counted = run { held in
            for _ in 0..<5 { held.parents.append(getppid()) }
            for _ in 0..<3 { _ = sched_yield() }
        }
        #expect(counted.status == 0)
        #expect(counted.parents == Array(repeating: getppid(), count: 5))
        #expect(heap_read_syscalls(counted.slot, Self.getppidNumber) == 5)
        #expect(heap_read_syscalls(counted.slot, Self.yieldNumber) == 3)
        heap_release_slot(counted.slot)
    }

    @Test func `Other threads make their calls uncounted meanwhile`() {
        let counted = run { held in
            held.parents.append(getppid())
            held.outside = heap_read_syscalls(held.slot, Self.getppidNumber)
        }
        for _ in 0..<100 { _ = getppid() }
        #expect(counted.status == 0 && counted.outside == 1)
        #expect(heap_read_syscalls(counted.slot, Self.getppidNumber) == 1)
        heap_release_slot(counted.slot)
    }

    @Test func `A failed call gives its error as ever`() {
        let counted = run { held in
            held.parents = [close(-1) == -1 && errno == EBADF ? 1 : 0]
        }
        #expect(counted.status == 0 && counted.parents == [1])
        heap_release_slot(counted.slot)
    }
    #else
    @Test func `Elsewhere it says that it cannot`() {
        let counted = run { _ in }
        #expect(counted.status == ENOSYS)
    }
    #endif
}

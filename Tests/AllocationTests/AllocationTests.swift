import CHeap
import Testing

// That the counter counts. What it counts is asked in release builds, since debug builds allocate where the optimiser does
// not: `Tests/EndToEnd/demo.sh` for the whole engine while it trades.

/// Heap calls and retains of `body` on this thread.
private func counted(_ body: () -> Void) -> heap_counts {
    let slot = heap_watch_this_thread()
    #expect(slot >= 0)
    body()
    heap_unwatch_this_thread()
    let counts = heap_read(slot)
    heap_release_slot(slot)
    return counts
}

private final class Box {
    var value: Int
    init(_ value: Int) { self.value = value }
}
nonisolated(unsafe) private var kept: Box?

@Suite(.serialized) struct AllocationTests {
    @Test func `the counter sees an allocation, its release and a retained reference`() {
        #expect(heap_is_counted() == 1)
        let counts = counted {
            for number in 0..<100 { unsafe kept = Box(number) }
        }
        #expect(counts.allocations >= 100)
        #expect(counts.frees >= 99)
        unsafe kept = Box(1)
        let retained = counted {
            var holders: (Box?, Box?) = (nil, nil)
            holders.0 = unsafe kept
            holders.1 = holders.0
            withExtendedLifetime(holders) {}
        }
        #expect(retained.retains + retained.releases > 0)
    }

    @Test func `a thread that is not watched is not counted`() {
        let slot = heap_watch_this_thread()
        heap_unwatch_this_thread()
        let before = heap_read(slot)
        unsafe kept = Box(2)
        #expect(heap_read(slot).allocations == before.allocations)
        heap_release_slot(slot)
    }
}

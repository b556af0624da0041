import CPlatform
import Testing
import Units

@testable import Agents
@testable import Rings

/// Counts its turns and reports work every second one.
struct CountingAgent: Agent, ~Copyable {
    let name: StaticString
    var starts = 0, stops = 0, turns = 0
    var lastNow = Nanoseconds.zero
    var core: Int32 = -1
    var timeWentBack = false

    mutating func onStart() { starts += 1 }
    mutating func onStop() { stops += 1 }
    mutating func doWork(now: Nanoseconds) -> Int {
        if now < lastNow { timeWentBack = true }
        lastNow = now
        core = platform_current_core()
        turns += 1
        return turns % 2
    }

    init(_ name: StaticString) { self.name = name }
}

/// Adds what it pops from a ring to a counter that others can read.
struct SummingAgent: Agent, ~Copyable {
    let name: StaticString = "sum"
    var consumer: RingConsumer<Int64>
    var sum: SharedCounter

    mutating func doWork(now: Nanoseconds) -> Int {
        var work = 0
        var value: Int64 = 0
        while work < 16, consumer.tryPop(&value) {
            sum.add(value)
            work += 1
        }
        return work
    }
}

/// A bound for loops that wait on another thread.
struct Deadline {
    let end = platform_monotonic_ns() + 60_000_000_000
    var passed: Bool { platform_monotonic_ns() > end }
}

/// Polls a condition; false when it did not come true within a minute.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = Deadline()
    while !condition() {
        if deadline.passed { return false }
        platform_yield()
    }
    return true
}

/// The last core this process may use.
func usableCore() -> Int {
    (0..<1024).last { platform_core_allowed(Int32($0)) == 1 }!
}

/// `#expect` for conditions on noncopyable values, which the macro cannot take apart.
func expect(_ condition: Bool, _ location: SourceLocation = #_sourceLocation) {
    #expect(condition, sourceLocation: location)
}

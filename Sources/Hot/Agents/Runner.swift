import CPlatform
import Glibc
import Rings
import Synchronization
import Units

/// Why a runner could not start; `errno` of the step.
public enum RunnerError: Error, Sendable, Hashable {
    case threadNotCreated(errno: Int32)
    /// The core does not exist, or this process may not use it.
    case notPinned(core: Int, errno: Int32)
}

/// Owns one thread, pinned to one core, and steps one agent (a `Pair` for several) on it until told to stop.
///
/// The agent moves into the thread and comes back from `join`. Made and joined on the cold side. A runner that is dropped
/// without `join` stops its thread and waits for it.
public struct Runner<A: Agent & ~Copyable>: ~Copyable, Sendable {
    @usableFromInline let thread: RunnerThread
    @usableFromInline let box: AgentBox<A>

    /// Pins a new thread to `core`, then starts the agent on it and steps it.
    ///
    /// Returns when the thread is pinned; calibration of its clock (10 ms) and `onStart` follow on the thread.
    @inlinable public init(
        _ agent: consuming sending A, name: String, core: Int, idle: IdleState,
        heartbeat: consuming HeartbeatWriter = HeartbeatWriter()
    ) throws(RunnerError) {
        let box = AgentBox(agent)
        let thread = RunnerThread(name: name, core: core, idle: idle, heartbeat: heartbeat)
        self.box = box
        self.thread = thread
        // The closure is made here so that the whole duty cycle is specialised for the agent's type.
        try thread.start {
            var agent = box.take()
            runDutyCycle(&agent, thread)
            box.put(agent)
        }
    }

    deinit { thread.stopAndWait() }

    /// Reads the duty-cycle counters, from any thread.
    public var heartbeat: HeartbeatReader { thread.heartbeatReader }
    /// Wakes the runner when it is parked.
    public var waker: Waker { thread.idle.waker }

    /// Asks the thread to end after its current turn. Any thread; returns at once.
    public func requestStop() { thread.requestStop() }

    /// Stops the thread, waits for it and hands the agent back.
    public consuming func join() -> A {
        thread.stopAndWait()
        return box.take()
    }
}

/// Steps an agent until the thread is told to stop. The clock is read once per turn; the reading at the end of a turn is
/// the beginning of the next, unless an idle strategy came between.
@inlinable func runDutyCycle<A: Agent & ~Copyable>(_ agent: inout A, _ thread: RunnerThread) {
    var clock = EngineClock()
    var idle = thread.idle
    var heartbeat = thread.takeHeartbeat()
    let stop = unsafe thread.stopFlag
    agent.onStart()
    heartbeat.enter(.running)
    var now = clock.now()
    while unsafe stop.pointee.load(ordering: .relaxed) == 0 {
        let work = agent.doWork(now: now)
        let end = clock.now()
        heartbeat.turn(work: work, began: now, tookNs: end.raw &- now.raw)
        now = end
        if work == 0, idle.strategy != .spin {
            idle.idle(work: work)
            now = clock.now()
        } else {
            idle.idle(work: work)
        }
    }
    agent.onStop()
    heartbeat.enter(.stopped)
}

/// Carries a noncopyable agent into the thread and back.
@safe @usableFromInline final class AgentBox<A: ~Copyable>: @unchecked Sendable {
    private var agent: A?
    @usableFromInline init(_ agent: consuming A) { self.agent = consume agent }
    @usableFromInline func take() -> A { agent.take()! }
    @usableFromInline func put(_ agent: consuming A) { self.agent = consume agent }
}

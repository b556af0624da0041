import Agents
import Glibc
import Units

/// The hot agents on their threads: the same three, fused or apart as the topology says. Cold side only.
///
/// A stage that feeds another thread wakes it after work, where that thread parks.
final class HotThreads {
    /// What a runner is, and how it does.
    struct Watch {
        let plan: RunnerPlan
        let heartbeat: HeartbeatReader
    }

    private var threads: [any HotThread] = []
    /// What each thread asks of the heap; stays after the threads.
    private(set) var heaps: [HeapWatch] = []
    private var countsSyscalls = false

    /// In the order of the topology.
    var watches: [Watch] { threads.map(\.watch) }

    /// All are asked to end before the first is waited for: a link's orderly end takes its time.
    func stop() {
        for thread in threads { thread.requestStop() }
        threads = []
    }

    deinit { stop() }

    /// Starts every runner of a topology that was validated; none stays when one cannot start.
    static func start<Feed: Agent & Sendable & ~Copyable, Parse: Agent & Sendable & ~Copyable, Trade: Agent & Sendable & ~Copyable>(
        feed: consuming Feed, parse: consuming Parse, trade: consuming Trade, topology: Topology, countsSyscalls: Bool = false
    ) throws -> HotThreads {
        let plans = HotPlans(topology)
        let feed = Waking(feed, waker: plans.waker(of: "parse", for: "feed"))
        let parse = Waking(parse, waker: plans.waker(of: "trade", for: "parse"))
        let threads = HotThreads()
        threads.countsSyscalls = countsSyscalls
        // One static type for each way to share three agents between threads: a turn has no dynamic call.
        switch (plans.shared("feed", "parse"), plans.shared("parse", "trade"), plans.shared("feed", "trade")) {
        case (true, true, _):
            try threads.add(Pair(Pair(feed, parse), trade), plans.of("trade"))
        case (true, false, _):
            try threads.add(trade, plans.of("trade"))
            try threads.add(Pair(feed, parse), plans.of("parse"))
        case (false, true, _):
            try threads.add(Pair(parse, trade), plans.of("trade"))
            try threads.add(feed, plans.of("feed"))
        case (false, false, true):
            try threads.add(Pair(feed, trade), plans.of("trade"))
            try threads.add(parse, plans.of("parse"))
        case (false, false, false):
            try threads.add(trade, plans.of("trade"))
            try threads.add(parse, plans.of("parse"))
            try threads.add(feed, plans.of("feed"))
        }
        // Bounded: a thread that takes longer has the priority it was made with.
        for _ in 0..<2000 where threads.heaps.contains(where: { $0.thread == 0 }) { usleep(1000) }
        ColdThreads.lower(below: threads.heaps.map(\.thread).filter { $0 != 0 })
        return threads
    }

    private func add<A: Agent & Sendable & ~Copyable>(_ agent: consuming A, _ place: HotPlans.Place) throws {
        do throws(RunnerError) {
            let heap = HeapWatch(name: place.plan.name, countsSyscalls: countsSyscalls)
            threads.append(try RunningAgent(agent, place, heap))
            heaps.append(heap)
        } catch {
            throw Self.explain(error, place.plan)
        }
    }

    private static func explain(_ error: RunnerError, _ plan: RunnerPlan) -> ToolError {
        switch error {
        case .notPinned(let core, let errno):
            return ToolError(
                "thread '\(plan.name)' cannot be pinned to core \(core) (errno \(errno))",
                cure: "name a core that this process may use (topology in the configuration; taskset, cpuset)")
        case .threadNotCreated(let errno):
            return ToolError(
                "thread '\(plan.name)' cannot be made (errno \(errno))", cure: "raise the limit of processes (ulimit -u)")
        }
    }
}

/// Which runner each agent belongs to, and that runner's idle state.
private struct HotPlans {
    struct Place {
        let plan: RunnerPlan
        let idle: IdleState
    }

    /// Longest sleep of a hot thread that parks: what its sockets receive does not wake it.
    static let longestSleepNs: Int64 = 250_000

    private let places: [Place]

    init(_ topology: Topology) {
        places = topology.runners.filter { !$0.agents.contains(Topology.cold) }.map {
            Place(plan: $0, idle: IdleState($0.idle, longestSleepNs: Self.longestSleepNs))
        }
    }

    func of(_ agent: String) -> Place {
        guard let place = places.first(where: { $0.plan.agents.contains(agent) }) else {
            preconditionFailure("the topology places no agent '\(agent)'; it was not validated")
        }
        return place
    }

    func shared(_ first: String, _ second: String) -> Bool { of(first).plan.name == of(second).plan.name }

    /// What wakes `agent`'s thread, for a stage on another; `nil` where nobody sleeps.
    func waker(of agent: String, for stage: String) -> Waker? {
        let idle = of(agent).idle
        return idle.strategy == .park && !shared(agent, stage) ? idle.waker : nil
    }
}

/// A runner of whatever agents.
private protocol HotThread: AnyObject {
    var watch: HotThreads.Watch { get }
    func requestStop()
}

/// Keeps a runner; its thread is stopped and joined when this is let go.
private final class RunningAgent<A: Agent & Sendable & ~Copyable>: HotThread {
    private let runner: Runner<HeapWatched<A>>
    private let plan: RunnerPlan

    init(_ agent: consuming A, _ place: HotPlans.Place, _ heap: HeapWatch) throws(RunnerError) {
        plan = place.plan
        runner = try Runner(HeapWatched(agent, watch: heap), name: place.plan.name, core: place.plan.core, idle: place.idle)
    }

    var watch: HotThreads.Watch { HotThreads.Watch(plan: plan, heartbeat: runner.heartbeat) }
    func requestStop() { runner.requestStop() }
}

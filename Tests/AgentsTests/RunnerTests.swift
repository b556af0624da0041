import CPlatform
import Glibc
import Testing
import Units

@testable import Agents
@testable import Rings

/// Runners are tried one at a time: each keeps a core busy.
@Suite(.serialized) struct RunnerTests {
    @Test(arguments: IdleStrategy.allCases)
    func aRunnerStepsItsAgentOnItsCoreUntilToldToStop(strategy: IdleStrategy) throws {
        let core = usableCore()
        let runner = try Runner(
            Pair(CountingAgent("a"), CountingAgent("b")), name: "test", core: core, idle: IdleState(strategy))
        let heartbeat = runner.heartbeat
        #expect(eventually { heartbeat.read().turns >= 50 })
        let pair = runner.join()
        expect(pair.first.starts == 1 && pair.first.stops == 1)
        expect(pair.second.starts == 1 && pair.second.stops == 1)
        expect(pair.first.turns == pair.second.turns)
        expect(pair.first.turns >= 50)
        expect(pair.first.core == Int32(core) && pair.second.core == Int32(core))
        expect(!pair.first.timeWentBack)
        let last = heartbeat.read()
        expect(last.turns == UInt64(pair.first.turns))
        // Both agents report one piece of work on every odd turn.
        #expect(last.work == Int64(last.turns + 1) / 2 * 2)
        #expect(last.idleTurns == last.turns / 2)
        #expect(last.state == .stopped)
        #expect(last.longestTurnNs > 0)
        #expect(last.lastTurn > .zero)
    }

    @Test func theThreadMayRunOnItsCoreOnlyAndCarriesItsName() throws {
        struct Witness: Agent, ~Copyable {
            let name: StaticString = "witness"
            var allowed: Int32 = 0
            var threadName = ""
            mutating func onStart() {
                allowed = platform_allowed_core_count()
                let file = open("/proc/thread-self/comm", O_RDONLY)
                var text = [UInt8](repeating: 0, count: 64)
                let count = read(file, &text, text.count)
                close(file)
                threadName = String(decoding: text.prefix(max(0, count - 1)), as: UTF8.self)
            }
            mutating func doWork(now: Nanoseconds) -> Int { 0 }
        }
        let before = platform_allowed_core_count()
        let runner = try Runner(Witness(), name: "a-name-beyond-fifteen", core: usableCore(), idle: IdleState(.park))
        let heartbeat = runner.heartbeat
        #expect(eventually { heartbeat.read().state == .running })
        let witness = runner.join()
        expect(witness.allowed == 1)
        expect(witness.threadName == "a-name-beyond-f")
        #expect(platform_allowed_core_count() == before)
    }

    @Test func aCoreThatDoesNotExistIsAnErrorAndNoThreadStays() {
        #expect(throws: RunnerError.notPinned(core: 1_000, errno: EINVAL)) {
            _ = try Runner(CountingAgent("a"), name: "test", core: 1_000, idle: IdleState(.park))
        }
        #expect(throws: RunnerError.notPinned(core: -1, errno: EINVAL)) {
            _ = try Runner(CountingAgent("a"), name: "test", core: -1, idle: IdleState(.park))
        }
    }

    @Test func aDroppedRunnerStopsItsThread() throws {
        let heartbeat = HeartbeatWriter()
        let reader = heartbeat.reader()
        do {
            let runner = try Runner(
                CountingAgent("a"), name: "test", core: usableCore(), idle: IdleState(.yield), heartbeat: heartbeat)
            #expect(eventually { reader.read().turns > 0 })
            _ = runner.waker
        }
        #expect(reader.read().state == .stopped)
    }

    @Test func aParkedRunnerIsWokenForEachMessageAndLosesNone() throws {
        let ends = makeRing(of: Int64.self, capacity: 8)
        var producer = ends.producer
        let sum = SharedCounter()
        let reader = sum.reader()
        // The bound is so long that a lost wake would not pass unnoticed.
        let idle = IdleState(.park, longestSleepNs: 300_000_000_000)
        let runner = try Runner(
            SummingAgent(consumer: ends.consumer, sum: sum), name: "sum", core: usableCore(), idle: idle)
        let waker = runner.waker
        var pushed: Int64 = 0
        for i in 1...2_000 {
            while !producer.tryPush(Int64(i)) { platform_yield() }
            waker.wake()
            pushed += Int64(i)
            // Every few messages it is let go to sleep first, so that wakes meet it in all its states.
            if i % 5 == 0 { #expect(eventually { reader.value == pushed }) }
        }
        #expect(eventually { reader.value == pushed })
        let agent = runner.join()
        expect(agent.sum.value == pushed)
    }

    @Test func aParkedRunnerSleepsInsteadOfTurning() throws {
        struct Idler: Agent, ~Copyable {
            let name: StaticString = "idler"
            mutating func doWork(now: Nanoseconds) -> Int { 0 }
        }
        let runner = try Runner(
            Idler(), name: "idler", core: usableCore(), idle: IdleState(.park, longestSleepNs: 5_000_000))
        let heartbeat = runner.heartbeat
        #expect(eventually { heartbeat.read().turns > UInt64(IdleState.turnsBeforeSleep) })
        let first = heartbeat.read()
        #expect(eventually { heartbeat.read().turns >= first.turns + 10 })
        let second = heartbeat.read()
        // One turn for each sleep of five milliseconds, and none in between.
        let span = second.lastTurn - first.lastTurn
        #expect(span.raw >= Int64(second.turns - first.turns - 1) * 5_000_000)
        _ = runner.join()
    }

    @Test func aHeartbeatInSharedMemoryIsSeenThroughAnotherMapping() throws {
        let path = "/dev/shm/needletail-test-\(platform_process_id())-heartbeat"
        defer { unlink(path) }
        let mine = MemoryBlock(mapping: try SharedRegion(path: path, byteCount: 4096, opening: .new))
        let other = MemoryBlock(mapping: try SharedRegion(path: path, byteCount: 0, opening: .existing))
        let reader = HeartbeatReader(in: other, at: 256)
        #expect(reader.read() == Heartbeat())
        let runner = try Runner(
            CountingAgent("a"), name: "test", core: usableCore(), idle: IdleState(.yield),
            heartbeat: HeartbeatWriter(in: mine, at: 256))
        #expect(eventually { reader.read().turns > 10 })
        let agent = runner.join()
        expect(reader.read().turns == UInt64(agent.turns))
    }
}

@Suite struct IdleStateTests {
    @Test func aWakeBeforeTheSleepIsNotLost() {
        var idle = IdleState(.park, longestSleepNs: 300_000_000_000)
        let begin = platform_monotonic_ns()
        idle.waker.wake()
        for _ in 0..<IdleState.turnsBeforeSleep { idle.idle(work: 0) }
        #expect(idle.sleeps == 1)
        #expect(platform_monotonic_ns() - begin < 200_000_000_000)
    }

    @Test func spinAndYieldNeverSleep() {
        for strategy in [IdleStrategy.spin, .yield] {
            var idle = IdleState(strategy)
            for _ in 0..<1_000 { idle.idle(work: 0) }
            #expect(idle.sleeps == 0)
        }
    }

    @Test func workStartsThePatienceAnew() {
        var idle = IdleState(.park)
        for _ in 0..<100 {
            for _ in 1..<IdleState.turnsBeforeSleep { idle.idle(work: 0) }
            idle.idle(work: 1)
        }
        #expect(idle.sleeps == 0)
    }
}

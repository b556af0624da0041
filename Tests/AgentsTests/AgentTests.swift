import CPlatform
import Testing
import Units

@testable import Agents
@testable import Rings

@Suite struct AgentTests {
    @Test func aPairStepsBothInOrderAndAddsTheirWork() {
        var pair = Pair(CountingAgent("a"), Pair(CountingAgent("b"), CountingAgent("c")))
        expect(pair.names == ["a", "b", "c"])
        pair.onStart()
        expect(pair.doWork(now: Nanoseconds(raw: 5)) == 3)
        expect(pair.doWork(now: Nanoseconds(raw: 6)) == 0)
        pair.onStop()
        expect(pair.first.turns == 2 && pair.second.first.turns == 2 && pair.second.second.turns == 2)
        expect(pair.first.starts == 1 && pair.second.second.stops == 1)
        expect(pair.second.second.lastNow == Nanoseconds(raw: 6))
    }

    @Test func anAgentCanBeSteppedByHandThroughItsRing() {
        var ends = makeRing(of: Int64.self, capacity: 32)
        let sum = SharedCounter()
        let reader = sum.reader()
        for i in 1...20 { expect(ends.producer.tryPush(Int64(i))) }
        var agent = SummingAgent(consumer: ends.consumer, sum: sum)
        expect(agent.doWork(now: .zero) == 16)
        #expect(reader.value == 136)
        expect(agent.doWork(now: .zero) == 4)
        expect(agent.doWork(now: .zero) == 0)
        #expect(reader.value == 210)
    }

    @Test func anAgentThatFeedsASleeperWakesItAfterWorkAndOnlyThen() {
        // The bound is so long that a sleep without a wake would not pass unnoticed.
        var sleeper = IdleState(.park, longestSleepNs: 300_000_000_000)
        var agent = Waking(CountingAgent("a"), waker: sleeper.waker)
        let begin = platform_monotonic_ns()
        expect(agent.doWork(now: Nanoseconds(raw: 1)) == 1)
        for _ in 0..<IdleState.turnsBeforeSleep { sleeper.idle(work: 0) }
        #expect(sleeper.sleeps == 1)
        #expect(platform_monotonic_ns() - begin < 200_000_000_000)

        var short = IdleState(.park, longestSleepNs: 2_000_000)
        var idle = Waking(CountingAgent("b"), waker: short.waker)
        expect(idle.doWork(now: Nanoseconds(raw: 1)) == 1)
        for _ in 0..<IdleState.turnsBeforeSleep { short.idle(work: 0) }
        let asleep = platform_monotonic_ns()
        expect(idle.doWork(now: Nanoseconds(raw: 2)) == 0)
        for _ in 0..<IdleState.turnsBeforeSleep { short.idle(work: 0) }
        #expect(platform_monotonic_ns() - asleep >= 2_000_000)
    }

    @Test func aMeteredAgentCountsItsOwnTurns() {
        let heartbeat = HeartbeatWriter()
        var agent = Metered(CountingAgent("a"), heartbeat: heartbeat, clock: EngineClock())
        let reader = agent.reader()
        #expect(reader.read().state == .notStarted)
        agent.onStart()
        #expect(reader.read().state == .running)
        for turn in 1...10 { expect(agent.doWork(now: Nanoseconds(raw: Int64(turn))) == turn % 2) }
        agent.onStop()
        let seen = reader.read()
        #expect(seen.turns == 10)
        #expect(seen.work == 5)
        #expect(seen.idleTurns == 5)
        #expect(seen.lastTurn == Nanoseconds(raw: 10))
        #expect(seen.longestTurnNs > 0)
        #expect(seen.state == .stopped)
    }
}

@Suite struct EngineClockTests {
    @Test func theClockFollowsTheKernelAndNeverGoesBack() {
        var clock = EngineClock()
        var last = clock.now()
        var worst: Int64 = .max
        let end = platform_monotonic_ns() + 200_000_000
        while last.raw < end {
            let before = platform_monotonic_ns()
            let now = clock.now()
            let after = platform_monotonic_ns()
            #expect(now >= last)
            last = now
            // Interruptions only widen the gap; the best sample shows the clock's own error.
            worst = min(worst, max(before - now.raw, now.raw - after))
        }
        #expect(worst < 20_000)
    }

    @Test func theClockStaysTrueOverARecalibration() {
        var clock = EngineClock()
        var last = clock.now()
        var wentBack = false
        let end = platform_monotonic_ns() + 1_200_000_000
        while platform_monotonic_ns() < end {
            let now = clock.now()
            if now < last { wentBack = true }
            last = now
        }
        #expect(!wentBack)
        var error: Int64 = .max
        for _ in 0..<1_000 {
            let before = platform_monotonic_ns()
            let now = clock.now().raw
            let after = platform_monotonic_ns()
            error = min(error, max(before - now, now - after))
        }
        #expect(error < 5_000)
    }

    @Test func monotonicTimePlusTheOffsetIsWallTime() {
        var clock = EngineClock()
        let before = platform_realtime_ns()
        let mine = clock.now().raw + clock.realtimeOffset.raw
        let after = platform_realtime_ns()
        #expect(mine > before - 50_000_000)
        #expect(mine < after + 50_000_000)
        #expect(abs(EngineClock.measureRealtimeOffset().raw - clock.realtimeOffset.raw) < 50_000_000)
    }
}

import Agents
import CPlatform
import Foundation
import Gateway
import Journal
import Model
import Rings
import Units
import VenueKit

/// What the cold side saw of a run.
struct BurstSeen {
    /// With the length that the phase before the burst had.
    var schedule: BurstSchedule
    var offer = BurstOffer()
    var status = EngineStatus()
    var counters = FeedParseCounters()
    /// As they were when the burst began.
    var countersBefore = FeedParseCounters()
    var statusBefore = EngineStatus()
    var statusAfter = EngineStatus()
    var ages: BurstAges
    var deeds: [BurstDeed] = []
    /// Resident pages, each 20 ms from the burst's beginning minus what the run needs to get going, to its end.
    var pages: [Int] = []
    /// Turns of the trade thread in which nothing was stepped since the journal had no room.
    var stalls: Int64 = 0
    var quarantined = 0
    var records: UInt64 = 0
    /// Most records that waited for the disk.
    var waitingMax = 0
    /// Longest turn of the cold side, nanoseconds.
    var longestTurn: Int64 = 0
    var problem: String?
}

/// The cold side of a burst, as the engine's own turns: journal to disk, the operator's ceremony, depth snapshots; and what
/// the benchmark wants to know. One thread. What it keeps is taken at the start, so that it does not move the process's size.
struct BurstCold: ~Copyable {
    private var schedule: BurstSchedule
    private let board: BurstBoard
    private var began = Nanoseconds.zero
    private var writer: JournalWriter
    private var commands: RingProducer<Input>
    private var requests: RingConsumer<SnapshotRequest>
    private var bodies: ByteRingProducer
    private var quarantined: RingConsumer<QuarantinedMessage>
    private var outgoing: ByteRingConsumer
    private var deeds: RingConsumer<BurstDeed>
    private var ages: RingConsumer<BurstAge>
    private var status: LatestReader<EngineStatus>
    private var counters: LatestReader<FeedParseCounters>
    private var offer: LatestReader<BurstOffer>
    private let stalls: CounterReader
    private var beat: HeartbeatWriter
    private(set) var seen: BurstSeen
    private let memory: Int32
    private let snapshot: [UInt8]
    private var isAsked = false
    private var isStopped = false
    private var nextPage: Int64 = 0
    /// When the last age came.
    private var lastAgeAt = Nanoseconds.zero
    private var hasBegun = false
    private var hasEnded = false

    init(
        schedule: BurstSchedule, board: BurstBoard, writer: consuming JournalWriter, commands: consuming RingProducer<Input>,
        requests: consuming RingConsumer<SnapshotRequest>, bodies: consuming ByteRingProducer,
        quarantined: consuming RingConsumer<QuarantinedMessage>, outgoing: consuming ByteRingConsumer,
        deeds: consuming RingConsumer<BurstDeed>, ages: consuming RingConsumer<BurstAge>,
        status: consuming LatestReader<EngineStatus>, counters: consuming LatestReader<FeedParseCounters>,
        offer: consuming LatestReader<BurstOffer>, stalls: CounterReader, beat: consuming HeartbeatWriter
    ) {
        self.schedule = schedule
        self.board = board
        self.writer = writer
        self.commands = commands
        self.requests = requests
        self.bodies = bodies
        self.quarantined = quarantined
        self.outgoing = outgoing
        self.deeds = deeds
        self.ages = ages
        self.status = status
        self.counters = counters
        self.offer = offer
        self.stalls = stalls
        self.beat = beat
        seen = BurstSeen(schedule: schedule, ages: BurstAges(capacity: 1 << 16))
        seen.deeds = [BurstDeed](repeating: BurstDeed(kind: .placed), count: 1 << 17)
        seen.deeds.removeAll(keepingCapacity: true)
        seen.pages = [Int](repeating: 0, count: 4096)
        seen.pages.removeAll(keepingCapacity: true)
        snapshot = Array(BurstFrames.snapshot.utf8)
        memory = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    }

    deinit { if memory >= 0 { close(memory) } }

    /// Until the run is over: every frame taken, every order settled.
    mutating func mind() {
        beat.enter(.running)
        began = board.began
        // The longest that anything may take beyond the frames' own time.
        let patience = began.raw + schedule.length + 60_000_000_000
        while seen.problem == nil {
            let now = Nanoseconds(raw: platform_monotonic_ns())
            let elapsed = (now - began).raw
            let work = turn(now, elapsed)
            if isStopped, seen.offer.isDone, isQuiet { break }
            if now.raw > patience {
                seen.problem = "the run did not end: \(seen.offer.frames) of \(schedule.frames) frames were taken"
            }
            let took = platform_monotonic_ns() - now.raw
            seen.longestTurn = max(seen.longestTurn, took)
            beat.turn(work: work, began: now, tookNs: took)
            if work == 0 { usleep(1000) }
        }
        beat.enter(.stopped)
    }

    /// No order is open, and none was when the core last said so.
    private var isQuiet: Bool {
        seen.status.openOrders == 0 && seen.status.unknownOrders == 0 && seen.status.state != .live
            && seen.status.now > seen.statusAfter.now
    }

    private mutating func turn(_ now: Nanoseconds, _ elapsed: Int64) -> Int {
        var work = drain(now)
        _ = status.tryRead(&seen.status)
        _ = counters.tryRead(&seen.counters)
        _ = offer.tryRead(&seen.offer)
        while let deed = deeds.tryPop() {
            seen.deeds.append(deed)
            work += 1
        }
        while let age = ages.tryPop() {
            seen.ages.add(age)
            lastAgeAt = now
            work += 1
        }
        while quarantined.tryPop() != nil { seen.quarantined += 1 }
        while outgoing.peek() != nil { outgoing.release() }
        while let request = requests.tryPop() { answer(request, now) }
        goLive(now)
        mark(elapsed)
        return work
    }

    private mutating func drain(_ now: Nanoseconds) -> Int {
        seen.waitingMax = max(seen.waitingMax, writer.waiting)
        do throws(JournalError) {
            return try writer.drain(limit: 4096, wall: Nanoseconds(raw: platform_realtime_ns()), engine: now)
        } catch {
            seen.problem = "the journal failed: \(error.sentence)"
            return 0
        }
    }

    /// The first book of the first instrument, once; whoever asks again has lost it.
    private mutating func answer(_ request: SnapshotRequest, _ now: Nanoseconds) {
        guard request.instrument == 0 else { return }
        _ = unsafe snapshot.withUnsafeBytes { unsafe bodies.tryPush($0, tag: request.tag, time: now.raw) }
    }

    /// The ceremony, as soon as data are fresh and the account is reconciled.
    private mutating func goLive(_ now: Nanoseconds) {
        guard !isAsked, seen.status.state == .disarmed, seen.status.marketLink == .up, seen.status.orderLink == .up,
            seen.status.bidPrice.isPositive, seen.status.lastReconciledAt > .zero
        else { return }
        isAsked = true
        tell(
            .clock(
                VenueClock(
                    venue: VenueID(0), offset: EngineClock.measureRealtimeOffset(), uncertainty: Nanoseconds(milliseconds: 1),
                    measuredAt: now)))
        for kind in [CommandKind.stage, .arm, .confirm] { tell(kind) }
    }

    private mutating func tell(_ kind: CommandKind) {
        tell(.command(Command(kind: kind, operatorID: 0, hash: 9, lifetime: Nanoseconds(seconds: 3600))))
    }

    private mutating func tell(_ input: Input) {
        if !commands.tryPush(input) { seen.problem = "the ring of commands is full" }
    }

    /// Notes what the run's phases are compared by, and ends it.
    private mutating func mark(_ elapsed: Int64) {
        if !schedule.isDecided, seen.status.state == .live {
            board.decide(before: schedule.before(tradingFrom: elapsed))
            schedule.look(at: board)
        }
        if !hasBegun, elapsed >= schedule.before {
            hasBegun = true
            (seen.countersBefore, seen.statusBefore) = (seen.counters, seen.status)
            if !schedule.isDecided { seen.problem = "the engine does not trade: \(why)" }
        }
        if elapsed >= nextPage, schedule.isDecided, !hasEnded {
            nextPage = elapsed + 20_000_000
            if let pages = residentPages(), seen.pages.count < seen.pages.capacity { seen.pages.append(pages) }
        }
        // All frames lie in the ring, and the trade thread has shown itself well after the last event that it took: none waits.
        let isTaken = seen.offer.isDone && seen.status.now - lastAgeAt > Nanoseconds(milliseconds: 200)
        if !hasEnded, elapsed >= schedule.length, isTaken {
            hasEnded = true
            seen.statusAfter = seen.status
            tell(.stop)
            isStopped = true
        }
    }

    /// What the engine shows of itself, for an error.
    private var why: String {
        let status = seen.status
        return "\(status.state.name), market link \(status.marketLink), order link \(status.orderLink), "
            + "\(status.lastReconciledAt > .zero ? "reconciled" : "not reconciled"), bid \(status.bidPrice), "
            + (isAsked ? "asked to trade, missing \(status.missing)" : "not asked to trade")
    }

    /// The second number of statm.
    private func residentPages() -> Int? {
        var text = InlineArray<128, UInt8>(repeating: 0)
        var span = text.mutableSpan
        let count = unsafe span.withUnsafeMutableBytes { unsafe pread(memory, $0.baseAddress, $0.count, 0) }
        var index = 0
        while index < count, text[index] != UInt8(ascii: " ") { index += 1 }
        index += 1
        var value = 0
        while index < count, text[index] >= UInt8(ascii: "0"), text[index] <= UInt8(ascii: "9") {
            value = value * 10 + Int(text[index] - UInt8(ascii: "0"))
            index += 1
        }
        return value > 0 ? value : nil
    }

    /// After the hot thread has ended: the rest of the journal, and its last words.
    mutating func finish() {
        let now = Nanoseconds(raw: platform_monotonic_ns())
        while seen.problem == nil, drain(now) > 0 {}
        _ = turn(now, schedule.length)
        seen.stalls = stalls.value
        do throws(JournalError) {
            try writer.end(wall: Nanoseconds(raw: platform_realtime_ns()), engine: now)
        } catch {
            seen.problem = seen.problem ?? "the journal failed: \(error.sentence)"
        }
        seen.records = writer.written
        seen.schedule = schedule
    }
}

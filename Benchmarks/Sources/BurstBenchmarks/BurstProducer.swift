import Agents
import CPlatform
import Gateway
import Rings
import Units

/// What the producer did, shown to others.
struct BurstOffer: BitwiseCopyable, Sendable {
    /// Frames put into the ring.
    var frames = 0
    /// Of them those that came later than they were due because the ring had no room: held back, none left out.
    var heldBack = 0
    /// How often the ring was found full.
    var refusals = 0
    /// Longest that a frame was held back, nanoseconds.
    var longestHold: Int64 = 0
    /// When the last frame of the burst lay in the ring, from the run's beginning.
    var burstTakenAt: Int64 = 0
    var isDone = false
}

/// In the place of the feed's link: puts the frames of a market into the parser's ring when they are due, by the clock,
/// whatever became of those before. When the ring has no room a frame waits, and all behind it, as bytes would wait in a
/// socket. Its own thread; never allocates.
struct BurstProducer: ~Copyable {
    private var ring: ByteRingProducer
    private var schedule: BurstSchedule
    private let board: BurstBoard
    private var offer = BurstOffer()
    private var shown: LatestWriter<BurstOffer>
    /// How late frames came that found room: the producer's own doing. After the burst; nanoseconds.
    private var lateness: LatencyHistogram
    /// Frames for each reading of the clock.
    private let batch = 64

    init(
        ring: consuming ByteRingProducer, schedule: BurstSchedule, board: BurstBoard,
        shown: consuming LatestWriter<BurstOffer>, lateness: consuming LatencyHistogram
    ) {
        self.ring = ring
        self.schedule = schedule
        self.board = board
        self.shown = shown
        self.lateness = lateness
    }

    /// Until every frame is in the ring, or the run is stopped.
    mutating func run() {
        var clock = EngineClock()
        let began = board.began
        var frames = BurstFrames(wall: (EngineClock.measureRealtimeOffset() + began).raw)
        precondition(unsafe ring.reserve(0) != nil, "a new ring has room")
        ring.commit(0, tag: FrameMessage.opened.rawValue, time: 0)
        var next = 0
        var made = -1
        var isHeld = false
        var nextShow: Int64 = 0
        while next < schedule.frames, !board.isStopped {
            schedule.look(at: board)
            let now = clock.now()
            let elapsed = (now - began).raw
            let due = schedule.count(at: elapsed)
            if due == next {
                isHeld = false
                platform_yield()
            }
            let end = min(due, next + batch)
            while next < end {
                if made < 0 { made = frames.make(next, due: schedule.due(next)) }
                guard push(frames.bytes(made), now) else {
                    offer.refusals += 1
                    isHeld = true
                    break
                }
                made = -1
                note(next, late: elapsed - schedule.due(next), isHeld)
                next += 1
            }
            if isHeld { platform_cpu_pause() }
            if elapsed >= nextShow {
                nextShow = elapsed + 1_000_000
                shown.publish(offer)
            }
        }
        offer.isDone = true
        shown.publish(offer)
        lateness.publish()
    }

    private mutating func push(_ bytes: [UInt8], _ now: Nanoseconds) -> Bool {
        guard let room = unsafe ring.reserve(bytes.count) else { return false }
        unsafe room.copyBytes(from: bytes)
        ring.commit(bytes.count, tag: FrameMessage.text.rawValue, time: now.raw)
        return true
    }

    private mutating func note(_ frame: Int, late: Int64, _ isHeld: Bool) {
        offer.frames += 1
        if frame == schedule.framesBefore + schedule.framesOfBurst - 1 { offer.burstTakenAt = schedule.due(frame) + late }
        if isHeld {
            offer.heldBack += 1
            offer.longestHold = max(offer.longestHold, late)
        } else if schedule.phase(of: frame) == .after {
            lateness.record(late)
        }
    }
}

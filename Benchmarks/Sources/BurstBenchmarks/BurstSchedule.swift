import Rings
import Units

/// What the threads of a run have to agree on, written once each.
struct BurstBoard: Sendable {
    private let gauges = GaugeBoard(count: 3)

    /// When frame 0 is due, engine clock: known before the first frame is made.
    var began: Nanoseconds { Nanoseconds(raw: gauges.read(0)) }
    func begin(at time: Nanoseconds) { gauges.show(time.raw, at: 0) }

    /// How long the phase before the burst is; 0 while that is not known.
    var before: Int64 { gauges.read(1) }
    func decide(before length: Int64) { gauges.show(length, at: 1) }

    /// The run is over, or was given up.
    var isStopped: Bool { gauges.read(2) != 0 }
    func stop() { gauges.show(1, at: 2) }
}

/// When each frame of a run is due: an ordinary rate, the burst, and the ordinary rate again. Frames are numbered from 0; a
/// frame's number alone says when it is due, so that its age is known wherever its number is.
struct BurstSchedule: Sendable {
    /// What a frame is due in.
    enum Phase: Sendable { case before, burst, after }

    /// Frames each second outside the burst, and in it.
    var ordinaryRate: Int64 = 10_000
    var burstRate: Int64 = 1_000_000
    /// Lengths, nanoseconds. `before` ends when the engine has traded for a while: until then it is as long as may be waited.
    var before: Int64
    var burst: Int64
    var after: Int64
    /// For how long the engine trades before the burst.
    let calm: Int64
    /// Whether `before` is known.
    private(set) var isDecided = false

    /// Ten seconds of burst; `quick` is there to see that everything runs.
    init(quick: Bool) {
        before = 60_000_000_000
        calm = quick ? 300_000_000 : 1_000_000_000
        burst = quick ? 300_000_000 : 10_000_000_000
        after = quick ? 1_300_000_000 : 2_000_000_000
    }

    /// When the engine came to trade `elapsed` nanoseconds after the beginning: the length of the phase before the burst, in
    /// whole frames. Everybody who has a schedule hears of it well before it is over.
    func before(tradingFrom elapsed: Int64) -> Int64 {
        let frame = second / ordinaryRate
        return ((elapsed + calm) / frame + 1) * frame
    }

    /// Takes the length of the phase before the burst from a board on which it stands once it is known.
    mutating func look(at board: BurstBoard) {
        guard !isDecided, board.before > 0 else { return }
        before = board.before
        isDecided = true
    }

    /// Of each phase.
    var framesBefore: Int { count(before, ordinaryRate) }
    var framesOfBurst: Int { count(burst, burstRate) }
    var frames: Int { framesBefore + framesOfBurst + count(after, ordinaryRate) }
    /// From the first frame on.
    var burstEnd: Int64 { before + burst }
    var length: Int64 { burstEnd + after }

    func phase(of frame: Int) -> Phase {
        frame < framesBefore ? .before : frame < framesBefore + framesOfBurst ? .burst : .after
    }

    /// Nanoseconds from the run's beginning to the moment frame `frame` is due. O(1).
    func due(_ frame: Int) -> Int64 {
        switch phase(of: frame) {
        case .before: return Int64(frame) * (second / ordinaryRate)
        case .burst: return before + Int64(frame - framesBefore) * (second / burstRate)
        case .after: return burstEnd + Int64(frame - framesBefore - framesOfBurst) * (second / ordinaryRate)
        }
    }

    /// How many frames are due `elapsed` nanoseconds after the beginning; at most all. O(1).
    func count(at elapsed: Int64) -> Int {
        if elapsed < 0 { return 0 }
        if elapsed < before { return Int(elapsed / (second / ordinaryRate)) + 1 }
        if elapsed < burstEnd { return framesBefore + Int((elapsed - before) / (second / burstRate)) + 1 }
        return min(frames, framesBefore + framesOfBurst + Int((elapsed - burstEnd) / (second / ordinaryRate)) + 1)
    }

    private var second: Int64 { 1_000_000_000 }
    private func count(_ length: Int64, _ rate: Int64) -> Int { Int(length / (second / rate)) }
}

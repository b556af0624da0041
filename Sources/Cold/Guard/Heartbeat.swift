import Model
import Rings
import Units

// The heartbeat page, a mapped file: one latest-state slot (`Rings.LatestWriter`) at offset 0, so that a reader never
// sees half a beat. The slot's value, in 64-bit words:
//
//     word 0   magic "NTHEART1"
//     word 1   bits 0-31 process id, 32-39 system state, 40 latched, 48 ended in order
//     word 2   start of the process, wall time in ns
//     word 3   beats so far
//     word 4   last beat, CLOCK_MONOTONIC in ns (the same clock in every process of the machine)

/// One beat of the engine.
package struct HeartbeatSample: BitwiseCopyable, Sendable, Equatable {
    static let magicWord: UInt64 = 0x3154_5241_4548_544E
    var magic: UInt64 = HeartbeatSample.magicWord
    package var process: Int32
    private var stateRaw: UInt8
    /// The engine knows of the kill latch.
    package var isLatched: Bool
    /// The engine ended in order, with nothing left at the venue: silence from now on means nothing.
    package var hasEnded: Bool
    package var startedAt: Nanoseconds
    package var beats: UInt64
    package var beatAt: Nanoseconds

    package init(
        process: Int32, state: SystemState, isLatched: Bool, hasEnded: Bool, startedAt: Nanoseconds, beats: UInt64,
        beatAt: Nanoseconds
    ) {
        self.process = process
        stateRaw = state.rawValue
        self.isLatched = isLatched
        self.hasEnded = hasEnded
        self.startedAt = startedAt
        self.beats = beats
        self.beatAt = beatAt
    }

    /// `nil` when the page holds a state this build does not know.
    package var state: SystemState? { SystemState(rawValue: stateRaw) }
    mutating func set(_ state: SystemState) { stateRaw = state.rawValue }
}

/// The engine's side. One thread owns it; a beat is a few stores and never waits or allocates.
package struct HeartbeatWriter: ~Copyable {
    private var writer: LatestWriter<HeartbeatSample>
    private var sample: HeartbeatSample

    /// Maps (or makes) the page and gives the first beat. `startedAt` is wall time, `now` CLOCK_MONOTONIC.
    package init(
        path: String, process: Int32, startedAt: Nanoseconds, now: Nanoseconds
    ) throws(MappingError) {
        let region = try SharedRegion(
            path: path, byteCount: latestByteCount(of: HeartbeatSample.self), opening: .existingOrNew)
        let ends = makeLatest(of: HeartbeatSample.self, in: MemoryBlock(mapping: region))
        writer = ends.writer
        sample = HeartbeatSample(
            process: process, state: .disarmed, isLatched: false, hasEnded: false, startedAt: startedAt, beats: 1,
            beatAt: now)
        writer.publish(sample)
    }

    /// Says that the trade thread is alive now.
    package mutating func beat(now: Nanoseconds, state: SystemState, isLatched: Bool) {
        sample.beats &+= 1
        sample.beatAt = now
        sample.set(state)
        sample.isLatched = isLatched
        writer.publish(sample)
    }

    /// The last word of an orderly end. Only after everything was cancelled and that was proved.
    package mutating func end(now: Nanoseconds) {
        sample.hasEnded = true
        sample.beats &+= 1
        sample.beatAt = now
        writer.publish(sample)
    }
}

/// What a look at the page gave.
package enum HeartbeatReading: Sendable, Equatable {
    /// There is no page: no engine was started here yet.
    case absent
    /// A page without a whole beat: a writer stopped inside its store, or damage. Not a sign of life.
    case unreadable
    case sample(HeartbeatSample)
}

/// The guard's side. Maps the page when it appears.
package struct HeartbeatReader: ~Copyable {
    private let path: String
    private var reader: LatestReader<HeartbeatSample>?

    package init(path: String) {
        self.path = path
        reader = nil
    }

    package mutating func read() -> HeartbeatReading {
        if reader == nil {
            do throws(MappingError) {
                let region = try SharedRegion(path: path, byteCount: 0, opening: .existing)
                reader = try? attachLatestReader(of: HeartbeatSample.self, in: MemoryBlock(mapping: region))
            } catch {
                return error.errno == 2 ? .absent : .unreadable
            }
        }
        var sample = HeartbeatSample(
            process: 0, state: .disarmed, isLatched: false, hasEnded: false, startedAt: .zero, beats: 0, beatAt: .zero)
        guard reader != nil, reader!.tryRead(&sample), sample.magic == HeartbeatSample.magicWord else { return .unreadable }
        return .sample(sample)
    }
}

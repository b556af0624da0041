import Units

/// One beat of the engine, as the trade thread writes it into shared memory once per duty cycle and the guard reads it in
/// another process: the value of one latest-state slot, so that a reader never sees half a beat. In 64-bit words:
///
///     word 0   magic "NTHEART2"
///     word 1   bits 0-31 process id, 32-39 system state, 40 ended in order
///     word 2   start of the process, wall time in ns
///     word 3   beats so far
///     word 4   this beat, CLOCK_MONOTONIC in ns (the same clock in every process of the machine)
public struct EngineBeat: BitwiseCopyable, Sendable, Equatable {
    private var magic: UInt64 = EngineBeat.magicWord
    public var process: Int32
    private var stateRaw: UInt8 = 0
    /// The engine ended in order, with nothing left at the venue: silence from now on means nothing.
    public var hasEnded = false
    public var startedAt: Nanoseconds
    public var beats: UInt64 = 0
    public var beatAt = Nanoseconds.zero

    private static let magicWord: UInt64 = 0x3254_5241_4548_544E

    /// Before the first beat. `startedAt` is wall time.
    public init(process: Int32, startedAt: Nanoseconds) {
        self.process = process
        self.startedAt = startedAt
        stateRaw = SystemState.disarmed.rawValue
    }

    /// The bytes are a beat of this layout and not something else that lies in the file.
    public var isValid: Bool { magic == EngineBeat.magicWord && beats > 0 && beatAt >= .zero }
    /// `nil` when the page holds a state this build does not know.
    public var state: SystemState? { SystemState(rawValue: stateRaw) }

    /// The next beat. Trade thread only; a few stores.
    public mutating func beat(at now: Nanoseconds, state: SystemState) {
        beats &+= 1
        beatAt = now
        stateRaw = state.rawValue
    }
}

import Model
import Units

/// A trading strategy: it sees a context and proposes intents; it can do nothing else. It is a value of the core's, called
/// on the engine thread: it must not allocate, block, read a clock or keep references. Same calls, same proposals.
public protocol Strategy {
    /// The one instrument it trades.
    var instrument: InstrumentID { get }
    /// Hash over its code version and its parameters; journalled with every verdict.
    var versionHash: UInt32 { get }
    /// The engine time before which `onTimer` would propose nothing and change nothing, if meanwhile the strategy is not
    /// called and nothing of its context but the time changes. Asked after each call; until then no timer is delivered,
    /// unless one of its orders, the position or the engine's state changed. `.zero`, the default: every timer.
    var nextTimer: Nanoseconds { get }
    /// The engine went live.
    mutating func onStart(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer)
    /// The top of its book changed.
    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer)
    /// Others traded in its instrument.
    mutating func onTrade(_ trade: PublicTrade, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer)
    /// One of its own orders was filled. Proposals are taken only while the engine is live or reducing.
    mutating func onFill(_ fill: Fill, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer)
    /// A timer input, not before `nextTimer`.
    mutating func onTimer(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer)
    /// The engine is no longer live; the core cancels its orders by itself.
    mutating func onStop(_ context: borrowing StrategyContext)
}

extension Strategy {
    public var nextTimer: Nanoseconds { .zero }
    public mutating func onStart(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {}
    public mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {}
    public mutating func onTrade(
        _ trade: PublicTrade, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer
    ) {}
    public mutating func onFill(_ fill: Fill, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {}
    public mutating func onTimer(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {}
    public mutating func onStop(_ context: borrowing StrategyContext) {}
}

/// What a strategy is called with.
public enum StrategyEvent: BitwiseCopyable, Sendable {
    case start
    case tick
    case trade(PublicTrade)
    case fill(Fill)
    case timer
    case stop
}

/// 32-bit FNV-1a over a version number and parameters in order.
public func strategyVersionHash(code: UInt32, _ parameters: [Int64]) -> UInt32 {
    var hash: UInt32 = 0x811c_9dc5
    func add(_ value: UInt64) {
        for shift in 0..<8 { hash = (hash ^ UInt32((value >> UInt64(shift * 8)) & 0xFF)) &* 0x0100_0193 }
    }
    add(UInt64(code))
    for parameter in parameters { add(UInt64(bitPattern: parameter)) }
    return hash
}

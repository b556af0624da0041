import Model
import Units

/// The strategies of a run as one static type, so that the core stays generic and nothing is called through a table.
/// Strategies are numbered from 0 in the order of the set; the number is the `StrategyID`.
public protocol StrategySet {
    var count: Int { get }
    func instrument(of index: Int) -> InstrumentID
    func versionHash(of index: Int) -> UInt32
    /// See `Strategy.nextTimer`. Precondition: `index < count`.
    func nextTimer(of index: Int) -> Nanoseconds
    /// Delivers an event to one strategy. Precondition: `index < count`.
    mutating func handle(
        _ event: StrategyEvent, strategy index: Int, _ context: borrowing StrategyContext,
        _ intents: inout IntentBuffer)
}

extension StrategySet {
    /// Every timer.
    public func nextTimer(of index: Int) -> Nanoseconds { .zero }
}

/// One strategy as a set.
public struct SingleStrategy<S: Strategy>: StrategySet {
    public var strategy: S
    public init(_ strategy: S) { self.strategy = strategy }
    public var count: Int { 1 }
    public func instrument(of index: Int) -> InstrumentID { strategy.instrument }
    public func versionHash(of index: Int) -> UInt32 { strategy.versionHash }
    public func nextTimer(of index: Int) -> Nanoseconds { strategy.nextTimer }

    public mutating func handle(
        _ event: StrategyEvent, strategy index: Int, _ context: borrowing StrategyContext,
        _ intents: inout IntentBuffer
    ) {
        precondition(index == 0, "a single strategy has index 0")
        switch event {
        case .start: strategy.onStart(context, &intents)
        case .tick: strategy.onTick(context, &intents)
        case .trade(let trade): strategy.onTrade(trade, context, &intents)
        case .fill(let fill): strategy.onFill(fill, context, &intents)
        case .timer: strategy.onTimer(context, &intents)
        case .stop: strategy.onStop(context)
        }
    }
}

/// Two sets as one: those of `a` first.
public struct StrategyPair<A: StrategySet, B: StrategySet>: StrategySet {
    public var a: A
    public var b: B
    public init(_ a: A, _ b: B) {
        self.a = a
        self.b = b
    }
    public var count: Int { a.count + b.count }
    public func instrument(of index: Int) -> InstrumentID {
        index < a.count ? a.instrument(of: index) : b.instrument(of: index - a.count)
    }
    public func versionHash(of index: Int) -> UInt32 {
        index < a.count ? a.versionHash(of: index) : b.versionHash(of: index - a.count)
    }
    public func nextTimer(of index: Int) -> Nanoseconds {
        index < a.count ? a.nextTimer(of: index) : b.nextTimer(of: index - a.count)
    }
    public mutating func handle(
        _ event: StrategyEvent, strategy index: Int, _ context: borrowing StrategyContext,
        _ intents: inout IntentBuffer
    ) {
        if index < a.count {
            a.handle(event, strategy: index, context, &intents)
        } else {
            b.handle(event, strategy: index - a.count, context, &intents)
        }
    }
}

/// A set that the configuration may leave out: `nil` is the empty set.
extension Optional: StrategySet where Wrapped: StrategySet {
    public var count: Int { self?.count ?? 0 }
    public func instrument(of index: Int) -> InstrumentID {
        guard let set = self else { preconditionFailure("an empty set has no strategy") }
        return set.instrument(of: index)
    }
    public func versionHash(of index: Int) -> UInt32 {
        guard let set = self else { preconditionFailure("an empty set has no strategy") }
        return set.versionHash(of: index)
    }
    public func nextTimer(of index: Int) -> Nanoseconds {
        guard let set = self else { preconditionFailure("an empty set has no strategy") }
        return set.nextTimer(of: index)
    }
    public mutating func handle(
        _ event: StrategyEvent, strategy index: Int, _ context: borrowing StrategyContext,
        _ intents: inout IntentBuffer
    ) {
        self?.handle(event, strategy: index, context, &intents)
    }
}

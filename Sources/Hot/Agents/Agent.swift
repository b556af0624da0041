import Units

/// A stage of the engine: owns its state, is stepped by one thread, and never waits.
///
/// `doWork` is one turn of the duty cycle; a runner calls it again and again, a test calls it by hand. Agents talk to each
/// other through rings only. Agents are structs, combined statically by `Pair`, so that a turn of fused stages
/// is plain code without a dynamic call.
public protocol Agent: ~Copyable {
    /// The name the topology knows it by; constant.
    var name: StaticString { get }
    /// Once, on the runner's thread, before the first turn. May allocate.
    mutating func onStart()
    /// One bounded turn; returns how many pieces of work were done, 0 when there was nothing. Must not allocate, lock or wait.
    ///
    /// `now` is the monotonic time of this turn, read once for all agents of the runner.
    mutating func doWork(now: Nanoseconds) -> Int
    /// Once, on the runner's thread, after the last turn.
    mutating func onStop()
    /// Names of the agents this one is made of, in the order they are stepped. Cold.
    var names: [String] { get }
}

extension Agent where Self: ~Copyable {
    public mutating func onStart() {}
    public mutating func onStop() {}
    public var names: [String] { ["\(name)"] }
}

/// Two agents stepped one after the other on the same thread; nest pairs for more.
@frozen public struct Pair<First: Agent & ~Copyable, Second: Agent & ~Copyable>: Agent, ~Copyable {
    public var first: First
    public var second: Second

    @inlinable public init(_ first: consuming First, _ second: consuming Second) {
        self.first = first
        self.second = second
    }

    @inlinable public var name: StaticString { "pair" }
    public var names: [String] { first.names + second.names }

    /// Starts the first, then the second.
    @inlinable public mutating func onStart() {
        first.onStart()
        second.onStart()
    }

    @inlinable public mutating func doWork(now: Nanoseconds) -> Int {
        let work = first.doWork(now: now)
        return work &+ second.doWork(now: now)
    }

    /// Stops in the reverse order: what uses the other stops first.
    @inlinable public mutating func onStop() {
        second.onStop()
        first.onStop()
    }
}

extension Pair: Sendable where First: Sendable & ~Copyable, Second: Sendable & ~Copyable {}

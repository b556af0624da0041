import Units

/// An agent whose output feeds another runner: after a turn that did work, that runner is woken, so that it does not sleep
/// its bound out while something waits in its ring.
///
/// `waker` is `nil` where the reader shares the thread or never sleeps; then this costs one comparison a turn.
@frozen public struct Waking<Inner: Agent & ~Copyable>: Agent, ~Copyable {
    public var inner: Inner
    @usableFromInline let waker: Waker?

    @inlinable public init(_ inner: consuming Inner, waker: Waker?) {
        self.inner = inner
        self.waker = waker
    }

    @inlinable public var name: StaticString { inner.name }
    public var names: [String] { inner.names }
    @inlinable public mutating func onStart() { inner.onStart() }
    @inlinable public mutating func onStop() { inner.onStop() }

    @inlinable public mutating func doWork(now: Nanoseconds) -> Int {
        let work = inner.doWork(now: now)
        if work > 0, let waker { waker.wake() }
        return work
    }
}

extension Waking: Sendable where Inner: Sendable & ~Copyable {}

import CBench
import CPlatform
import Foundation

/// A value that moves into a thread once.
public final class Carrier<T: ~Copyable>: @unchecked Sendable {
    private var value: T?
    public init(_ value: consuming T) { self.value = consume value }
    public func take() -> T { value.take()! }
}

/// A thread on a core of its own; the maker waits until it is there.
public final class PeerThread {
    private let thread: Thread
    private let done = DispatchSemaphore(value: 0)

    public init(core: Int32, priority: Bool, _ body: @escaping @Sendable () -> Void) {
        let ready = DispatchSemaphore(value: 0)
        let done = done
        thread = Thread {
            _ = platform_pin_thread(core)
            if priority { _ = bench_take_priority(1) }
            ready.signal()
            body()
            done.signal()
        }
        thread.start()
        ready.wait()
    }

    public func join() { done.wait() }
}

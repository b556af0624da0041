import CPlatform
import Units

/// Wakes one waiting thread, from any other. What was rung while nobody waited is not lost.
package final class Bell: Sendable {
    let descriptor: Int32

    /// Precondition: the process may open one more descriptor.
    package init() {
        descriptor = platform_bell_create()
        precondition(descriptor >= 0, "no descriptor is left for a bell")
    }

    deinit { UnixSocket.close(descriptor) }

    /// Any thread; one system call, never blocks.
    package func ring() { platform_bell_ring(descriptor) }

    /// Waits until rung, at most `longest`, and takes it away. Whether it was rung. One thread.
    @discardableResult package func wait(_ longest: Nanoseconds) -> Bool {
        platform_wait_readable(descriptor, longest.raw) == 1 && platform_bell_clear(descriptor) == 1
    }
}

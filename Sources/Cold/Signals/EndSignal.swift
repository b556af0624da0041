import Glibc
import Synchronization

/// Ctrl-C and SIGTERM as a wish to end in order: the handler stores one flag and nothing is torn down in it.
///
/// A plain `sigaction` handler and not a dispatch signal source: the latter re-raises a signal it finds unblocked to
/// one thread, where it can stay pending for ever when another thread serves the source.
package enum EndSignal {
    private static let asked = Atomic<Bool>(false)
    private static let pause: UInt32 = 20_000

    /// From here on the two signals set the wish instead of ending the process. Interrupted system calls restart.
    /// Call it before the first thread or child that the end must reach is started; calling it again does nothing more.
    package static func install() {
        _ = asked.load(ordering: .relaxed)  // the flag is initialised here and never inside the handler
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in EndSignal.asked.store(true, ordering: .releasing) }
        action.sa_flags = SA_RESTART
        for number in [SIGINT, SIGTERM] { _ = unsafe sigaction(number, &action, nil) }
    }

    /// Whether one of the signals came. Any thread, one load.
    package static var isAsked: Bool { asked.load(ordering: .acquiring) }

    /// Blocks the calling thread until one of the signals came; looks every 20 ms.
    package static func waitBlocking() { while !isAsked { usleep(pause) } }

    /// Returns when one of the signals came; looks every 20 ms.
    package static func wait() async {
        while !isAsked { try? await Task.sleep(for: .microseconds(pause)) }
    }
}

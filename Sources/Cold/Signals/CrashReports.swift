import Glibc

/// The runtime's crash reports, which print what registers point at: that may be a key.
package enum CrashReports {
    /// A crash ends the process at once and prints no memory; the message of a failed check is still printed. For
    /// processes that hold keys, before they read them.
    package static func disable() {
        for number in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV] {
            _ = unsafe signal(number, SIG_DFL)
        }
    }
}

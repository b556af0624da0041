import Foundation
import Glibc

/// A process's mark in the run's directory: a file with its id, locked for as long as it lives. The kernel drops the lock
/// with the process, however it ends, so the mark cannot lie as a bare pid file can.
final class ProcessMark {
    private let descriptor: Int32
    private let path: String
    /// A mark that another process holds must not be taken away when this value goes.
    private var isHeld = false

    /// Takes the mark `<directory>/<name>.pid`; `nil` when another process holds it or it cannot be made.
    init?(_ name: String, directory: String) {
        path = Self.path(name, directory)
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        var wanted = Self.wholeFile()
        guard unsafe fcntl(descriptor, F_SETLK, &wanted) == 0 else { return nil }
        isHeld = true
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = unsafe write(descriptor, text, text.count)
    }

    /// Removes the file and lets the lock go.
    deinit {
        if isHeld { _ = unsafe unlink(path) }
        if descriptor >= 0 { close(descriptor) }
    }

    /// The process that holds the mark now, as the kernel knows it; `nil` when none does.
    static func holder(_ name: String, directory: String) -> pid_t? {
        let descriptor = unsafe open(path(name, directory), O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var asked = wholeFile()
        guard unsafe fcntl(descriptor, F_GETLK, &asked) == 0, asked.l_type != Int16(F_UNLCK) else { return nil }
        return asked.l_pid
    }

    private static func path(_ name: String, _ directory: String) -> String { directory + "/" + name + ".pid" }

    private static func wholeFile() -> flock {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }
}

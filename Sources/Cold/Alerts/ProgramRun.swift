import Glibc
import Units

/// One run of the alert program: the text on its standard input, its output nowhere, its environment without anything
/// that could be a key. It has a session of its own, and is ended with all its children when it takes too long.
struct ProgramRun {
    private let path: String
    private let arguments: [String]
    /// What the program may know of our environment.
    private static let passed = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"]

    init(_ path: String, _ arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// Starts it and waits for its end. `nil` when it ended with status 0 in time.
    func deliver(_ text: String, timeout: Nanoseconds) -> String? {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return "no pipe can be made (errno \(errno))" }
        // Written before anybody reads: a message is smaller than a pipe, so this neither waits nor breaks.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let bytes = Array(text.utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe write(ends[1], $0.baseAddress!, $0.count) }
        close(ends[1])
        defer { close(ends[0]) }
        guard written == bytes.count else { return "the message does not fit a pipe" }
        let child: pid_t
        switch spawn(input: ends[0]) {
        case .success(let started): child = started
        case .failure(let error): return "\(path) cannot be started (errno \(error.code))"
        }
        return wait(for: child, timeout: timeout)
    }

    private struct SpawnError: Error { let code: Int32 }

    private func spawn(input: Int32) -> Result<pid_t, SpawnError> {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        Self.closeOnExec()
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        // POSIX_SPAWN_SETSIGDEF, _SETSIGMASK, _SETSID.
        unsafe posix_spawnattr_setflags(&attributes, 0x04 | 0x08 | 0x80)
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        var surroundings = unsafe Self.passed.compactMap { name in
            unsafe getenv(name).map { unsafe strdup("\(name)=\(String(cString: $0))") }
        } + [nil]
        defer {
            for unsafe word in unsafe words { unsafe free(word) }
            for unsafe line in unsafe surroundings { unsafe free(line) }
        }
        var child: pid_t = 0
        let status = unsafe posix_spawn(&child, path, &actions, &attributes, &words, &surroundings)
        return status == 0 ? .success(child) : .failure(SpawnError(code: status))
    }

    private func wait(for child: pid_t, timeout: Nanoseconds) -> String? {
        let deadline = Self.now() + timeout
        var status: Int32 = 0
        while true {
            let ended = unsafe waitpid(child, &status, WNOHANG)
            if ended == child { break }
            if ended < 0, errno != EINTR { return "\(path) cannot be waited for (errno \(errno))" }
            guard Self.now() < deadline else {
                kill(-child, SIGKILL)
                kill(child, SIGKILL)
                while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
                return "\(path) took longer than \(timeout.milliseconds) ms and was ended"
            }
            usleep(5000)
        }
        if status & 0x7F != 0 { return "\(path) was ended by signal \(status & 0x7F)" }
        let code = (status >> 8) & 0xFF
        return code == 0 ? nil : "\(path) ended with status \(code)"
    }

    /// The engine's sockets, journal and shared memory are none of its business: no child inherits any of them.
    private static func closeOnExec() {
        guard let directory = unsafe opendir("/proc/self/fd") else { return }
        defer { unsafe closedir(directory) }
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if let descriptor = Int32(name), descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
    }

    private static func now() -> Nanoseconds {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Nanoseconds(raw: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}

import Foundation
import Glibc
import Launch

/// One of our own commands in a session of its own: it outlives this process and its terminal, and a Ctrl-C typed here
/// does not reach it. Its output is appended to a log.
struct DetachedProcess {
    let name: String
    let identifier: pid_t
    let log: URL

    init(_ name: String, _ arguments: [String], log: URL) throws {
        self.name = name
        self.log = log
        let tool = try ChildProcess.ownExecutable().path
        identifier = try Self.spawn(tool, [tool] + arguments, log: log.path)
    }

    /// Whether it has not ended yet.
    var isRunning: Bool { waitpid(identifier, nil, WNOHANG) == 0 }

    func end() {
        kill(identifier, SIGTERM)
        for _ in 0..<200 where isRunning { usleep(50_000) }
    }

    /// The last lines of its log, for an error message.
    var logTail: String {
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(12).joined(separator: "\n")
    }

    private static func spawn(_ tool: String, _ arguments: [String], log: String) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        unsafe posix_spawnattr_setflags(&attributes, 0x80)  // POSIX_SPAWN_SETSID
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { for unsafe word in unsafe words { unsafe free(word) } }
        var child: pid_t = 0
        let status = unsafe posix_spawn(&child, tool, &actions, &attributes, &words, environ)
        guard status == 0 else {
            throw ToolError(
                "\(arguments[1]) cannot be started (errno \(status))",
                cure: "check the machine's limits on processes and memory")
        }
        return child
    }
}

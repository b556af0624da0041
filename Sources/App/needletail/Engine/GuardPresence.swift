import Foundation

/// How the engine's screen knows that a guard watches: the guard's process id in the run's directory.
struct GuardPresence {
    private let file: URL

    init(directory: String) { file = URL(filePath: directory).appending(path: "guard.pid") }

    /// By the guard, once it watches.
    func announce() throws {
        try "\(getpid())\n".write(to: file, atomically: true, encoding: .utf8)
    }

    func withdraw() { try? FileManager.default.removeItem(at: file) }

    /// Whether the process that announced itself still lives.
    var isRunning: Bool {
        guard let text = try? String(contentsOf: file, encoding: .utf8),
            let process = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return false }
        return kill(process, 0) == 0
    }
}

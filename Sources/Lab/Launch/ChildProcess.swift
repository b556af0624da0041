import Foundation
import Glibc

/// One of our own processes, started from this binary, its output in a log file.
package final class ChildProcess {
    package let name: String
    package let log: URL
    private let process = Process()

    /// Starts `needletail <arguments>`; `environment` is added to ours.
    package init(_ name: String, _ arguments: [String], environment: [String: String] = [:], log: URL) throws {
        self.name = name
        self.log = log
        _ = FileManager.default.createFile(atPath: log.path, contents: nil, attributes: [.posixPermissions: 0o600])
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = try Self.ownExecutable()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    package var isRunning: Bool { process.isRunning }
    package var identifier: Int32 { process.processIdentifier }
    package var exitStatus: Int32 { process.terminationStatus }

    package func send(_ signal: Int32) { if process.isRunning { _ = kill(process.processIdentifier, signal) } }

    /// Waits for the end up to `seconds`; whether it ended.
    package func wait(seconds: Double) -> Bool {
        let deadline = Date().addingTimeInterval(seconds)
        while process.isRunning, Date() < deadline { usleep(10_000) }
        return !process.isRunning
    }

    /// Asks to end, waits, then ends it.
    package func end(seconds: Double = 5) {
        send(SIGTERM)
        if !wait(seconds: seconds) {
            send(SIGKILL)
            _ = wait(seconds: 2)
        }
    }

    /// The last lines of its log, for an error message.
    package var logTail: String {
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(12).joined(separator: "\n")
    }

    package static func ownExecutable() throws -> URL {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { throw LaunchError("/proc/self/exe cannot be read", cure: "mount /proc") }
        return URL(filePath: String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}

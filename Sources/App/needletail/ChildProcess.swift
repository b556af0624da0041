import Foundation
import Glibc

/// One of our own processes, started from this binary, its output in a log file.
final class ChildProcess {
    let name: String
    let log: URL
    private let process = Process()

    /// Starts `needletail <arguments>`; `environment` is added to ours.
    init(_ name: String, _ arguments: [String], environment: [String: String] = [:], log: URL) throws {
        self.name = name
        self.log = log
        FileManager.default.createFile(atPath: log.path, contents: nil, attributes: [.posixPermissions: 0o600])
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = try Self.ownExecutable()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    var isRunning: Bool { process.isRunning }
    var identifier: Int32 { process.processIdentifier }
    var exitStatus: Int32 { process.terminationStatus }

    func send(_ signal: Int32) { if process.isRunning { kill(process.processIdentifier, signal) } }

    /// Waits for the end up to `seconds`; whether it ended.
    func wait(seconds: Double) -> Bool {
        let deadline = Date().addingTimeInterval(seconds)
        while process.isRunning, Date() < deadline { usleep(10_000) }
        return !process.isRunning
    }

    /// Asks to end, waits, then ends it.
    func end(seconds: Double = 5) {
        send(SIGTERM)
        if !wait(seconds: seconds) {
            send(SIGKILL)
            _ = wait(seconds: 2)
        }
    }

    /// The last lines of its log, for an error message.
    var logTail: String {
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(12).joined(separator: "\n")
    }

    static func ownExecutable() throws -> URL {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { throw ToolError("/proc/self/exe cannot be read", cure: "mount /proc") }
        return URL(filePath: String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}

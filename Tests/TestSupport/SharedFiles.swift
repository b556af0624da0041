import Foundation
import Testing

/// Test data outside the repository, found by `NEEDLETAIL_SHARED` or beside the checkout. What is absent is skipped
/// aloud, and is a failure when `NEEDLETAIL_STRICT=1`.
public enum SharedFiles {
    public static var isStrict: Bool { ProcessInfo.processInfo.environment["NEEDLETAIL_STRICT"] == "1" }

    public static var root: URL {
        if let path = ProcessInfo.processInfo.environment["NEEDLETAIL_SHARED"] { return URL(filePath: path) }
        return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")
    }

    /// Says that a test, or a part of it, cannot run here, and why.
    public static func skip(_ test: String, _ reason: String) {
        print("SKIP \(test): \(reason)")
        if isStrict { Issue.record("skipped in strict mode: \(test): \(reason)") }
    }

    /// The file, or `nil` after the skip was named.
    public static func file(_ path: String, for test: String = #function) -> URL? {
        let file = root.appending(path: path)
        if FileManager.default.fileExists(atPath: file.path) { return file }
        skip(test, "shared file \(path) is absent")
        return nil
    }

    /// The lines of a text file; none when it is absent.
    public static func lines(_ path: String, for test: String = #function) throws -> [String] {
        guard let file = file(path, for: test) else { return [] }
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Unpacks an archive into a new directory for `body`, then removes it; without the archive `body` is not called.
    public static func withUnpacked(_ archive: String, test: String, _ body: (URL) throws -> Void) throws {
        guard let file = file(archive, for: test) else { return }
        let place = FileManager.default.temporaryDirectory.appending(path: "needletail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "xzf", file.path, "-C", place.path, "--no-same-owner"]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0, "tar could not unpack \(archive)")
        try body(place)
    }

    /// Rows of a tab-separated file, comment lines left out.
    public static func rows(_ file: URL) throws -> [[String]] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }
}

import Foundation
import Testing

/// Test data outside the repository, found by `NEEDLETAIL_SHARED` or beside the checkout.
enum SharedFiles {
    static var root: URL {
        if let path = ProcessInfo.processInfo.environment["NEEDLETAIL_SHARED"] { return URL(filePath: path) }
        return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")
    }

    /// Unpacks an archive into a new directory for `body`, then removes it. Without the archive the test is skipped
    /// aloud, or fails when `NEEDLETAIL_STRICT=1`.
    static func withUnpacked(_ archive: String, test: String, _ body: (URL) throws -> Void) throws {
        let file = root.appending(path: archive)
        guard FileManager.default.fileExists(atPath: file.path) else {
            if ProcessInfo.processInfo.environment["NEEDLETAIL_STRICT"] == "1" { Issue.record("\(archive) is absent") }
            print("SKIP \(test): shared file \(archive) is absent")
            return
        }
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
    static func rows(_ file: URL) throws -> [[String]] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }
}

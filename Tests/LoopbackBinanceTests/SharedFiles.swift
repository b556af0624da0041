import Foundation
import Testing

/// A file of the shared folder beside the package, or `nil` after saying why the test is skipped; under
/// `NEEDLETAIL_STRICT` its absence is a failure.
func sharedFile(_ path: String, for test: String) -> String? {
    let environment = ProcessInfo.processInfo.environment
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let root = environment["NEEDLETAIL_SHARED"] ?? package.deletingLastPathComponent().appendingPathComponent("shared").path
    let file = root + "/" + path
    if FileManager.default.fileExists(atPath: file) { return file }
    print("SKIP \(test): no \(file)")
    if environment["NEEDLETAIL_STRICT"] == "1" { Issue.record("\(test) needs \(file)") }
    return nil
}

import Foundation
import Journal

/// The number of this start at the account: never used twice, so that client order ids are unique for ever. Seconds since
/// 2020, or one more than the last where that is larger; kept in a file of the run's directory.
enum RunNumber {
    static func next(in directory: String) throws -> UInt32 {
        let file = URL(filePath: directory).appending(path: "run.number")
        let last = (try? String(contentsOf: file, encoding: .utf8)).flatMap { UInt32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        let now = UInt32(Date().timeIntervalSince1970 - 1_577_836_800)
        guard last != .max else {
            throw ToolError(
                "\(file.path) holds the last number there is", cure: "correct it: it should be near \(now), seconds since 2020")
        }
        let number = max(now, (last ?? 0) + 1)
        try DurableFile.write(Array("\(number)\n".utf8), to: file.path)
        return number
    }
}

import Foundation
import Model
import Telemetry
import Units

/// Reads back the summary that the engine's process wrote.
enum DemoSummaryFile {
    static func read(_ file: URL) throws -> RunSummary {
        guard let data = try? Data(contentsOf: file), let json = try? JSONValue(parsing: Array(data)) else {
            throw ToolError("the engine left no summary in \(file.lastPathComponent)")
        }
        guard let summary = RunSummary(json: json) else {
            throw ToolError("the engine's summary is not of the expected form")
        }
        return summary
    }
}

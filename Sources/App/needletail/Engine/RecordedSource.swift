import Books
import Loopback
import MarketFile
import Model
import Units
import VenueKit

/// Where a backtest's market comes from: recordings as they came, or one market file made of them.
enum RecordedSource {
    case recordings([String], isFutures: Bool)
    case marketFile(String, MarketFileSummary)

    /// Looks into the files.
    init(files: [String]) throws {
        let made = files.filter { MarketFileReader.isMarketFile($0) }
        guard !made.isEmpty else {
            self = .recordings(files, isFutures: try Self.isFutures(files))
            return
        }
        guard files.count == 1 else {
            throw ToolError(
                "\(made[0]) is a market file and stands beside other files",
                cure: "one market file alone, or recordings alone; `needletail import` makes one file of several recordings")
        }
        self = .marketFile(files[0], try MarketFileReader(path: files[0]).summary)
    }

    /// When the first message was received; `nil` for an empty recording.
    var first: Nanoseconds? {
        get throws {
            switch self {
            case .marketFile(_, let summary): return summary.first
            case .recordings(let files, _):
                var reader = try RecordingReader(files: files)
                return try reader.next()?.time
            }
        }
    }

    /// A recording is of futures when one of its first streams is.
    static func isFutures(_ files: [String]) throws -> Bool {
        var reader = try RecordingReader(files: files)
        while reader.lineNumber < 10_000, let line = try reader.next() {
            if let stream = Roster.RecordedVenue.stream(line.json), Roster.RecordedVenue.isFutures(stream: stream) { return true }
        }
        return false
    }

    /// For each row of a file's table the row that the run has for it; `nil` where the run does not name it.
    static func rows(_ summary: MarketFileSummary, of symbols: [String], path: String) throws -> [Int?] {
        for symbol in symbols where !summary.instruments.contains(where: { $0.symbol == symbol }) {
            let known = summary.instruments.map(\.symbol).joined(separator: ", ")
            throw ToolError(
                "the market file \(path) holds nothing of \(symbol); it has \(known)",
                cure: "name one of them under instruments, or import recordings of \(symbol)")
        }
        return summary.instruments.map { held in symbols.firstIndex { $0 == held.symbol } }
    }

    /// A file's message with the run's row; what the run does not name is what its stream would be: unknown.
    @inline(__always) static func message(_ held: MarketMessage, _ rows: [Int?]) -> MarketMessage {
        if held.row < 0 { return held }
        var message = held
        if let row = rows[held.row] {
            message.row = row
        } else {
            message = MarketMessage()
            message.kind = .refused
            message.refusal = .unknownStream
        }
        return message
    }
}

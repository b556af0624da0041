import Config
import Foundation
import Journal
import Model
import Units

/// What a replay needs beside the journal: the configuration's text as it was, what overrode it, and the venue's rules
/// that were asked for at start. Written into the journal's directory; holds no secret.
struct RunRecord: Codable {
    struct Rules: Codable {
        var symbol: String
        var tickSize: Int64
        var lotSize: Int64
        var minQuantity: Int64
        var maxQuantity: Int64
        var minNotional: Int64
        // Absent in records of earlier builds.
        var bidUp: Int64?
        var bidDown: Int64?
        var askUp: Int64?
        var askDown: Int64?
        var maxOpenOrders: Int32?
    }

    var run: UInt32
    var build: String
    var configurationText: String
    var overrides: [[String]]
    var rules: [Rules]
    /// Engine time of the first midnight UTC after the start: the trading days of the run.
    var firstDayEnds: Int64?
    /// Symbol, base and quote of each instrument, in the order of their ids. Absent in records of earlier builds.
    var pairs: [[String]]?
    /// Name and symbol of each strategy, in the order of their ids. Absent in records of earlier builds.
    var strategies: [[String]]?

    static func file(in directory: String, run: UInt32) -> URL {
        URL(filePath: directory).appending(path: "\(run).run.json")
    }

    func write(to directory: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try DurableFile.write(Array(encoder.encode(self)), to: Self.file(in: directory, run: run).path)
    }

    static func read(_ url: URL) throws -> RunRecord {
        try JSONDecoder().decode(RunRecord.self, from: Data(contentsOf: url))
    }

    /// The rules as they were asked of the venue.
    static func rules(_ instruments: [Instrument]) -> [Rules] {
        instruments.map {
            Rules(
                symbol: $0.symbol.string, tickSize: $0.tickSize.raw, lotSize: $0.lotSize.raw,
                minQuantity: $0.minQuantity.raw, maxQuantity: $0.maxQuantity.raw, minNotional: $0.minNotional.raw,
                bidUp: $0.bidMultiplierUp.raw, bidDown: $0.bidMultiplierDown.raw, askUp: $0.askMultiplierUp.raw,
                askDown: $0.askMultiplierDown.raw, maxOpenOrders: $0.maxOpenOrders)
        }
    }
}

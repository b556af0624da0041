import Books
import Loopback
import MarketFile
import Model
import Simulation
import Units
import VenueKit
import Wire

/// Recordings into one market file, through the venue's real decoder.
struct MarketImport {
    let files: [String]
    /// As the venue writes them; empty: all that the recordings' streams name.
    let symbols: [String]

    /// Reads the recordings twice: for the names, and for what they say.
    func run(to path: String) throws -> (summary: MarketFileSummary, kinds: [UInt64]) {
        let isFutures = try RecordedSource.isFutures(files)
        let names = symbols.isEmpty ? try found() : symbols
        guard !names.isEmpty else {
            throw ToolError(
                "the recordings name no stream", cure: "lines are `<receive time> {\"stream\":…,\"data\":…}`; or name --symbols")
        }
        var decoder = try Roster.RecordedVenue.decoder(symbols: names, isFutures: isFutures)
        var judge = try Roster.RecordedVenue.decoder(symbols: names, isFutures: isFutures)
        var steps = RecordedRules(count: names.count)
        var sink = CollectedMarket()
        var writer = try MarketFileWriter(path: path, instruments: names.map { MarketFileInstrument(symbol: $0) })
        var kinds = [UInt64](repeating: 0, count: MarketMessage.Kind.allCases.count)
        var reader = try RecordingReader(files: files)
        while let line = try reader.next() {
            let isSnapshot = Roster.RecordedVenue.isDepthSnapshot(line.json)
            let message = Self.plain(unsafe line.json.withUnsafeBytes { bytes in
                unsafe isSnapshot ? decoder.decodeSnapshot(ByteView(bytes)) : decoder.decode(ByteView(bytes))
            })
            kinds[Int(message.kind.rawValue)] += 1
            if !isSnapshot, reader.lineNumber <= RecordedRules.linesMax {
                judge.message(
                    message, bids: decoder.decodedBids, asks: decoder.decodedAsks, receivedAt: line.time, sink: &sink)
                steps.take(&sink)
            }
            try writer.append(message, bids: decoder.decodedBids, asks: decoder.decodedAsks, at: line.time)
        }
        for row in 0..<names.count { (writer.instruments[row].tick, writer.instruments[row].lot) = steps.steps(row) }
        return (try writer.finish(), kinds)
    }

    /// What belongs to no instrument keeps its kind and its reason alone.
    private static func plain(_ message: MarketMessage) -> MarketMessage {
        switch message.kind {
        case .depth, .ticker, .trade, .snapshot: return message
        case .none, .shutdown, .controlError, .refused, .refusedSnapshot:
            var plain = MarketMessage()
            plain.kind = message.kind
            plain.refusal = message.refusal
            return plain
        }
    }

    /// The symbols of all streams, in the order in which they first come.
    private func found() throws -> [String] {
        var names: [String] = []
        var reader = try RecordingReader(files: files)
        while let line = try reader.next() {
            guard let stream = Roster.RecordedVenue.stream(line.json), let name = stream.split(separator: "@").first else { continue }
            let symbol = name.uppercased()
            if !names.contains(symbol) { names.append(symbol) }
        }
        return names
    }
}

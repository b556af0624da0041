import Config
import Loopback
import Model
import Simulation
import Units
import VenueKit
import Wire

/// Tick and lot of instruments whose venue cannot be asked: the greatest common divisors of the prices and quantities
/// that a recording's first messages show. A multiple of the true step is possible in a short recording, never a finer
/// one. A minimum notional cannot be seen and is left at zero.
struct RecordedRules {
    /// Lines of a recording that are looked at.
    static let linesMax = 50_000
    private var seen: [Steps]

    init(count: Int) { seen = Array(repeating: Steps(), count: count) }

    static func derive(
        _ settings: RunConfiguration, _ spot: Roster.RecordedVenue, from source: RecordedSource
    ) throws -> [RunRecord.Rules] {
        switch source {
        case .marketFile(let path, let summary):
            let symbols = settings.instruments.map(\.symbol)
            let rows = try RecordedSource.rows(summary, of: symbols, path: path)
            return try settings.instruments.enumerated().map { index, instrument in
                let row = rows.firstIndex { $0 == index }
                return try rules(
                    instrument.symbol, row.map { (summary.instruments[$0].tick, summary.instruments[$0].lot) } ?? (0, 0))
            }
        case .recordings(let files, let isFutures):
            var market = try spot.market(recorded: isFutures)
            var sink = CollectedMarket()
            var found = RecordedRules(count: settings.instruments.count)
            var reader = try RecordingReader(files: files)
            while reader.lineNumber < linesMax, let line = try reader.next() {
                if Roster.RecordedVenue.isDepthSnapshot(line.json) { continue }
                unsafe line.json.withUnsafeBytes { bytes in
                    unsafe market.message(ByteView(bytes), receivedAt: line.time, sink: &sink)
                }
                found.take(&sink)
            }
            return try settings.instruments.enumerated().map { try rules($1.symbol, found.steps($0)) }
        }
    }

    private static func rules(_ symbol: String, _ steps: (tick: Int64, lot: Int64)) throws -> RunRecord.Rules {
        guard steps.tick > 0, steps.lot > 0 else {
            throw ToolError(
                "the recording shows nothing of \(symbol)",
                cure: "name the recorded symbol under instruments, or give its rules in the file")
        }
        return RunRecord.Rules(
            symbol: symbol, tickSize: steps.tick, lotSize: steps.lot, minQuantity: steps.lot,
            maxQuantity: 90_000_000 * fixedPointUnit / steps.lot * steps.lot, minNotional: 0)
    }

    /// Adds what the adapter said, and empties it.
    mutating func take(_ sink: inout CollectedMarket) {
        for input in sink.inputs { Self.note(input, &seen) }
        sink.inputs.removeAll(keepingCapacity: true)
    }

    /// Tick and lot of an instrument, raw; 0 where nothing was shown.
    func steps(_ row: Int) -> (tick: Int64, lot: Int64) { (seen[row].tick, seen[row].lot) }

    private struct Steps {
        var tick: Int64 = 0
        var lot: Int64 = 0
    }

    private static func note(_ input: Input, _ steps: inout [Steps]) {
        switch input {
        case .topOfBook(let top):
            add([top.bidPrice.raw, top.askPrice.raw], to: &steps[top.instrument.index].tick)
            add([top.bidQuantity.raw, top.askQuantity.raw], to: &steps[top.instrument.index].lot)
        case .trade(let trade):
            add([trade.price.raw], to: &steps[trade.instrument.index].tick)
            add([trade.quantity.raw], to: &steps[trade.instrument.index].lot)
        default: break
        }
    }

    private static func add(_ values: [Int64], to divisor: inout Int64) {
        for value in values {
            var (a, b) = (value, divisor)
            while b != 0 { (a, b) = (b, a % b) }
            divisor = a
        }
    }
}

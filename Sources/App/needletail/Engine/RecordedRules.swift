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
enum RecordedRules {
    private static let linesMax = 50_000

    static func derive(
        _ settings: RunConfiguration, _ spot: Roster.RecordedVenue, from files: [String]
    ) throws -> [RunRecord.Rules] {
        var market = try spot.market()
        var sink = CollectedMarket()
        var steps = settings.instruments.map { _ in Steps() }
        var reader = try RecordingReader(files: files)
        while reader.lineNumber < linesMax, let line = try reader.next() {
            if Roster.RecordedVenue.isDepthSnapshot(line.json) { continue }
            line.json.withUnsafeBytes { bytes in
                unsafe market.message(ByteView(bytes), receivedAt: line.time, sink: &sink)
            }
            for input in sink.inputs { Self.note(input, &steps) }
            sink.inputs.removeAll(keepingCapacity: true)
        }
        return try zip(settings.instruments, steps).map { instrument, seen in
            guard seen.tick > 0, seen.lot > 0 else {
                throw ToolError(
                    "the recording shows nothing of \(instrument.symbol)",
                    cure: "name the recorded symbol under instruments, or give its rules in the file")
            }
            return RunRecord.Rules(
                symbol: instrument.symbol, tickSize: seen.tick, lotSize: seen.lot, minQuantity: seen.lot,
                maxQuantity: 90_000_000 * fixedPointUnit / seen.lot * seen.lot, minNotional: 0)
        }
    }

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

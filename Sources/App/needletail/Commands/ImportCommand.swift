import ArgumentParser
import Control
import MarketFile
import Telemetry
import Units
import VenueKit

/// `needletail import`: recordings decoded once, for backtests that are run many times.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Decode recordings into one market file, which `needletail backtest` plays many times faster.",
        discussion: """
            Every frame goes through the venue's real decoder. What the file holds is what the decoder understood, in the \
            order and with the receive times of the recordings: diffs with their update ids, tickers, trades, depth \
            snapshots, and what was refused with its reason. A backtest of the file decides as one of the recordings does.

            The form is docs/FORMATS.md's; every byte is under a sum, and a damaged file is refused.

            Example:
              needletail import --out btcusdt.market btcusdt_20240808.gz btcusdt_20240809.gz
            """)

    @Option(help: "The market file; one of this name is replaced when the new one is whole.")
    var out: String
    @Option(help: "Symbols to keep, separated by commas; all that the recordings name when not given.")
    var symbols = ""
    @Argument(help: "Recordings `<receive time> <raw JSON>`, plain or gzip, in order as one.")
    var inputs: [String]
    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        guard !inputs.isEmpty else { throw ValidationError("name a recording") }
        guard !inputs.contains(out) else { throw ValidationError("--out names one of the recordings") }
    }

    func run() throws {
        let names = symbols.split(separator: ",").map { $0.uppercased() }
        let (summary, kinds) = try MarketImport(files: inputs, symbols: names).run(to: out)
        print(json ? Self.json(summary, kinds).text(pretty: true) : Self.text(summary, kinds, out))
    }

    private static func count(_ kinds: [UInt64], _ kind: MarketMessage.Kind) -> UInt64 { kinds[Int(kind.rawValue)] }

    private static func text(_ summary: MarketFileSummary, _ kinds: [UInt64], _ path: String) -> String {
        var lines = [
            "\(path): \(summary.messages) messages, \(summary.rows) level rows, \(summary.bytes) bytes in \(summary.blocks) blocks",
            "depth \(count(kinds, .depth)), ticker \(count(kinds, .ticker)), trade \(count(kinds, .trade)), snapshot "
                + "\(count(kinds, .snapshot)), refused \(count(kinds, .refused) + count(kinds, .refusedSnapshot))",
        ]
        for instrument in summary.instruments {
            lines.append("\(instrument.symbol): tick \(Price(raw: instrument.tick)), lot \(Quantity(raw: instrument.lot))")
        }
        if count(kinds, .snapshot) == 0 {
            lines.append("no depth snapshot: books are not built, and quotes come from tickers alone")
        }
        return lines.joined(separator: "\n")
    }

    private static func json(_ summary: MarketFileSummary, _ kinds: [UInt64]) -> JSONValue {
        .make([
            "messages": .count(summary.messages), "rows": .count(summary.rows), "bytes": .count(summary.bytes),
            "blocks": .count(summary.blocks), "depth": .count(count(kinds, .depth)), "ticker": .count(count(kinds, .ticker)),
            "trade": .count(count(kinds, .trade)), "snapshot": .count(count(kinds, .snapshot)),
            "refused": .count(count(kinds, .refused) + count(kinds, .refusedSnapshot)), "chain": .count(UInt64(summary.chain)),
        ])
    }
}

import Model
import Testing
import Units

@testable import Telemetry

@Suite struct StatusRowsTests {
    /// A status with the page of rows that begins here; each row's number stands in its fees.
    private func page(_ first: Int, of count: Int) -> EngineStatus {
        var status = EngineStatus()
        status.strategyCount = Int32(count)
        status.instrumentCount = Int32(count)
        status.firstRow = Int32(first)
        for row in 0..<EngineStatus.rows where first + row < count {
            status.strategies[row].fees = Notional(raw: Int64(first + row) + 1)
            status.instruments[row].fees = Notional(raw: Int64(first + row) + 1)
        }
        return status
    }

    @Test(arguments: [1, 16, 17, 50]) func `pages in any order make the whole table`(count: Int) {
        var rows = StatusRows()
        let pages = Array(stride(from: 0, to: count, by: EngineStatus.rows))
        for first in pages.reversed() + pages { rows.take(page(first, of: count)) }
        let expected = (1...count).map { Notional(raw: Int64($0)) }
        #expect(rows.strategies.map(\.fees) == expected && rows.instruments.map(\.fees) == expected)
        var document = StatusDocument(engine: page(0, of: count), limits: try! TelemetryTests.limits())
        document.names.symbols = (0..<count).map { "PAIR\($0)" }
        document.addRows(rows)
        #expect(document.instruments.map(\.symbol) == document.names.symbols)
        #expect(document.strategies.count == count && document.strategies.last?.symbol == "PAIR0")
    }

    @Test func `feeds show which is believed, and every instrument its verdict and age`() throws {
        var engine = EngineStatus()
        engine.now = Nanoseconds(seconds: 100)
        var document = StatusDocument(engine: engine, limits: try TelemetryTests.limits())
        document.links = [
            LinkLine(name: "market data 1", state: .up, verdict: "watched: SUSPECT: the book stands", age: Nanoseconds(raw: 5)),
            LinkLine(name: "market data 2", state: .up, verdict: "used: healthy", age: Nanoseconds(raw: 6), reconnects: 3),
            LinkLine(name: "orders", state: .up, verdict: "healthy", age: .zero),
        ]
        var suspect = InstrumentStatus()
        suspect.feed = .suspect
        suspect.feedReason = .tradesPrint
        suspect.feedSince = Nanoseconds(seconds: 97)
        suspect.topReceivedAt = Nanoseconds(seconds: 95)
        document.instruments = [
            InstrumentLine(suspect, symbol: "BTCUSDT", now: engine.now),
            InstrumentLine(InstrumentStatus(), symbol: "ETHUSDT", now: engine.now),
        ]
        let lines = FeedLine.lines(document)
        #expect(lines.map(\.name) == ["market data 1", "market data 2", "BTCUSDT", "ETHUSDT"])
        #expect(lines.map(\.source) == ["watched", "used", "market data 2", "market data 2"])
        #expect(lines[2].verdict == "SUSPECT" && lines[2].why == StreamReason.tradesPrint.words)
        #expect(lines[2].standing == Nanoseconds(seconds: 3) && lines[2].age == Nanoseconds(seconds: 5))
        #expect(lines[3].age.raw == -1 && lines[1].reconnects == 3)
        #expect(lines[0].json["age_ns"]?.integer == 5)
    }
    @Test func `a feed and each of its streams show what was told again, too late, left out and conflated`() throws {
        var document = StatusDocument(engine: EngineStatus(), limits: try TelemetryTests.limits())
        document.links = [
            LinkLine(name: "market data 1", state: .up, verdict: "used: healthy", age: .zero),
            LinkLine(name: "market data 2", state: .up, verdict: "watched: healthy", age: .zero),
        ]
        func stream(_ link: String, _ name: String, _ counts: (UInt64, UInt64, UInt64)) -> StreamLine {
            var line = StreamLine()
            (line.link, line.stream) = (link, name)
            (line.duplicates, line.outOfOrder, line.gaps) = counts
            return line
        }
        document.feed.streams = [
            stream("market data 1", "ticker", (1, 2, 0)), stream("market data 1", "trades", (3, 0, 4)),
            stream("market data 2", "depth", (5, 6, 7)), stream("orders", "events", (8, 0, 0)),
        ]
        document.feed.conflated = 9
        let lines = FeedLine.lines(document)
        #expect(
            lines.map(\.name) == [
                "market data 1", "market data 2", "market data 1 ticker", "market data 1 trades", "market data 2 depth",
                "orders events",
            ])
        #expect(lines.map(\.duplicates) == [4, 5, 1, 3, 5, 8])
        #expect(lines.map(\.outOfOrder) == [2, 6, 2, 0, 6, 0] && lines.map(\.gaps) == [4, 7, 0, 4, 7, 0])
        #expect(lines.map(\.conflated) == [9, 0, 0, 0, 0, 0], "the feed that is used")
        #expect(lines[0].json["duplicates"]?.integer == 4 && lines[5].json["feed"]?.string == "orders events")
        let read = try #require(StatusDocument(json: document.json))
        #expect(read.feed == document.feed)
    }
}

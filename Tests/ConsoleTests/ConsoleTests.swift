import Model
import Telemetry
import Testing
import Units

@testable import Console

@Suite struct LiveScreenTests {
    /// The line without the colour codes we write; anything else with an escape in it stays.
    static func stripped(_ line: String) -> String {
        line.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
    }

    @Test(arguments: SystemState.allCases, [true, false])
    func `extreme values fill 100x30 exactly and bring no escape codes`(state: SystemState, color: Bool) {
        for document in [Sample.extreme(state), Sample.live] {
            let lines = LiveScreen.render(document, width: 100, height: 30, color: color)
            #expect(lines.count == 30)
            for line in lines {
                let bare = color ? Self.stripped(line) : line
                #expect(bare.count == 100, "\(bare)")
                #expect(bare.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
                #expect(bare.unicodeScalars.count == 100)
            }
        }
    }

    @Test func `any size is filled exactly`() {
        for (width, height) in [(20, 1), (40, 10), (80, 24), (100, 31), (237, 60)] {
            let lines = LiveScreen.render(Sample.live, width: width, height: height, color: false)
            #expect(lines.count == height)
            #expect(lines.allSatisfy { $0.count == width })
        }
    }

    @Test func `what has no room on the screen is counted, and trouble comes first`() {
        var document = Sample.live
        document.instruments = (0..<50).map { index in
            var row = InstrumentStatus()
            row.isBlocked = index == 40
            row.reason = .stopLoss
            row.feed = index == 45 ? .suspect : .live
            return InstrumentLine(row, symbol: "PAIR\(index)", now: document.engine.now)
        }
        document.strategies = (0..<30).map { index in
            var row = StrategyStatus()
            row.isOff = index == 29
            return StrategyLine(row, name: "quoter\(index)", symbol: "PAIR0", now: document.engine.now)
        }
        let lines = LiveScreen.render(document, width: 140, height: 30, color: false)
        let instruments = lines.first { $0.hasPrefix(" instruments") } ?? ""
        let shown = instruments.matches(of: /PAIR/).count
        #expect(instruments.contains("… \(shown) of 50 shown: ctl instrument") && shown > 2, "\(instruments)")
        #expect(instruments.contains("PAIR40 BLOCKED STOP_LOSS") && instruments.contains("PAIR45 SUSPECT"), "\(instruments)")
        let strategies = lines.first { $0.hasPrefix(" strategies") } ?? ""
        #expect(strategies.contains("quoter29 OFF") && strategies.contains(" of 30 shown: ctl strategy"), "\(strategies)")
        document.instruments = Array(document.instruments.prefix(2))
        let few = LiveScreen.render(document, width: 100, height: 30, color: false).first { $0.hasPrefix(" instruments") } ?? ""
        #expect(few.contains("PAIR1") && !few.contains("shown"), "\(few)")
    }

    @Test func `the age of the dead-man's switch is on the screen where there is one`() {
        func line(_ age: Nanoseconds) -> String {
            var document = Sample.live
            document.engine.switchAge = age
            document.engine.switchLimit = Nanoseconds(seconds: 4)
            return LiveScreen.render(document, width: 100, height: 30, color: false).first { $0.contains("switch") } ?? ""
        }
        #expect(line(Nanoseconds(raw: -1)).isEmpty)
        let said = line(Nanoseconds(milliseconds: 1500))
        #expect(said.contains("confirmed 1.50 s ago  no new risk past 4.00 s"), "\(said)")
        #expect(line(Nanoseconds(raw: .max)).contains("never confirmed"))
    }

    @Test func `clocks that overflow do not trap the screen`() {
        var document = Sample.extreme(.live)
        document.engine.now = Nanoseconds(raw: .max)
        document.engine.stateSince = Nanoseconds(raw: .min)
        document.engine.topReceivedAt = Nanoseconds(raw: .min)
        document.engine.lastReconciledAt = Nanoseconds(raw: -5)
        document.events = [EventLine(time: Nanoseconds(raw: .min), code: "X", severity: .info, text: "")]
        #expect(LiveScreen.render(document).count == 30)
        document.engine.now = Nanoseconds(raw: .min)
        document.engine.mandateExpires = Nanoseconds(raw: .max)
        #expect(LiveScreen.render(document).count == 30)
        var plain = PlainLines()
        #expect(plain.lines(for: document).count == 2)
    }

    @Test(arguments: SystemState.allCases) func `the banner says the state in its colour over three full rows`(state: SystemState) {
        let codes: [SystemState: String] = [
            .disarmed: "100", .staged: "44", .armed: "45", .live: "42", .reducing: "43", .safe: "41", .halted: "41",
        ]
        var document = Sample.live
        document.engine.state = state
        let lines = LiveScreen.render(document)
        for line in lines.prefix(3) {
            #expect(line.hasPrefix("\u{1B}[1;") && line.contains(";\(codes[state] ?? "")m"))
            #expect(Self.stripped(line).count == 100)
        }
        #expect(lines[1].contains(state.name.map(String.init).joined(separator: " ")))
    }

    @Test func `the sample looks as drawn`() {
        let lines = LiveScreen.render(Sample.live, width: 100, height: 30, color: false).map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return line
        }
        #expect(lines.joined(separator: "\n") == Golden.live, "\n\(lines.joined(separator: "\n"))")
    }

    @Test func `a gauge is empty at nothing, visible at something and full at its limit`() {
        func bar(_ used: Int64, _ limit: Int64) -> String {
            Gauge(label: "", used: used, limit: limit, text: "").line(barWidth: 10).text(color: false)
        }
        func full(_ used: Int64, _ limit: Int64) -> Int { bar(used, limit).filter { $0 == "█" }.count }
        #expect(full(0, 10) == 0)
        #expect(full(1, 1_000_000) == 1)
        #expect(full(5, 10) == 5)
        #expect(full(9, 10) == 9)
        #expect(full(10, 10) == 10)
        #expect(full(.max, 10) == 10)
        #expect(full(1, 0) == 10)
        #expect(full(.max - 1, .max) == 9)
    }
}

@Suite struct PlainTests {
    @Test func `plain lines hold no escape code and each event once`() {
        var plain = PlainLines()
        var document = Sample.live
        #expect(plain.lines(for: document).count == document.events.count + 1)
        #expect(plain.lines(for: document).count == 1)
        document.events[document.events.count - 1].repeats += 4
        document.events[document.events.count - 1].time = document.engine.now
        #expect(plain.lines(for: document).count == 1)
        document.events.removeFirst(3)
        document.events.append(EventLine(time: document.engine.now, code: "WS_STALE", severity: .critical, text: "x"))
        let lines = plain.lines(for: document)
        #expect(lines.count == 2)
        #expect(lines[0] == "+2m51s CRITICAL WS_STALE x")
        #expect(lines[1].hasPrefix("+2m51s LIVE LIVE | mandate 57m12s | bid 61837.62 ask 61837.63 | position 0.0215"))
        for line in PlainLines().copyLines(Sample.extreme(.halted)) {
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
        }
    }

    @Test func `figures are short and exact where they can be`() throws {
        let spans: [(Int64, String)] = [
            (-1, "never"), (0, "0 ns"), (999, "999 ns"), (1000, "1.00 µs"), (12_345, "12.3 µs"), (999_999, "999 µs"),
            (1_000_000, "1.00 ms"), (59_999_999_999, "59.9 s"), (60_000_000_000, "1m00s"), (3_600_000_000_000, "1h00m"),
            (86_400_000_000_000, "1d00h"), (.max, "106751d"),
        ]
        for (ns, text) in spans { #expect(Figures.span(Nanoseconds(raw: ns)) == text) }
        #expect(Figures.count(9_999_999) == "9,999,999")
        #expect(Figures.count(.max) == "18.4E")
        #expect(Figures.money(try Price("1234567.5")) == "1,234,567.50")
        #expect(Figures.money(Notional(raw: .min)) == "-92,233,720,368.54775808")
        #expect(Figures.compact(Quantity(raw: .min)) == "-92.2G")
        #expect(Figures.column([try Notional("1"), try Notional("-0.125")], signed: true) == ["+1.000", "-0.125"])
        #expect(Figures.bytes(51_471_104) == "51.4 MB")
    }

    @Test func `the summary names every figure and every failure`() throws {
        var run = RunSummary()
        run.symbol = "BTCUSDT"
        run.ordersSent = 1204
        run.rejects = ["INVALID_ORDER": 3]
        run.latencies = Sample.live.latencies
        (run.positionMatchesVenue, run.balancesMatchVenue, run.journalVerified) = (true, true, true)
        #expect(Tables.summary(run).contains("FAIL  open orders at the venue: it could not be asked"))
        run.openOrdersAtEnd = 0
        let good = Tables.summary(run)
        #expect(good.last == "OK")
        #expect(good.contains("  INVALID_ORDER  3"))
        #expect(good.contains("rejects by the risk gate: none"))
        #expect(good.contains { $0.hasPrefix("tick_to_order") && $0.hasSuffix("1.30 ms") })
        run.openOrdersAtEnd = 2
        #expect(Tables.summary(run).last == "FAILED: 2 orders are still open at the venue")
        #expect(Tables.summary(run).contains("FAIL  open orders at the venue: 2"))
    }

    @Test func `a table of JSON rows is aligned and harmless`() {
        let rows = JSONValue.array([
            .make(["side": .string("BUY"), "price": .string("61837.5")]),
            .make(["side": .string("S\u{1B}"), "price": .string("7")]),
        ])
        #expect(Tables.table(rows) == ["side    price", "────  ───────", "BUY   61837.5", "S?          7"])
        #expect(Tables.table(.array([])) == ["(none)"])
    }
}

extension PlainLines {
    func copyLines(_ document: StatusDocument) -> [String] {
        var copy = self
        return copy.lines(for: document)
    }
}

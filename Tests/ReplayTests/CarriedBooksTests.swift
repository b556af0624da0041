import Foundation
import Journal
import Model
import Replay
import Rings
import Testing
import Units

private let day: Int64 = 86_400_000_000_000
private let pair = CarriedBooks.Instrument(symbol: "PAIR0", base: "BTC", baseID: AssetID(0))
private let other = CarriedBooks.Instrument(symbol: "PAIR1", base: "ETH", baseID: AssetID(2))

/// What happens in a run, a second after what came before; each becomes an input and what the core answers.
private struct Story {
    var lines: [(input: Input, outputs: [Output], second: Int64)] = []
    private var second: Int64 = 0
    private var held: [UInt16: Int64] = [:]
    private var fees: [UInt16: Int64] = [:]

    mutating func add(_ input: Input, _ outputs: [Output] = []) {
        second += 1
        lines.append((input, outputs, second))
    }
    mutating func wait(_ seconds: Int64) { second += seconds }
    mutating func fill(
        _ side: Side, _ quantity: String, at price: String, trade: UInt64, run: UInt32 = 1, fee: String = "0",
        feeAsset: UInt16 = 1, of order: UInt32 = 1, isNamed: Bool = true, isBooked: Bool = true, in instrument: UInt16 = 0, from: EvidenceSource = .stream, off: Int64 = 0
    ) throws {
        let size = try Quantity(quantity)
        let fill = Fill(
            instrument: InstrumentID(instrument), side: side, isMaker: true, source: from,
            client: isNamed ? ClientOrderID(run: run, sequence: order) : .none, venueOrder: VenueOrderID(9), trade: TradeID(low: trade),
            price: try Price(price), quantity: size, cumulativeQuantity: size, fee: try Quantity(fee).raw,
            feeAsset: AssetID(feeAsset), venueTime: .zero)
        held[instrument, default: 0] += (side == .buy ? size.raw : -size.raw) + off
        fees[instrument, default: 0] += feeAsset == 1 ? fill.fee : 0
        let told = PositionChange(
            instrument: InstrumentID(instrument), quantity: Quantity(raw: held[instrument]!), averagePrice: .zero,
            realised: .zero, fees: Notional(raw: fees[instrument]!), client: ClientOrderID(run: run, sequence: order), isLate: false)
        add(.fill(fill), isBooked ? [.position(told)] : [])
    }
    mutating func top(_ bid: String, _ ask: String, in instrument: UInt16 = 0) throws {
        add(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(instrument), bidPrice: try Price(bid), bidQuantity: try Quantity("1"),
                    askPrice: try Price(ask), askQuantity: try Quantity("1"), updateID: 0, venueTime: .zero,
                    receivedAt: .zero)))
    }
    mutating func place(_ order: UInt32, by strategy: UInt8, run: UInt32 = 1) throws {
        let order = NewOrder(
            client: ClientOrderID(run: run, sequence: order), instrument: InstrumentID(0), strategy: StrategyID(strategy),
            side: .buy, timeInForce: .goodTillCancel, price: try Price("100"), quantity: try Quantity("1"))
        add(.timer, [.place(order)])
    }
    mutating func turn(_ strategy: UInt16, isOn: Bool, _ reason: ErrorCode = .strategyLoss, until: Int64 = 0) {
        let change = SwitchChange(
            subject: .strategy, index: strategy, isOn: isOn, reason: reason, operatorID: 0, until: Nanoseconds(seconds: until),
            value: 0, limit: 0, version: 1)
        add(.timer, [.switched(change)])
    }
    mutating func linkUp() {
        add(.link(LinkChange(venue: VenueID(0), role: .orders, state: .up, reason: 0)))
    }
    mutating func snapshot(_ balance: String, isComplete: Bool = true) throws {
        let asked = Nanoseconds(seconds: second)
        func mark(_ isEnd: Bool) -> Input {
            .snapshot(
                SnapshotMark(id: UInt64(asked.raw), venue: VenueID(0), isEnd: isEnd, isComplete: isComplete, requestedAt: asked))
        }
        add(mark(false))
        add(
            .balance(
                VenueBalance(
                    asset: AssetID(0), venue: VenueID(0), source: .snapshot, free: try Quantity(balance), locked: .zero,
                    venueTime: .zero)))
        add(mark(true))
    }
    mutating func mark(_ trade: UInt64, _ instrument: UInt16 = 0) {
        for piece in Note.pieces(
            .mark, operatorID: Command.engineOperator, SequenceMarks.text(InstrumentID(instrument), trade: trade))
        { add(.note(piece)) }
    }
    mutating func tell(_ kind: CommandKind, _ value: Int64 = 0, cost: Int128 = 0, accepted: Bool = true, in subject: UInt64 = 0) {
        let command = Command(
            kind: kind, operatorID: Command.engineOperator, hash: UInt64(truncatingIfNeeded: cost),
            lifetime: Nanoseconds(raw: Int64(truncatingIfNeeded: cost >> 64)), subject: subject, value: value)
        if kind == .carryPosition, accepted { held[UInt16(subject)] = value }
        add(
            .command(command),
            [.command(CommandResult(command: command, accepted: accepted, state: .disarmed, missing: ArmingChecks()))])
    }
}

/// A journal's directory that a test writes runs into.
private final class Place {
    let directory = NSTemporaryDirectory() + "/carried-books-" + UUID().uuidString
    init() throws { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func write(_ run: UInt32, from wall: Int64 = 0, mode: RunMode = .live, _ tell: (inout Story) throws -> Void) throws {
        var story = Story()
        try tell(&story)
        var ends = makeRing(of: Record.self, capacity: 4096)
        var sequence: UInt64 = 0
        var isTaken = true
        for line in story.lines {
            let time = Nanoseconds(seconds: line.second)
            sequence += 1
            isTaken = ends.producer.tryPush(line.input.record(sequence: sequence, time: time)) && isTaken
            for output in line.outputs {
                sequence += 1
                isTaken = ends.producer.tryPush(output.record(sequence: sequence, time: time)) && isTaken
            }
        }
        precondition(isTaken, "the test's ring is full")
        let identity = JournalIdentity(
            build: "b", configurationHash: 1, mode: mode, run: run, name: "run", session: 0)
        var writer = try JournalWriter(
            consumer: ends.consumer, directory: directory, identity: identity, segmentBytes: 4096 + 128 * 42,
            syncInterval: .zero, wall: Nanoseconds(raw: wall), engine: .zero)
        _ = try writer.drain(wall: Nanoseconds(raw: wall), engine: .zero)
    }

    func books(
        _ instruments: [CarriedBooks.Instrument]? = [pair], _ strategies: ((UInt32) -> [CarriedBooks.Strategy]?)? = nil
    ) throws -> CarriedBooks {
        try CarriedBooks.read(directory: directory, name: "run", instruments: { _ in instruments }, strategies: strategies ?? { _ in nil })
    }
}

@Suite struct CarriedBooksTests {
    @Test func `Positions are what was booked, over all runs, at what it cost`() throws {
        let place = try Place()
        try place.write(1) {
            try $0.fill(.buy, "0.3", at: "50000", trade: 1)
            try $0.fill(.buy, "0.1", at: "50400", trade: 2)
            try $0.fill(.buy, "5", at: "1", trade: 3, isBooked: false)
        }
        try place.write(2) { try $0.fill(.sell, "0.2", at: "50500", trade: 4, run: 2) }
        let held = try #require(try place.books().positions["PAIR0"])
        #expect(try held.quantity == Quantity("0.2") && held.averagePrice == Price("50100"))
    }

    @Test func `A run that was told everything is where reading begins`() throws {
        let place = try Place()
        try place.write(1) {
            try $0.fill(.buy, "0.4", at: "50000", trade: 1)
            $0.mark(1)
        }
        let cost = try Int128(Price("47000").raw) * Int128(Quantity("0.5").raw)
        try place.write(2) {
            try $0.tell(.carryPosition, Quantity("0.5").raw, cost: cost)
            $0.tell(.carryPosition, 7, cost: 7, accepted: false)
            try $0.tell(.carryDay, Notional("-12").raw)
            try $0.tell(.carryBalance, Quantity("10.5").raw)
            $0.tell(.carried)
            $0.mark(7)
            try $0.fill(.sell, "0.1", at: "47500", trade: 8, run: 2, fee: "3")
        }
        let books = try place.books()
        #expect(try books.positions["PAIR0"]?.quantity == Quantity("0.4") && books.positions["PAIR0"]?.averagePrice == Price("47000"))
        #expect(try books.dayResult(at: .zero) == Notional("35").raw, "-12, 50 gained, 3 of fees")
        #expect(try books.expected["BTC"] == Int128(Quantity("10.4").raw))
        #expect(books.marks["PAIR0"] == SequenceMarks.Mark(trade: 7, booked: [8]))
    }

    @Test(arguments: 0...3)
    func `A run that died before it was told all counts as told nothing`(_ told: Int) throws {
        let place = try Place()
        try place.write(1) {
            try $0.fill(.buy, "1", at: "100", trade: 1)
            try $0.fill(.sell, "0.5", at: "90", trade: 2, fee: "0.25")
        }
        let cost = try Int128(Price("100").raw) * Int128(Quantity("0.5").raw)
        let day = try Notional("-5.25").raw
        try place.write(2) {
            if told > 0 { try $0.tell(.carryPosition, Quantity("0.5").raw, cost: cost) }
            if told > 1 { $0.tell(.carryDay, day) }
            if told > 2 { try $0.tell(.carryBalance, Quantity("7").raw) }
        }
        let books = try place.books()
        #expect(try books.positions["PAIR0"]?.quantity == Quantity("0.5") && books.positions["PAIR0"]?.averagePrice == Price("100"))
        #expect(books.dayResult(at: .zero) == day, "realised before, and told by halves")
        #expect(books.expected.isEmpty)
        try place.write(3) {
            try $0.tell(.carryPosition, Quantity("0.5").raw, cost: cost)
            $0.tell(.carryDay, day)
            $0.tell(.carried)
            try $0.fill(.sell, "0.1", at: "110", trade: 3, run: 3)
        }
        let later = try place.books()
        #expect(try later.positions["PAIR0"]?.quantity == Quantity("0.4"))
        #expect(try later.dayResult(at: .zero) == Notional("-4.25").raw)
    }

    @Test func `What a start tells is what another start reads`() throws {
        let place = try Place()
        try place.write(1) {
            $0.linkUp()
            try $0.snapshot("3")
            try $0.fill(.sell, "0.3", at: "50000", trade: 1, fee: "4")
            $0.mark(1)
        }
        let books = try place.books()
        let commands = books.commands([pair], [], at: .zero)
        #expect(commands.map(\.kind) == [.carryPosition, .carryDay, .carryBalance, .carried])
        #expect(commands.allSatisfy { $0.operatorID == Command.engineOperator })
        #expect(books.resume([pair]).marks == [InstrumentID(0): SequenceMarks.Mark(trade: 1)])
        try place.write(2) { story in
            for command in commands {
                story.tell(
                    command.kind, command.value, cost: Int128(command.lifetime.raw) << 64 | Int128(command.hash),
                    in: command.subject)
            }
        }
        let again = try place.books()
        #expect(again.positions["PAIR0"]?.quantity == books.positions["PAIR0"]?.quantity)
        #expect(again.positions["PAIR0"]?.exactCost == books.positions["PAIR0"]?.exactCost)
        #expect(again.dayResult(at: .zero) == books.dayResult(at: .zero) && again.expected == books.expected)
        let words = { (commands: [Command]) in commands.map { [Int64($0.kind.rawValue), $0.value, $0.lifetime.raw, Int64(bitPattern: $0.hash)] } }
        #expect(words(again.commands([pair], [], at: .zero)) == words(commands))
    }

    @Test func `The day's result is what was realised since it began, less fees`() throws {
        let place = try Place()
        try place.write(1, from: day - 100_000_000_000) {
            try $0.fill(.buy, "1", at: "100", trade: 1)
            try $0.top("89", "91")
            $0.wait(200)
            try $0.fill(.sell, "1", at: "85", trade: 2, fee: "0.5")
        }
        let books = try place.books()
        #expect(try books.dayResult(at: Nanoseconds(raw: day)) == Notional("-5.5").raw, "10 were lost yesterday")
        #expect(books.dayResult(at: Nanoseconds(raw: 2 * day)) == 0, "tomorrow begins clean")
    }

    @Test func `A new day counts what an open position loses from the last price known`() throws {
        let place = try Place()
        try place.write(1) {
            try $0.fill(.buy, "1", at: "100", trade: 1)
            try $0.top("89", "91")
        }
        let books = try place.books()
        #expect(books.dayResult(at: .zero) == 0, "all that was lost, 10, is the day's")
        #expect(try books.dayResult(at: Nanoseconds(raw: day)) == Notional("10").raw, "at 90 the new day begins at zero")
    }

    @Test func `The account is expected to hold its first snapshot and every fill since`() throws {
        let place = try Place()
        try place.write(1) {
            try $0.snapshot("3")
            $0.linkUp()
            try $0.snapshot("4", isComplete: false)
            try $0.snapshot("10")
            try $0.fill(.buy, "0.4", at: "100", trade: 1, fee: "0.001", feeAsset: 0)
            try $0.snapshot("11")
        }
        #expect(try place.books().expected["BTC"] == Int128(Quantity("10.399").raw))
    }

    @Test func `Marks and positions follow the symbol when ids change`() throws {
        let place = try Place()
        try place.write(1) {
            try $0.fill(.buy, "2", at: "100", trade: 1, in: 1)
            $0.mark(1, 1)
        }
        let books = try CarriedBooks.read(directory: place.directory, name: "run") { _ in [pair, other] }
        #expect(try books.positions["PAIR1"]?.quantity == Quantity("2") && books.positions["PAIR0"] == nil)
        #expect(books.marks["PAIR1"]?.trade == 1)
    }

    @Test func `Runs that reach no account leave nothing`() throws {
        let place = try Place()
        try place.write(1, mode: .dryRun) { try $0.fill(.buy, "2", at: "100", trade: 1) }
        let books = try place.books()
        #expect(!books.hasRun && books.positions.isEmpty)
    }

    @Test func `What does not add up is refused, with its place`() throws {
        let place = try Place()
        try place.write(1) {
            $0.tell(.carryPosition)
            $0.tell(.carried)
            $0.mark(0)
            try $0.fill(.buy, "2", at: "100", trade: 1, off: 1)
        }
        #expect(throws: CarryDamage.mismatch(
            1, "PAIR0", core: Quantity(raw: try Quantity("2").raw + 1), journal: try Quantity("2"))) { try place.books() }
        let unknown = try Place()
        try unknown.write(3) { try $0.fill(.buy, "2", at: "100", trade: 1) }
        #expect(throws: CarryDamage.unknownRun(3)) { try unknown.books(nil) }
    }

    @Test func `A damaged segment is refused`() throws {
        let place = try Place()
        try place.write(1) { story in for trade in 1...100 { try story.fill(.buy, "2", at: "100", trade: UInt64(trade)) } }
        let first = JournalSegments.list(directory: place.directory, name: "run")[0].path
        var bytes = try Data(contentsOf: URL(filePath: first))
        bytes[4096 + 128 * 10 + 40] ^= 1
        try bytes.write(to: URL(filePath: first))
        #expect(throws: CarryDamage.self) { try place.books() }
    }

    @Test func `A journal without its beginning is refused`() throws {
        let place = try Place()
        try place.write(1) { story in
            let order = NewOrder(
                client: ClientOrderID(run: 1, sequence: 1), instrument: InstrumentID(0), strategy: StrategyID(0), side: .buy,
                timeInForce: .goodTillCancel, price: try Price("100"), quantity: try Quantity("1"))
            for _ in 0..<100 { story.add(.timer, [.place(order)]) }
        }
        try FileManager.default.removeItem(atPath: JournalSegments.list(directory: place.directory, name: "run")[0].path)
        #expect(throws: CarryDamage.self) { try place.books() }
    }

    private static let two: [CarriedBooks.Strategy] = [.init(name: "quoter", symbol: "PAIR0"), .init(name: "taker", symbol: "PAIR0")]

    /// The quoter bought 1 at 100 and the taker sold 0.4 at 110, with a fee of 2 and the bid and the ask told.
    private func traded(_ place: Place, from wall: Int64 = 0) throws {
        try place.write(1, from: wall) {
            try $0.place(1, by: 0)
            try $0.place(2, by: 1)
            try $0.fill(.buy, "1", at: "100", trade: 1, of: 1, isNamed: false)
            try $0.fill(.sell, "0.4", at: "110", trade: 2, fee: "2", of: 2)
            try $0.top("89", "91")
        }
    }

    @Test func `Each strategy holds its own fills and pays their fees`() throws {
        let place = try Place()
        try traded(place)
        let books = try place.books([pair]) { _ in Self.two }
        #expect(try books.strategies["quoter"]?.position.quantity == Quantity("1"))
        #expect(try books.strategies["taker"]?.position.quantity == Quantity("-0.4"))
        #expect(try books.strategyResult("quoter", at: .zero) == 0 && books.strategyResult("taker", at: .zero) == Notional("-2").raw)
        #expect(books.nobodys("PAIR0", besides: ["quoter", "taker"]).isZero)
        #expect(try books.strategyResult("quoter", at: Nanoseconds(raw: day)) == Notional("10").raw, "at 90 a new day begins at zero")
    }

    @Test func `A strategy is known by its name when ids change, and one that is gone leaves its position to nobody`() throws {
        let place = try Place()
        try traded(place)
        try place.write(2) { _ in }
        let moved = try place.books([pair]) { $0 == 1 ? Self.two : Self.two.reversed() }
        #expect(try moved.strategies["quoter"]?.position.quantity == Quantity("1"))
        let renamed: [CarriedBooks.Strategy] = [.init(name: "maker", symbol: "PAIR0"), Self.two[1]]
        let gone = try place.books([pair]) { $0 == 1 ? Self.two : renamed }
        #expect(gone.strategies["quoter"] == nil && gone.strategies["maker"]?.position.quantity.isZero == true)
        #expect(try gone.nobodys("PAIR0", besides: ["maker", "taker"]) == Quantity("1"))
    }

    @Test func `A strategy on another instrument keeps its result and nothing of its position`() throws {
        let place = try Place()
        try traded(place)
        try place.write(2) { _ in }
        let books = try place.books([pair, other]) { $0 == 1 ? Self.two : [.init(name: "quoter", symbol: "PAIR1"), Self.two[1]] }
        #expect(books.strategies["quoter"]?.position.quantity.isZero == true)
        #expect(try books.strategyResult("quoter", at: .zero) == Notional("-10").raw, "as if closed at 90")
        #expect(try books.nobodys("PAIR0", besides: ["quoter", "taker"]) == Quantity("1"))
    }

    @Test func `What a run was told of a strategy is where its result goes on`() throws {
        let place = try Place()
        try traded(place)
        let cost = try Int128(Price("100").raw) * Int128(Quantity("1").raw)
        try place.write(2) {
            try $0.tell(.carryPosition, Quantity("0.6").raw, cost: cost * 6 / 10)
            try $0.tell(.carryStrategy, Quantity("1").raw, cost: cost)
            try $0.tell(.carryStrategyResult, Notional("-7").raw)
            try $0.tell(.carryStrategy, Quantity("-0.4").raw, cost: -cost * 4 / 10, in: 1)
            $0.tell(.carryStrategyResult, in: 1)
            $0.tell(.carried)
            $0.mark(2)
            try $0.place(1, by: 0, run: 2)
            try $0.fill(.sell, "1", at: "95", trade: 3, run: 2, fee: "1", of: 1)
        }
        let books = try place.books([pair]) { _ in Self.two }
        #expect(books.strategies["quoter"]?.position.quantity.isZero == true)
        #expect(try books.strategyResult("quoter", at: .zero) == Notional("-13").raw, "-7, 5 lost, 1 of fees")
        #expect(books.strategyResult("taker", at: .zero) == 0)
    }

    @Test func `A run that was told no strategy's part is not where reading begins`() throws {
        let place = try Place()
        try traded(place)
        let cost = try Int128(Price("100").raw) * Int128(Quantity("0.6").raw)
        try place.write(2) {
            try $0.tell(.carryPosition, Quantity("0.6").raw, cost: cost)
            $0.tell(.carried)
            $0.mark(2)
        }
        #expect(try place.books([pair]) { _ in Self.two }.strategies["quoter"]?.position.quantity == Quantity("1"))
    }

    @Test func `What the engine closes is taken from who holds it, and what a person trades from nobody`() throws {
        let place = try Place()
        try traded(place)
        try place.write(2) {
            try $0.place(1, by: StrategyID.engine.raw, run: 2)
            try $0.place(2, by: StrategyID.hand.raw, run: 2)
            try $0.fill(.sell, "0.5", at: "98", trade: 3, run: 2, fee: "1", of: 1)
            try $0.fill(.sell, "0.1", at: "98", trade: 4, run: 2, of: 2)
            try $0.fill(.sell, "0.1", at: "98", trade: 5, of: 7)
        }
        let books = try place.books([pair]) { _ in Self.two }
        #expect(try books.strategies["quoter"]?.position.quantity == Quantity("0.5"))
        #expect(try books.strategyResult("quoter", at: .zero) == Notional("-2").raw, "1 lost, 1 of fees")
        #expect(try books.nobodys("PAIR0", besides: ["quoter", "taker"]) == Quantity("-0.2"))
    }

    @Test func `What was off as the journal ended is off, with its reason and its time`() throws {
        let place = try Place()
        try place.write(1, from: 5_000_000_000) {
            $0.turn(0, isOn: false, until: 60)
            $0.turn(1, isOn: false, .none)
            $0.turn(1, isOn: true)
        }
        let books = try place.books([pair]) { _ in Self.two }
        #expect(books.strategies["quoter"]?.off == .strategyLoss && books.strategies["taker"]?.off == nil)
        #expect(books.strategies["quoter"]?.offUntil == Nanoseconds(seconds: 65))
    }

    @Test func `A strategy that is switched on counts its loss from there`() throws {
        let place = try Place()
        try traded(place)
        try place.write(2) { story in
            story.turn(0, isOn: true)
            try story.top("87", "89")
        }
        let books = try place.books([pair]) { _ in Self.two }
        // At 90 its result was -10, so what it holds begins 10 higher than it cost.
        #expect(try books.strategyResult("quoter", at: .zero) == Notional("10").raw)
    }

    @Test func `A fee that was taken elsewhere is expected there, and one without a price is counted as that`() throws {
        let place = try Place()
        try place.write(1) {
            $0.linkUp()
            try $0.snapshot("10")
            try $0.fill(.buy, "0.4", at: "100", trade: 1, fee: "0.5", feeAsset: 2)
        }
        let books = try place.books([pair, other])
        #expect(try books.expected["BTC"] == Int128(Quantity("10.4").raw) && books.expected["ETH"] == nil)
        #expect(books.unpricedFees == 1, "the core told no fee")
        let told = try Place()
        try told.write(2) {
            try $0.tell(.carryBalance, Quantity("7").raw, in: 1)
            $0.tell(.carried)
            try $0.fill(.buy, "0.4", at: "100", trade: 1, run: 2, fee: "0.5", feeAsset: 2)
        }
        #expect(try told.books([pair, other]).expected["ETH"] == Int128(Quantity("6.5").raw))
    }
}

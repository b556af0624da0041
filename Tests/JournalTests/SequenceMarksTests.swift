import Journal
import Model
import Rings
import Testing
import Units

private let pair = InstrumentID(0)

private func fill(_ trade: UInt64, _ side: Side = .buy) -> Fill {
    Fill(
        instrument: pair, side: side, isMaker: true, source: .stream, client: .none, venueOrder: VenueOrderID(trade + 1000),
        trade: TradeID(low: trade), price: Price(raw: 1), quantity: Quantity(raw: Int64(trade)), cumulativeQuantity: .zero,
        fee: 0, feeAsset: AssetID(0), venueTime: .zero)
}

/// A journal with these inputs, in segments of `segmentBytes`; behind each fill that the core says it booked it.
private func journal(
    _ scratch: Scratch, _ inputs: [Input], segmentBytes: Int = 1 << 20, unbooked: Set<UInt64> = []
) throws {
    var records: [Record] = []
    for input in inputs {
        records.append(input.record(sequence: 0, time: .zero))
        guard case .fill(let fill) = input, !unbooked.contains(fill.trade.low) else { continue }
        let change = PositionChange(
            instrument: fill.instrument, quantity: fill.quantity, averagePrice: .zero, realised: .zero, fees: .zero,
            client: .none, isLate: false)
        records.append(Output.position(change).record(sequence: 0, time: .zero))
    }
    var ends = makeRing(of: Record.self, capacity: 4096)
    for index in records.indices {
        records[index].sequence = UInt64(index + 1)
        records[index].words[15] = session(1)
        push(records[index], &ends.producer)
    }
    var journal = try writer(scratch, ends.consumer, segmentBytes: segmentBytes)
    while try journal.drain(wall: .zero, engine: .zero) > 0 {}
    try journal.flush(wall: .zero, engine: .zero)
}

private func mark(_ trade: UInt64) -> Input {
    .note(
        Note.pieces(.mark, operatorID: Command.engineOperator, SequenceMarks.text(pair, trade: trade))[0])
}

/// What was found, in words.
private func words(_ found: SequenceMarks.Downtime) -> String {
    switch found {
    case .unknown: return "unknown"
    case .restarted: return "restarted"
    case .trades(let fills, let isComplete): return "\(fills.map(\.trade.low))" + (isComplete ? "" : " at least")
    }
}

private func marks(_ scratch: Scratch) -> SequenceMarks {
    SequenceMarks(directory: scratch.path, name: "run", instruments: 1)
}

@Suite struct SequenceMarksTests {
    @Test func `A fill during downtime is found once, and none of those before`() throws {
        let scratch = Scratch()
        try journal(scratch, [.timer, mark(10), .fill(fill(12)), .timer])
        // 11 was lost by the stream, 12 was booked, 13 and 14 happened while no engine looked.
        let answer = (5...14).map { fill($0, $0 == 14 ? .sell : .buy) }
        #expect(words(marks(scratch).downtime(answer, of: pair, page: 1000)) == "[11, 13, 14]")
    }

    @Test func `A fill that came before the mark of an older answer is not told again`() throws {
        let scratch = Scratch()
        try journal(scratch, [mark(10), .fill(fill(12)), mark(11)])
        #expect(words(marks(scratch).downtime([fill(11), fill(12)], of: pair, page: 1000)) == "[]")
    }

    @Test func `A fill that the core could not book yet is left to the next start`() throws {
        let scratch = Scratch()
        try journal(scratch, [mark(10), .fill(fill(11)), .timer, .fill(fill(12))], unbooked: [11])
        #expect(marks(scratch).marks[pair] == SequenceMarks.Mark(trade: 10, booked: [12]))
        #expect(words(marks(scratch).downtime([fill(10), fill(11), fill(12)], of: pair, page: 1000)) == "[11]")
    }

    @Test func `The newest mark is found behind many segments, and the fills after it`() throws {
        let scratch = Scratch()
        let timers = [Input](repeating: .timer, count: 400)
        try journal(scratch, [mark(3)] + timers + [mark(7), .fill(fill(9))] + timers, segmentBytes: 256 + 128 * 300)
        #expect(scratch.segments.count > 2)
        #expect(marks(scratch).marks[pair] == SequenceMarks.Mark(trade: 7, booked: [9]))
    }

    @Test func `Nothing is claimed without a mark, after a reset of the venue, or beyond what the answer reaches`() throws {
        let scratch = Scratch()
        func found(_ scratch: Scratch, _ rows: [UInt64], page: Int = 1000) -> String {
            words(marks(scratch).downtime(rows.map { fill($0) }, of: pair, page: page))
        }
        #expect(found(scratch, [1]) == "unknown", "no journal")
        try journal(scratch, [.fill(fill(4))])
        #expect(found(scratch, [1]) == "unknown", "a journal without a mark")
        let second = Scratch()
        try journal(second, [mark(100)])
        #expect(found(second, [5]) == "restarted")
        #expect(found(second, []) == "restarted")
        #expect(found(second, [100]) == "[]")
        #expect(found(second, [150, 151], page: 2) == "[150, 151] at least", "the page may not reach back to the mark")
    }
}

import Foundation
import Journal
import Model
import Rings
import Testing
import Units

@Suite struct ExportTests {
    @Test func `One line for each intent, verdict, decision, order and fill, with names`() throws {
        let scratch = Scratch()
        let client = ClientOrderID(run: 1, sequence: 2)
        let instrument = InstrumentID(0)
        let price = try Price("61837.63")
        let quantity = try Quantity("0.01")
        let intent = Intent(
            kind: .place, strategy: StrategyID(0), instrument: instrument, side: .buy, timeInForce: .postOnly,
            price: price, quantity: quantity, client: .none)
        let outputs: [Output] = [
            .verdict(Verdict(intent: intent, verdict: .passed, value: 1, limit: 2, strategyVersion: 0xAB)),
            .place(
                NewOrder(
                    client: client, instrument: instrument, strategy: StrategyID(0), side: .buy, timeInForce: .postOnly,
                    price: price, quantity: quantity)),
            .order(
                OrderTransition(
                    client: client, instrument: instrument, from: .created, to: .pendingNew, error: .none, filled: .zero)),
        ]
        let fill = Input.fill(
            Fill(
                instrument: instrument, side: .buy, isMaker: true, source: .stream, client: client,
                venueOrder: VenueOrderID(9), trade: TradeID(low: 4), price: price, quantity: quantity,
                cumulativeQuantity: quantity, fee: 1000, feeAsset: AssetID(1), venueTime: .zero))
        var ends = makeRing(of: Record.self, capacity: 16)
        for (index, output) in outputs.enumerated() {
            push(stamped(output.record(sequence: UInt64(index + 1), time: Nanoseconds(raw: 5))), &ends.producer)
        }
        push(stamped(fill.record(sequence: 4, time: Nanoseconds(raw: 6))), &ends.producer)
        push(record(5), &ends.producer)
        var journal = try writer(scratch, ends.consumer)
        _ = try journal.drain(wall: .zero, engine: .zero)
        let names = JournalNames(
            instruments: ["BTCUSDT"], strategies: ["quo\"ter"], assets: ["BTC", "USDT"],
            clientIDs: ClientOrderIDFormat(prefix: "nt1-"))
        var export = JournalExport(names: names)
        var reader = JournalReader(files: scratch.segments)
        var lines: [[String: Any]] = []
        while let record = try reader.next() {
            for line in export.lines(record, header: try #require(reader.header)) {
                #expect(!line.contains("\n"))
                lines.append(try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]))
            }
        }
        #expect(lines.map { $0["kind"] as? String } == ["intent", "verdict", "decision", "order", "fill"])
        for line in lines {
            #expect(line["mode"] as? String == "LIVE")
            #expect(line["strategy"] as? String == "quo\"ter")
            #expect(line["strategy_version"] as? String == "000000ab")
            #expect(line["instrument"] as? String == "BTCUSDT")
        }
        #expect(lines[1]["verdict"] as? String == "PASSED")
        #expect(lines[2]["client_order_id"] as? String == "nt1-00000010000002")
        #expect(lines[2]["time_in_force"] as? String == "post_only")
        #expect(lines[3]["to"] as? String == "pending_new")
        #expect(lines[4]["price"] as? String == "61837.63")
        #expect(lines[4]["fee_asset"] as? String == "USDT")
        #expect(lines[4]["wall_time_ns"] as? Int == 1_000_000_000_006)
    }

    @Test func `The report's decision hash is that of the outputs, run by run`() throws {
        let scratch = Scratch()
        let state = Output.state(StateChange(from: .disarmed, to: .staged, error: .none))
        for run: UInt32 in 1...2 {
            var ends = makeRing(of: Record.self, capacity: 8)
            push(record(1, run: run), &ends.producer)
            push(stamped(state.record(sequence: 2, time: Nanoseconds(raw: 3)), run: run), &ends.producer)
            var journal = try writer(scratch, ends.consumer, run: run)
            _ = try journal.drain(wall: .zero, engine: .zero)
        }
        var hash = DecisionHash()
        hash.fold(state.record(sequence: 77, time: Nanoseconds(raw: 3)))
        let report = JournalReport(JournalReader(files: scratch.segments))
        #expect(report.runs.map(\.decisionHash) == [hash.value, hash.value])
        #expect(report.counts == ["input.top_of_book": 2, "output.state": 2])
        #expect(report.lines.last == "verified")
    }
}

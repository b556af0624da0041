import Foundation
import Loopback
import Matching
import TestSupport
import Testing
import Units

@testable import LoopbackBinance

private func temporary(_ lines: [String]) throws -> String {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("recording-\(UUID().uuidString)").path
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    return file
}

private let snapshot =
    #"1723161254000000000 {"lastUpdateId":10,"bids":[["100.00","5"],["99.00","5"]],"asks":[["101.00","3"],["102.00","4"]]}"#

private func diff(_ first: Int, _ last: Int, bids: String = "", asks: String = "", at: Int) -> String {
    "1723161254\(at)00000000"
        + #" {"stream":"abcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"ABCUSDT","U":\#(first),"u":\#(last),"b":[\#(bids)],"a":[\#(asks)]}}"#
}

private func trade(_ price: String, _ quantity: String, buyerIsMaker: Bool, at: Int) -> String {
    "1723161254\(at)00000000"
        + #" {"stream":"abcusdt@trade","data":{"e":"trade","E":1,"s":"ABCUSDT","t":1,"p":"\#(price)","q":"\#(quantity)","T":1,"m":\#(buyerIsMaker),"M":true}}"#
}

private func order(_ side: BookSide, _ price: String, _ quantity: String, life: OrderLife = .goodTillCanceled) -> IncomingOrder {
    IncomingOrder(id: 1, owner: 1, side: side, life: life, price: try! Price(price), quantity: try! Quantity(quantity))
}

private func fills(_ output: MarketOutput) -> [Quantity] {
    output.outcomes.compactMap { if case .traded(1, _, let quantity, _, _) = $0 { quantity } else { nil } }
}

@Test("a recording without a snapshot is refused with the reason")
func recordingsNeedASnapshot() throws {
    let file = try temporary([diff(11, 12, bids: #"["100.00","4"]"#, at: 1)])
    let error = #expect(throws: VenueStartError.self) { try RecordedMarket(files: [file]) }
    #expect(error?.reason.contains("no REST depth snapshot") == true)
    #expect(throws: VenueStartError.self) { try RecordedMarket(files: ["/nonexistent"]) }
}

@Test("an order waits behind the volume displayed at its price, and trades wear that down before it fills")
func ordersQueue() throws {
    let market = try RecordedMarket(files: [
        try temporary([
            snapshot, trade("100.00", "4", buyerIsMaker: true, at: 1), trade("100.00", "3", buyerIsMaker: true, at: 2),
            trade("99.50", "1", buyerIsMaker: true, at: 3),
        ])
    ])
    var output = MarketOutput()
    market.submit(order(.buy, "100.00", "2.5"), into: &output)
    market.step(into: &output)
    #expect(fills(output).isEmpty, "4 of the 5 ahead are gone, one is left")
    market.step(into: &output)
    #expect(fills(output) == [try Quantity("2")])
    market.step(into: &output)
    #expect(fills(output) == [try Quantity("2"), try Quantity("0.5")], "a trade below our price fills us first")
    #expect(market.nextEventTime == nil)
}

@Test("cancellations in the recording move an order up in proportion, and an order the book moves through fills")
func cancellationsAndCrossing() throws {
    let market = try RecordedMarket(files: [
        try temporary([
            snapshot, diff(11, 12, bids: #"["100.00","2.5"]"#, at: 1), trade("100.00", "3", buyerIsMaker: true, at: 2),
            diff(13, 14, bids: #"["100.00","0"]"#, asks: #"["99.90","0.25"]"#, at: 3),
        ])
    ])
    var output = MarketOutput()
    market.submit(order(.buy, "100.00", "1"), into: &output)
    market.step(into: &output)
    market.step(into: &output)
    #expect(fills(output) == [try Quantity("0.5")], "half of the queue was canceled; 3 traded against 2.5 ahead")
    market.step(into: &output)
    #expect(fills(output) == [try Quantity("0.5"), try Quantity("0.25")])
    #expect(market.updateId == 14 + 4 && market.gaps == 0, "four changes of ours have ids of their own")
}

@Test("taking orders fill against the displayed book, each displayed amount once")
func takingOrders() throws {
    let market = try RecordedMarket(files: [try temporary([snapshot, diff(11, 12, asks: #"["101.00","2"]"#, at: 1)])])
    var output = MarketOutput()
    market.submit(order(.buy, "101.50", "5", life: .immediateOrCancel), into: &output)
    #expect(fills(output) == [try Quantity("3")])
    #expect(output.outcomes.contains(.ended(order: 1, ending: .immediateRemainder)))
    output.removeAll()
    market.submit(order(.buy, "101.00", "1", life: .fillOrKill), into: &output)
    #expect(output.outcomes == [.ended(order: 1, ending: .notFillable)])
    market.step(into: &output)
    output.removeAll()
    market.submit(order(.buy, "101.00", "1", life: .fillOrKill), into: &output)
    #expect(fills(output) == [try Quantity("1")])
}

@Test("the played-back book's top equals the recorded best prices at every update id both have")
func playbackMatchesTickers() throws {
    guard let file = SharedFiles.file("data/binance/spot/ethusdt_20240808.gz", for: "playbackMatchesTickers")?.path else { return }
    let market = try RecordedMarket(files: [file])
    #expect(market.symbol == "ETHUSDT")
    var tickers: [Int64: [BookLevel]] = [:]
    var output = MarketOutput()
    var shared = 0
    for _ in 0..<6000 where market.nextEventTime != nil {
        output.removeAll()
        market.step(into: &output)
        for event in output.published {
            if case .ticker(let bid, let ask, let id) = event { tickers[id] = [bid, ask] }
        }
        guard let recorded = tickers[market.updateId], case .level = output.published.first else { continue }
        shared += 1
        #expect(recorded == [market.bestBid, market.bestAsk])
    }
    print("playback: \(shared) shared update ids, gaps \(market.gaps), skipped \(market.skippedLines)")
    #expect(shared > 50 && market.gaps == 0 && market.skippedLines == 0)
    var rules = InstrumentRules(symbol: "ETHUSDT")
    rules.derive(from: market.book)
    #expect(rules.tick.description == "0.01" && rules.step.description == "0.0001")
}

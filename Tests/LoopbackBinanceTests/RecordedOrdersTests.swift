import Foundation
import Loopback
import Matching
import Testing
import Units

@testable import LoopbackBinance

private func market(_ lines: [String], _ more: [String]...) throws -> RecordedMarket {
    let files = try ([lines] + more).map { lines in
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("recording-\(UUID().uuidString)").path
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }
    return try RecordedMarket(files: files)
}

private func line(_ tenths: Int, _ json: String) -> String { "1723161254\(tenths)00000000 \(json)" }

private func snapshot(_ id: Int, bids: String = "", asks: String = "", at: Int = 0) -> String {
    line(at, #"{"lastUpdateId":\#(id),"bids":[\#(bids)],"asks":[\#(asks)]}"#)
}

private func diff(_ first: Int, _ last: Int, bids: String = "", asks: String = "", at: Int) -> String {
    line(at, #"{"data":{"e":"depthUpdate","E":1,"s":"ABCUSDT","U":\#(first),"u":\#(last),"b":[\#(bids)],"a":[\#(asks)]}}"#)
}

private func ticker(_ id: Int, _ bid: String, _ ask: String, at: Int) -> String {
    line(at, #"{"data":{"u":\#(id),"s":"ABCUSDT","b":"\#(bid)","B":"5","a":"\#(ask)","A":"3"}}"#)
}

private func order(
    _ id: Int64, _ side: BookSide, _ price: String, _ quantity: String, owner: Int32 = 1, life: OrderLife = .goodTillCanceled
) throws -> IncomingOrder {
    IncomingOrder(id: id, owner: owner, side: side, life: life, price: try Price(price), quantity: try Quantity(quantity))
}

private func level(_ price: String, _ quantity: String) throws -> BookLevel {
    BookLevel(price: try Price(price), quantity: try Quantity(quantity))
}

private let bids = #"["100.00","5"],["99.00","5"]"#
private let asks = #"["101.00","3"],["102.00","4"]"#

@Test("orders of clients rest in the published depth, and what they take of the recording is gone from it")
func ordersAreShown() throws {
    let market = try market([snapshot(10, bids: bids, asks: asks), diff(11, 12, asks: #"["101.00","2"]"#, at: 1)])
    var output = MarketOutput()
    market.submit(try order(1, .buy, "100.00", "2"), into: &output)
    market.submit(try order(2, .buy, "100.50", "1"), into: &output)
    market.submit(try order(3, .buy, "101.00", "1", life: .immediateOrCancel), into: &output)
    #expect(market.levels(.buy, limit: 3) == [try level("100.50", "1"), try level("100.00", "7"), try level("99.00", "5")])
    #expect(market.levels(.sell, limit: 2) == [try level("101.00", "2"), try level("102.00", "4")])
    #expect(market.updateId == 13, "each change of ours has an update id of its own")
    let ids = output.published.compactMap { if case .level(_, _, _, let id) = $0 { id } else { nil } }
    #expect(ids == [11, 12, 13])
    market.step(into: &output)
    #expect(market.updateId == 15)
    #expect(market.levels(.sell, limit: 1) == [try level("101.00", "2")], "the recording says anew what is there")
    #expect(market.cancel(2, into: &output))
    #expect(market.bestBid == (try level("100.00", "7")))
}

@Test("best prices published have clients' orders in them, never cross, and their update ids only rise")
func tickersAreMerged() throws {
    let market = try market([
        snapshot(10, bids: bids, asks: asks), ticker(11, "100.00", "101.00", at: 1), ticker(14, "100.00", "100.50", at: 2),
        ticker(15, "100.00", "101.00", at: 3),
    ])
    var output = MarketOutput()
    market.step(into: &output)
    market.submit(try order(1, .buy, "100.50", "4"), into: &output)
    market.step(into: &output)
    market.step(into: &output)
    let tops = output.published.compactMap { event -> (BookLevel, BookLevel, Int64)? in
        if case .ticker(let bid, let ask, let id) = event { (bid, ask, id) } else { nil }
    }
    #expect(tops.map { $0.0 } == [try level("100.00", "5"), try level("100.50", "4"), try level("100.50", "1"), try level("100.50", "1")])
    #expect(tops.allSatisfy { $0.0.price < $0.1.price })
    #expect(zip(tops, tops.dropFirst()).allSatisfy { $0.2 < $1.2 })
    let fills = output.outcomes.compactMap { if case .traded(1, _, let quantity, _, _) = $0 { quantity } else { nil } }
    #expect(fills == [try Quantity("3")], "a best price at ours fills what it displays")
}

@Test("without recorded volume, clients' orders meet each other as in the matching engine, self-trade prevention included")
func recordedOrdersMatchTheEngine() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("recorded orders: seed \(seed)")
    var random = SeededRandom(seed: seed)
    for _ in 0..<60 {
        let recorded = try market([snapshot(10), line(1, #"{"data":{"e":"trade","s":"ABCUSDT"}}"#)])
        var engine = MatchingEngine()
        for id in Int64(1)...80 {
            var output = MarketOutput()
            var events: [MatchEvent] = []
            if Int.random(in: 0..<5, using: &random) == 0 {
                let victim = Int64.random(in: 1...id, using: &random)
                #expect(recorded.cancel(victim, into: &output) == (engine.cancel(victim, into: &events) != nil))
            } else {
                let order = IncomingOrder(
                    id: id, owner: Int32.random(in: 1...2, using: &random), side: Bool.random(using: &random) ? .buy : .sell,
                    kind: OrderKind.allCases.randomElement(using: &random)!, life: OrderLife.allCases.randomElement(using: &random)!,
                    price: Price(raw: Int64.random(in: 95...105, using: &random) * fixedPointUnit),
                    quantity: Quantity(raw: Int64.random(in: 1...6, using: &random) * fixedPointUnit),
                    prevention: SelfTradePrevention.allCases.randomElement(using: &random)!)
                recorded.submit(order, into: &output)
                engine.submit(order, into: &events)
            }
            #expect(withoutTradeIds(output.outcomes) == outcomes(events), "seed \(seed), order \(id)")
            for side in BookSide.allCases { #expect(recorded.levels(side, limit: 20) == engine.levels(side, limit: 20)) }
        }
    }
}

private func withoutTradeIds(_ outcomes: [OrderOutcome]) -> [OrderOutcome] {
    outcomes.map {
        if case .traded(let order, let price, let quantity, let isMaker, _) = $0 {
            .traded(order: order, price: price, quantity: quantity, isMaker: isMaker, tradeId: 0)
        } else { $0 }
    }
}

private func outcomes(_ events: [MatchEvent]) -> [OrderOutcome] {
    events.flatMap { event -> [OrderOutcome] in
        switch event {
        case .traded(let maker, let taker, _, let price, let quantity):
            return [(taker, false), (maker, true)].map {
                .traded(order: $0.0, price: price, quantity: quantity, isMaker: $0.1, tradeId: 0)
            }
        case .prevented(let id, let counter, let price, let quantity):
            return [.prevented(order: id, counter: counter, price: price, quantity: quantity)]
        case .rested(let id, _): return [.rested(order: id)]
        case .ended(let id, let ending, _): return [.ended(order: id, ending: ending)]
        case .level: return []
        }
    }
}

@Test("several files play as one: a later file that does not follow begins with its own snapshot, ids and time go on")
func filesPlayAsOne() throws {
    let first = [snapshot(10, bids: bids, asks: asks), diff(11, 12, bids: #"["100.00","4"]"#, at: 1)]
    let following = [diff(13, 14, bids: #"["100.00","6"]"#, at: 2)]
    let contiguous = try market(first, following)
    var output = MarketOutput()
    while contiguous.nextEventTime != nil { contiguous.step(into: &output) }
    #expect(contiguous.updateId == 14 && contiguous.gaps == 0)
    #expect(contiguous.bestBid == (try level("100.00", "6")))

    let later = "1723247654"
    for snapshotFirst in [true, false] {
        var second = [
            diff(701, 702, bids: #"["98.00","1"]"#, at: 1), diff(703, 705, bids: #"["97.50","9"]"#, at: 2),
            diff(706, 707, asks: #"["98.50","2"]"#, at: 4),
        ]
        second.insert(snapshot(702, bids: #"["98.00","1"]"#, asks: #"["99.00","8"]"#, at: snapshotFirst ? 0 : 3), at: snapshotFirst ? 0 : 2)
        let apart = try market(first, second.map { $0.replacing("1723161254", with: later) })
        var times: [Int64] = []
        var ids: [Int64] = []
        while let time = apart.nextEventTime {
            times.append(time.raw)
            apart.step(into: &output)
            ids.append(apart.updateId)
        }
        #expect(apart.levels(.buy, limit: 9) == [try level("98.00", "1"), try level("97.50", "9")])
        #expect(apart.levels(.sell, limit: 9) == [try level("98.50", "2"), try level("99.00", "8")])
        #expect(apart.gaps == 0 && zip(ids, ids.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(times.last! < 1_000_000_000 && zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    }
}

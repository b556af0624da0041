import Loopback
import Matching
import Units

/// A market played back from a recording: depth diffs, best prices and trades as they were, with our orders among them.
///
/// The recorded market does not react to us. Our resting orders have a queue position: the volume displayed at their
/// price when they arrive stands ahead of them, and is worn down by trades at that price and, in proportion, by
/// cancellations. They fill when a trade reaches them, or when the displayed book moves through them. Our taking
/// orders fill against the displayed book, each displayed amount once. Orders of our own never trade with each other,
/// so self-trade prevention does not occur here. Depth published is the recorded one: our orders are not shown in it.
final class RecordedMarket: VenueMarket {
    struct Own {
        var order: IncomingOrder
        var left: Quantity
        var ahead: Quantity
    }

    let symbol: String
    private var reader: RecordingReader
    private var upcoming: RecordingReader.Line?
    private let origin: Nanoseconds
    private(set) var book = RecordedBook()
    private(set) var updateId: Int64
    private var own: [Own] = []
    /// Recorded trades at a price of ours since the last diff touched it.
    private var traded: [BookSide: [Price: Quantity]] = [.buy: [:], .sell: [:]]
    private var orderIds: Int64 = 1_000_000
    private var tradeIds: Int64 = 5_000_000
    private var lastTrade: Price?
    private(set) var publishesTicker = false
    /// Single trades are recorded, so the aggregates of the same trades are not played again.
    private var hasTrades = false
    /// Lines that were not understood, and diffs that did not follow the one before.
    private(set) var skippedLines = 0
    private(set) var gaps = 0
    /// How far into the file a snapshot is looked for.
    static let snapshotLines = 20_000

    /// With `resume` the recording goes on where it was, with clients' orders behind what is displayed at their prices.
    init(files: [String], resume: MarketResume? = nil) throws(VenueStartError) {
        do {
            reader = try RecordingReader(files: files)
            var early: [JSONValue] = []
            var snapshot: JSONValue?
            while snapshot == nil, reader.lineNumber < Self.snapshotLines, let line = try reader.next() {
                let value = try? JSONParser.parse(line.json)
                if let value, value["lastUpdateId"] != nil, value["stream"] == nil {
                    snapshot = value
                } else if let value {
                    early.append(value["data"] ?? value)
                }
            }
            guard let snapshot, let last = snapshot["lastUpdateId"]?.integer else {
                throw LoopbackStartError(
                    "the recording \(files.joined(separator: ", ")) has no REST depth snapshot (an object with lastUpdateId "
                        + "and no stream) in its first \(Self.snapshotLines) lines, so no book can be built from it")
            }
            upcoming = try reader.next()
            origin = upcoming?.time ?? .zero
            updateId = last
            symbol = early.lazy.compactMap { $0["s"]?.text }.first
                ?? upcoming.flatMap { (try? JSONParser.parse($0.json))?["data"]?["s"]?.text } ?? ""
            hasTrades = early.contains { $0["e"]?.text == "trade" }
            publishesTicker = early.contains { $0["B"] != nil && $0["b"]?.text != nil && $0["e"] == nil }
            var ignored = MarketOutput()
            setLevels(snapshot["bids"], .buy, &ignored)
            setLevels(snapshot["asks"], .sell, &ignored)
            for event in early where event["e"]?.text == "depthUpdate" { applyDiff(event, &ignored) }
            if let resume { goOn(resume) }
        } catch { throw VenueStartError((error as? LoopbackStartError)?.reason ?? "\(error)") }
    }

    private func goOn(_ resume: MarketResume) {
        var ignored = MarketOutput()
        while let next = nextEventTime, next.raw <= resume.position.time {
            step(into: &ignored)
            ignored.removeAll()
        }
        orderIds += resume.idOffset
        tradeIds += resume.idOffset
        for order in resume.resting {
            own.append(Own(order: order, left: order.quantity, ahead: book.quantity(order.side, order.price)))
        }
    }

    var position: MarketPosition {
        MarketPosition(time: (nextEventTime?.raw ?? .max / 2) - 1, price: reference.raw)
    }
    var bestBid: BookLevel? { book.bestBid }
    var bestAsk: BookLevel? { book.bestAsk }
    var reference: Price { lastTrade ?? book.bestBid?.price ?? book.bestAsk?.price ?? .zero }
    func levels(_ side: BookSide, limit: Int) -> [BookLevel] { book.levels(side, limit: limit) }
    var nextEventTime: Nanoseconds? { upcoming.map { $0.time - origin } }

    func nextOrderId() -> Int64 {
        orderIds += 1
        return orderIds
    }

    // MARK: our orders

    func submit(_ order: IncomingOrder, into output: inout MarketOutput) {
        let limit = order.kind == .market ? nil : order.price
        let offers = order.kind == .postOnly ? [] : book.takeable(by: order.side, limit: limit)
        var left = order.quantity
        let available = offers.reduce(Quantity.zero) { $0 + $1.quantity }
        if order.kind == .limit, order.life == .fillOrKill, available < left {
            output.outcomes.append(.ended(order: order.id, ending: .notFillable))
            return
        }
        for offer in offers where left.isPositive {
            let part = Swift.min(left, offer.quantity)
            left -= part
            book.use(order.side.opposite, offer.price, part)
            trade(offer.price, part, order.side, maker: nil, taker: order.id, &output)
        }
        if left.isZero {
            output.outcomes.append(.ended(order: order.id, ending: .filled))
        } else if order.kind == .market {
            output.outcomes.append(.ended(order: order.id, ending: .noLiquidity))
        } else if order.kind == .limit, order.life != .goodTillCanceled {
            output.outcomes.append(.ended(order: order.id, ending: .immediateRemainder))
        } else {
            own.append(Own(order: order, left: left, ahead: book.quantity(order.side, order.price)))
            output.outcomes.append(.rested(order: order.id))
        }
    }

    func cancel(_ id: Int64, into output: inout MarketOutput) -> Bool {
        guard let index = own.firstIndex(where: { $0.order.id == id }) else { return false }
        own.remove(at: index)
        output.outcomes.append(.ended(order: id, ending: .canceled))
        return true
    }

    // MARK: the recording

    func step(into output: inout MarketOutput) {
        guard let line = upcoming else { return }
        upcoming = (try? reader.next()) ?? nil
        guard let value = try? JSONParser.parse(line.json), let event = value["data"] ?? .some(value) else {
            skippedLines += 1
            return
        }
        switch event["e"]?.text {
        case "depthUpdate":
            applyDiff(event, &output)
            fillCrossed(&output)
        case "trade":
            hasTrades = true
            recordedTrade(event, &output)
        case "aggTrade" where hasTrades: break
        case "aggTrade": recordedTrade(event, &output)
        case nil where event["B"] != nil: ticker(event, &output)
        default: skippedLines += 1
        }
    }

    private func applyDiff(_ event: JSONValue, _ output: inout MarketOutput) {
        guard let first = event["U"]?.integer, let last = event["u"]?.integer, last > updateId else { return }
        if first > updateId + 1 { gaps += 1 }
        updateId = last
        setLevels(event["b"], .buy, &output)
        setLevels(event["a"], .sell, &output)
    }

    private func setLevels(_ list: JSONValue?, _ side: BookSide, _ output: inout MarketOutput) {
        for entry in list?.elements ?? [] {
            guard let pair = entry.elements, pair.count >= 2, let priceText = pair[0].text, let quantityText = pair[1].text,
                let price = try? Price(priceText), let quantity = try? Quantity(quantityText)
            else {
                skippedLines += 1
                continue
            }
            wear(side, price, from: book.quantity(side, price), to: quantity)
            book.set(side, price, quantity)
            output.published.append(.level(side: side, price: price, quantity: quantity, updateId: updateId))
        }
    }

    /// What a level lost beyond its trades was canceled: in proportion from before and behind us.
    private func wear(_ side: BookSide, _ price: Price, from old: Quantity, to new: Quantity) {
        let explained = traded[side]?.removeValue(forKey: price) ?? .zero
        for index in own.indices where own[index].order.side == side && own[index].order.price == price {
            let canceled = old - new - explained
            let base = old - explained
            if canceled.isPositive, base.isPositive {
                let share = Rounding.down.divide(
                    Int128(own[index].ahead.raw) * Int128(canceled.raw), by: Int128(base.raw))
                own[index].ahead = Swift.max(.zero, own[index].ahead - Quantity(raw: Int64(share)))
            }
            own[index].ahead = Swift.min(own[index].ahead, new)
        }
    }

    /// The displayed other side has moved to or through a price of ours: it would have met our order first.
    private func fillCrossed(_ output: inout MarketOutput) {
        for resting in priority() {
            let side = resting.order.side
            for offer in book.takeable(by: side, limit: resting.order.price) {
                guard let index = own.firstIndex(where: { $0.order.id == resting.order.id }) else { break }
                let part = Swift.min(own[index].left, offer.quantity)
                book.use(side.opposite, offer.price, part)
                fill(index, part, &output)
            }
        }
    }

    private func priority() -> [Own] {
        own.sorted {
            let (a, b) = ($0.order, $1.order)
            if a.price == b.price || a.side != b.side { return a.id < b.id }
            return a.side == .buy ? a.price > b.price : a.price < b.price
        }
    }

    private func recordedTrade(_ event: JSONValue, _ output: inout MarketOutput) {
        guard let price = event["p"]?.text.flatMap({ try? Price($0) }), let buyerIsMaker = event["m"]?.bool,
            let quantity = event["q"]?.text.flatMap({ try? Quantity($0) }), quantity.isPositive
        else {
            skippedLines += 1
            return
        }
        let resting: BookSide = buyerIsMaker ? .buy : .sell
        var left = quantity
        for candidate in priority() where candidate.order.side == resting && left.isPositive {
            let better = resting == .buy ? candidate.order.price > price : candidate.order.price < price
            guard better || candidate.order.price == price,
                let index = own.firstIndex(where: { $0.order.id == candidate.order.id })
            else { continue }
            var reach = left
            if !better {
                let eaten = Swift.min(own[index].ahead, left)
                own[index].ahead -= eaten
                reach -= eaten
            }
            let part = Swift.min(reach, own[index].left)
            guard part.isPositive else { continue }
            left -= part
            fill(index, part, &output)
        }
        traded[resting]?[price, default: .zero] += quantity
        lastTrade = price
        if left.isPositive { trade(price, left, resting.opposite, maker: nil, taker: nil, &output) }
    }

    private func fill(_ index: Int, _ quantity: Quantity, _ output: inout MarketOutput) {
        let order = own[index].order
        own[index].left -= quantity
        trade(order.price, quantity, order.side.opposite, maker: order.id, taker: nil, &output)
        if own[index].left.isZero {
            output.outcomes.append(.ended(order: order.id, ending: .filled))
            own.remove(at: index)
        }
    }

    private func trade(
        _ price: Price, _ quantity: Quantity, _ takerSide: BookSide, maker: Int64?, taker: Int64?,
        _ output: inout MarketOutput
    ) {
        tradeIds += 1
        lastTrade = price
        output.published.append(
            .trade(price: price, quantity: quantity, buyerIsMaker: takerSide == .sell, tradeId: tradeIds))
        for (id, isMaker) in [(maker, true), (taker, false)] {
            guard let id else { continue }
            output.outcomes.append(.traded(order: id, price: price, quantity: quantity, isMaker: isMaker, tradeId: tradeIds))
        }
    }

    private func ticker(_ event: JSONValue, _ output: inout MarketOutput) {
        func level(_ price: String, _ quantity: String) -> BookLevel? {
            guard let priceText = event[price]?.text, let quantityText = event[quantity]?.text,
                let value = try? Price(priceText), let amount = try? Quantity(quantityText)
            else { return nil }
            return BookLevel(price: value, quantity: amount)
        }
        guard let bid = level("b", "B"), let ask = level("a", "A"), let id = event["u"]?.integer else {
            skippedLines += 1
            return
        }
        publishesTicker = true
        output.published.append(.ticker(bid: bid, ask: ask, updateId: id))
    }
}

extension InstrumentRules {
    /// Rules for a recording that brings none: the steps are the greatest common divisors of what was displayed.
    mutating func derive(from book: RecordedBook) {
        func common(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : common(b, a % b) }
        let levels = book.bids + book.asks
        let priceStep = levels.reduce(0) { common($0, $1.price.raw) }
        let quantityStep = levels.reduce(0) { common($0, $1.quantity.raw) }
        guard priceStep > 0, quantityStep > 0 else { return }
        tick = Price(raw: priceStep)
        minPrice = tick
        step = Quantity(raw: quantityStep)
        minQuantity = step
        maxQuantity = Quantity(raw: 90_000_000_000_000_000 / quantityStep * quantityStep)
    }
}

import Loopback
import Matching
import Units

/// A market played back from a recording: depth diffs, best prices and trades as they were, with our orders among them.
///
/// The recorded market does not react to us. Our resting orders have a queue position: the volume displayed at their
/// price when they arrive stands ahead of them, and is worn down by trades at that price and, in proportion, by
/// cancellations. They fill when a trade reaches them, or when the displayed book moves through them. Our taking
/// orders fill against the displayed book, each displayed amount once, and against other orders of clients.
///
/// What is published is the recording with our orders in it. Each change of ours takes an update id of its own, so
/// published ids are the recorded ones plus the number of our changes so far.
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
    var book = RecordedBook()
    private var recordedId: Int64
    /// Update ids that our own orders have used up.
    private var ownChanges: Int64 = 0
    var own: [Own] = []
    /// Recorded trades at a price of ours since the last diff touched it.
    private var traded: [BookSide: [Price: Quantity]] = [.buy: [:], .sell: [:]]
    private var orderIds: Int64 = 1_000_000
    private var tradeIds: Int64 = 5_000_000
    private var lastTrade: Price?
    private(set) var publishesTicker = false
    /// The recording's last best prices, and what was published last.
    private var ticker: (bid: BookLevel, ask: BookLevel, id: Int64)?
    private var published: (bid: BookLevel, ask: BookLevel, id: Int64)?
    /// Single trades are recorded, so the aggregates of the same trades are not played again.
    private var hasTrades = false
    /// Diffs of a file that does not go on where the last one ended, kept until its snapshot.
    private var orphans: [JSONValue]?
    private var isFileStart = false
    /// A later file's snapshot that stands before its first diff.
    private var firstSnapshot: JSONValue?
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
            recordedId = last
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
        ownChanges += resume.idOffset
        for order in resume.resting { add(order, left: order.quantity, &ignored) }
    }

    var position: MarketPosition {
        MarketPosition(time: (nextEventTime?.raw ?? .max / 2) - 1, price: reference.raw)
    }
    var updateId: Int64 { recordedId + ownChanges }
    var bestBid: BookLevel? { book.levels(.buy, limit: 1).first }
    var bestAsk: BookLevel? { book.levels(.sell, limit: 1).first }
    var reference: Price { lastTrade ?? book.bids.last?.price ?? book.asks.last?.price ?? .zero }
    func levels(_ side: BookSide, limit: Int) -> [BookLevel] { book.levels(side, limit: limit) }
    var nextEventTime: Nanoseconds? { upcoming.map { $0.time - origin } }

    func nextOrderId() -> Int64 {
        orderIds += 1
        return orderIds
    }

    // MARK: the recording

    func step(into output: inout MarketOutput) {
        guard let line = upcoming else { return }
        upcoming = (try? reader.next()) ?? nil
        isFileStart = isFileStart || line.startsFile
        guard let value = try? JSONParser.parse(line.json), let event = value["data"] ?? .some(value) else {
            skippedLines += 1
            return
        }
        if let other = event["s"]?.text, other != symbol { return skippedLines += 1 }
        switch event["e"]?.text {
        case "depthUpdate":
            recordedDiff(event, &output)
            fillCrossed(&output)
            publishTop(&output)
        case "trade":
            hasTrades = true
            recordedTrade(event, &output)
        case "aggTrade" where hasTrades: break
        case "aggTrade": recordedTrade(event, &output)
        case nil where event["B"] != nil: recordedTicker(event, &output)
        case nil where event["lastUpdateId"] != nil && value["stream"] == nil: recordedSnapshot(event, &output)
        default: skippedLines += 1
        }
    }

    /// A diff; one that opens a file without following the last one waits for that file's snapshot.
    private func recordedDiff(_ event: JSONValue, _ output: inout MarketOutput) {
        if isFileStart, let first = event["U"]?.integer, let last = event["u"]?.integer {
            isFileStart = false
            if first > recordedId + 1 || last < recordedId { orphans = [] }
            if let snapshot = firstSnapshot { recordedSnapshot(snapshot, &output) }
            firstSnapshot = nil
        }
        if let count = orphans?.count {
            if count < Self.snapshotLines { return orphans!.append(event) }
            orphans = nil
        }
        applyDiff(event, &output)
    }

    /// A later file's own snapshot: the book begins anew, published ids go on rising.
    private func recordedSnapshot(_ event: JSONValue, _ output: inout MarketOutput) {
        if isFileStart { firstSnapshot = event }
        guard let waiting = orphans, let last = event["lastUpdateId"]?.integer else { return }
        orphans = nil
        if last < recordedId { ownChanges += recordedId - last + 1 }
        recordedId = last
        for (side, name) in [(BookSide.buy, "bids"), (.sell, "asks")] {
            for level in side == .buy ? book.bids : book.asks { setLevel(side, level.price, .zero, &output) }
            setLevels(event[name], side, &output)
        }
        ticker = nil
        for diff in waiting { applyDiff(diff, &output) }
        fillCrossed(&output)
    }

    private func applyDiff(_ event: JSONValue, _ output: inout MarketOutput) {
        guard let first = event["U"]?.integer, let last = event["u"]?.integer, last > recordedId else { return }
        if first > recordedId + 1 { gaps += 1 }
        recordedId = last
        setLevels(event["b"], .buy, &output)
        setLevels(event["a"], .sell, &output)
    }

    private func setLevels(_ list: JSONValue?, _ side: BookSide, _ output: inout MarketOutput) {
        for entry in list?.elements ?? [] {
            guard let pair = entry.elements, pair.count >= 2, let priceText = pair[0].text, let quantityText = pair[1].text,
                let price = try? Price(priceText), let quantity = try? Quantity(quantityText), price.isPositive,
                !quantity.isNegative
            else {
                skippedLines += 1
                continue
            }
            setLevel(side, price, quantity, &output)
        }
    }

    private func setLevel(_ side: BookSide, _ price: Price, _ quantity: Quantity, _ output: inout MarketOutput) {
        wear(side, price, from: book.quantity(side, price), to: quantity)
        book.set(side, price, quantity)
        show(side, price, &output)
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

    private func recordedTrade(_ event: JSONValue, _ output: inout MarketOutput) {
        guard let price = event["p"]?.text.flatMap({ try? Price($0) }), let buyerIsMaker = event["m"]?.bool,
            let quantity = event["q"]?.text.flatMap({ try? Quantity($0) }), quantity.isPositive
        else {
            skippedLines += 1
            return
        }
        let resting: BookSide = buyerIsMaker ? .buy : .sell
        let left = reach(resting, price, quantity, &output)
        traded[resting]?[price, default: .zero] += quantity
        lastTrade = price
        if left.isPositive { trade(price, left, resting.opposite, maker: nil, taker: nil, &output) }
        publishTop(&output)
    }

    private func recordedTicker(_ event: JSONValue, _ output: inout MarketOutput) {
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
        guard orphans == nil else { return }
        publishesTicker = true
        ticker = (bid, ask, id)
        fillCrossed(by: bid, ask, &output)
        let top = (bid: merged(.buy, bid), ask: merged(.sell, ask), id: id + ownChanges)
        guard ownChanges == 0 || top.id > published?.id ?? 0 else { return }
        publish(top, &output)
    }

    // MARK: what is published

    /// A level as it is shown now, at the current update id.
    func show(_ side: BookSide, _ price: Price, _ output: inout MarketOutput) {
        output.published.append(.level(side: side, price: price, quantity: book.shown(side, price), updateId: updateId))
    }

    /// A level after a change of ours.
    func showOwn(_ side: BookSide, _ price: Price, _ output: inout MarketOutput) {
        ownChanges += 1
        show(side, price, &output)
    }

    /// The best prices after a change of ours, where they differ from what was published last.
    func publishTop(_ output: inout MarketOutput) {
        guard let ticker, let published, ownChanges > 0 else { return }
        let top = (bid: merged(.buy, ticker.bid), ask: merged(.sell, ticker.ask), id: Swift.max(ticker.id, recordedId) + ownChanges)
        if top.id > published.id, top.bid != published.bid || top.ask != published.ask { publish(top, &output) }
    }

    /// No venue shows its bid at or above its ask. Here that can come out for a moment, when a recorded price moved through an
    /// order of ours, took a part of it, and the older depth has more behind: then nothing is shown until the next change.
    private func publish(_ top: (bid: BookLevel, ask: BookLevel, id: Int64), _ output: inout MarketOutput) {
        guard top.bid.price < top.ask.price else { return }
        published = top
        output.published.append(.ticker(bid: top.bid, ask: top.ask, updateId: top.id))
    }

    /// A recorded best price with ours in it: less what we used of it, joined or bettered by what rests of ours.
    private func merged(_ side: BookSide, _ level: BookLevel) -> BookLevel {
        guard book.isTouched else { return level }
        let free = book.free(side, level.price, of: level.quantity)
        let recorded = free.isPositive
            ? BookLevel(price: level.price, quantity: free) : book.offer(to: side.opposite, limit: nil, behind: level.price)
        guard let ours = book.bestOwn(side) else { return recorded ?? level }
        guard let recorded else { return ours }
        if ours.price == recorded.price { return BookLevel(price: ours.price, quantity: ours.quantity + recorded.quantity) }
        return RecordedBook.isBetter(side, ours.price, than: recorded.price) ? ours : recorded
    }

    func trade(
        _ price: Price, _ quantity: Quantity, _ takerSide: BookSide, maker: Int64?, taker: Int64?,
        _ output: inout MarketOutput
    ) {
        tradeIds += 1
        lastTrade = price
        output.published.append(
            .trade(price: price, quantity: quantity, buyerIsMaker: takerSide == .sell, tradeId: tradeIds))
        for (id, isMaker) in [(taker, false), (maker, true)] {
            guard let id else { continue }
            output.outcomes.append(.traded(order: id, price: price, quantity: quantity, isMaker: isMaker, tradeId: tradeIds))
        }
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

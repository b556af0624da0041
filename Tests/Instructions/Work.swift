import Binance
import Books
import Memory
import Model
import Rings
import Risk
import Signing
import Units
import VenueKit
import Wire

/// What is counted, by the name in thresholds.txt.
enum Work: String, CaseIterable {
    case decodeBookTicker, decodeBookTickerAnyOrder, decodeDepth100, applyDepth100, riskGate, encodeOrder, signHMAC
    case recordInput, ringPushPop, coreStepQuiet, coreStepOrder

    /// Does it `count` times; a sum that depends on every result, so that nothing is left out.
    func run(_ count: Int) throws -> UInt64 {
        switch self {
        case .decodeBookTicker: return try decode(count, Frames.tickers(64))
        case .decodeBookTickerAnyOrder: return try decode(count, Frames.tickers(64, shuffled: true))
        case .decodeDepth100: return try decode(count, Frames.depths(64))
        case .applyDepth100: return applied(count)
        case .riskGate: return judged(count)
        case .encodeOrder: return try encoded(count)
        case .signHMAC: return signed(count)
        case .recordInput: return recorded(count)
        case .ringPushPop: return passed(count)
        case .coreStepQuiet: return try stepped(quiet: count)
        case .coreStepOrder: return try stepped(ordering: count)
        }
    }
}

private func decode(_ count: Int, _ texts: [String]) throws -> UInt64 {
    var decoder = try BinanceFrameDecoder(symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")])
    let frames = texts.map(PaddedFrame.init)
    var taken: UInt64 = 0
    for index in 0..<count where decoder.decode(frames[index & 63].view) { taken &+= 1 }
    precondition(taken == UInt64(count), "a frame was refused")
    return taken
}

/// Diffs of 100 levels on a book of 1,000 a side, near the top as a venue sends them.
private func applied(_ count: Int) -> UInt64 {
    var book = Book(capacity: 4096)
    var dice = Dice()
    func bid(_ depth: UInt64) -> Price { Price(raw: (6_000_000 - Int64(depth)) * 1_000_000) }
    func ask(_ depth: UInt64) -> Price { Price(raw: (6_000_001 + Int64(depth)) * 1_000_000) }
    for depth in 0..<1000 as Range<UInt64> {
        _ = book.apply(.buy, price: bid(depth * 2), quantity: Quantity(raw: 1))
        _ = book.apply(.sell, price: ask(depth * 2), quantity: Quantity(raw: 1))
    }
    let diffs = (0..<64).map { _ in
        var depths = Set<UInt64>()
        while depths.count < 50 { depths.insert(dice.below(20) * dice.below(20)) }
        let changes = depths.sorted().map { ($0, Quantity(raw: Int64(dice.below(3)))) }
        return Diff(
            bids: changes.map { Level(price: bid($0.0), quantity: $0.1) },
            asks: changes.map { Level(price: ask($0.0), quantity: $0.1) })
    }
    var sum: UInt64 = 0
    for index in 0..<count {
        let diff = diffs[index & 63]
        let isTaken = book.apply(.buy, diff.bids) && book.apply(.sell, diff.asks)
        sum &+= UInt64(book.bids.count) &+ (isTaken ? 1 : 0)
    }
    return sum
}

private final class Diff {
    let bids: SlabList<Level>
    let asks: SlabList<Level>

    init(bids: [Level], asks: [Level]) {
        self.bids = Diff.list(bids)
        self.asks = Diff.list(asks)
    }

    private static func list(_ levels: [Level]) -> SlabList<Level> {
        var list = SlabList(capacity: levels.count, filler: levels[0])
        for level in levels { list.append(level) }
        return list
    }
}

/// One order judged with every check on, and passed.
private func judged(_ count: Int) -> UInt64 {
    let unit = fixedPointUnit
    let instrument = Instrument(
        id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
        tickSize: Price(raw: 1), lotSize: Quantity(raw: 1000), minQuantity: Quantity(raw: 1000),
        maxQuantity: Quantity(raw: 100 * unit), minNotional: .zero)
    let limits = RiskLimits(
        maxOrderQuantity: Quantity(raw: unit), maxOrderNotional: Notional(raw: 1_000_000 * unit),
        maxPosition: Quantity(raw: 5 * unit), maxOpenOrders: 200, priceCollarBps: 9_000,
        maxDataAge: Nanoseconds(seconds: 60), maxOrdersPerSecond: .max, maxOrdersPerMinute: .max,
        maxDailyLoss: Notional(raw: 1_000_000 * unit))
    let now = Nanoseconds(seconds: 100)
    let top = TopOfBook(
        instrument: InstrumentID(0), bidPrice: Price(raw: 50_000 * unit), bidQuantity: Quantity(raw: unit),
        askPrice: Price(raw: 50_001 * unit), askQuantity: Quantity(raw: unit), updateID: 1, venueTime: .zero, receivedAt: now)
    var context = RiskContext(
        now: now, state: .live, isAllowed: true, instrument: instrument, limits: limits, hasTop: true, top: top, linksUp: true,
        position: .zero, openOrders: 2, unknownOrders: 0, openBuy: Quantity(raw: 1_000_000),
        openSell: Quantity(raw: 1_000_000), ordersLastSecond: 3, ordersLastMinute: 50, dayResult: .zero, hasCapacity: true)
    var intent = Intent(
        kind: .place, strategy: StrategyID(0), instrument: InstrumentID(0), side: .buy, timeInForce: .postOnly,
        price: top.bidPrice, quantity: Quantity(raw: 1_000_000), client: .none)
    var refused: UInt64 = 0
    for index in 0..<count {
        intent.price = Price(raw: top.bidPrice.raw - Int64(index & 15) * 1_000_000)
        context.openOrders = Int32(index & 3)
        if RiskGate.judge(intent, &context).verdict != .passed { refused &+= 1 }
    }
    precondition(refused == 0, "the gate refused")
    return refused
}

private func signed(_ count: Int) -> UInt64 {
    let signer = HMACSigner(key: Array("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j".utf8))
    let request = PaddedFrame(String(repeating: "x", count: 200))
    var sum: UInt64 = 0
    for _ in 0..<count { sum &+= UInt64(signer.sign(request.view)[0]) }
    return sum
}

private func recorded(_ count: Int) -> UInt64 {
    let input = Input.topOfBook(
        TopOfBook(
            instrument: InstrumentID(0), bidPrice: Price(raw: 1), bidQuantity: Quantity(raw: 1), askPrice: Price(raw: 2),
            askQuantity: Quantity(raw: 1), updateID: 1, venueTime: .zero, receivedAt: .zero))
    let ends = makeRing(of: Record.self, capacity: 1024)
    var producer = ends.producer
    var consumer = ends.consumer
    var (sum, record) = (UInt64(0), input.record(sequence: 0, time: .zero))
    for index in 0..<count {
        _ = producer.tryPush(input.record(sequence: UInt64(index), time: Nanoseconds(raw: Int64(index))))
        if consumer.tryPop(&record) { sum &+= 1 }
    }
    return sum
}

private func passed(_ count: Int) -> UInt64 {
    let ends = makeRing(of: InlineArray<8, UInt64>.self, capacity: 1024)
    var producer = ends.producer
    var consumer = ends.consumer
    var message = InlineArray<8, UInt64>(repeating: 0)
    var sum: UInt64 = 0
    for index in 0..<count {
        message[0] = UInt64(index)
        _ = producer.tryPush(message)
        if consumer.tryPop(&message) { sum &+= message[0] }
    }
    return sum
}

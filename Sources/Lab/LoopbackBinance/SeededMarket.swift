import Foundation
import Matching
import Units

/// Order flow from one seed, run through a real matching engine.
///
/// Arrivals cluster (a Hawkes process: each event raises the rate of the next ones for a while); a fair price drifts;
/// each event adds a limit order around the fair price, cancels one, or takes liquidity, and what the fair price has
/// overrun is taken first. Without clients, the same seed gives the same events at the same times. Floating point
/// decides only *where* orders go; the book itself is integers.
final class SeededMarket: VenueMarket {
    struct Settings {
        var startPrice = Price(raw: 60_000 * fixedPointUnit)
        /// Events a second with no excitement, and how much each event adds (share of `decay`).
        var baseRate = 55.0
        var excitation = 18.0
        var decay = 40.0
        /// Of the fair price, in parts of it per square root of a second.
        var volatility = 0.000_04
        /// Typical distance of a new order from the fair price, as a part of the price.
        var spreadOfOrders = 0.000_035
        var targetOrders = 700
    }

    private var engine = MatchingEngine()
    private let rules: InstrumentRules
    private let settings: Settings
    private var random: SeededRandom
    private var fair: Double
    private var clock = 0.0
    private var excitement = 0.0
    private var pending: Nanoseconds
    private var background: [Int64] = []
    private var orderIds: Int64 = 1_000_000
    private var tradeIds: Int64 = 5_000_000
    private(set) var updateId: Int64 = 50_000_000_000
    private var lastTrade: Price
    private var scratch: [MatchEvent] = []
    let publishesTicker = false

    /// With `resume` the market goes on at that time and price, with clients' orders already in its book; its flow is
    /// another one, from the seed and the epoch.
    init(seed: UInt64, rules: InstrumentRules, settings: Settings = Settings(), resume: MarketResume? = nil) {
        self.rules = rules
        self.settings = settings
        random = SeededRandom(seed: seed &+ UInt64(resume?.epoch ?? 0) &* 0x9E37_79B9_7F4A_7C15)
        let start = resume.map { Price(raw: $0.position.price) } ?? settings.startPrice
        fair = Double(start.raw)
        lastTrade = start
        pending = Nanoseconds(raw: resume?.position.time ?? 0)
        clock = Double(pending.raw) / 1e9
        if let resume {
            orderIds += resume.idOffset
            tradeIds += resume.idOffset
            updateId += resume.idOffset
            for order in resume.resting { engine.submit(order, into: &scratch) }
        }
        var ignored = MarketOutput()
        for _ in 0..<settings.targetOrders { addOrder(into: &ignored) }
        schedule()
    }

    var bestBid: BookLevel? { engine.bestBid }
    var bestAsk: BookLevel? { engine.bestAsk }
    var reference: Price { lastTrade }
    var nextEventTime: Nanoseconds? { pending }
    var position: MarketPosition { MarketPosition(time: pending.raw, price: price(fair).raw) }
    func levels(_ side: BookSide, limit: Int) -> [BookLevel] { engine.levels(side, limit: limit) }

    func nextOrderId() -> Int64 {
        orderIds += 1
        return orderIds
    }

    func submit(_ order: IncomingOrder, into output: inout MarketOutput) {
        scratch.removeAll(keepingCapacity: true)
        engine.submit(order, into: &scratch)
        translate(into: &output)
    }

    func cancel(_ id: Int64, into output: inout MarketOutput) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        guard engine.cancel(id, into: &scratch) != nil else { return false }
        translate(into: &output)
        return true
    }

    func reduce(_ id: Int64, by quantity: Quantity, into output: inout MarketOutput) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        guard engine.reduce(id, by: quantity, into: &scratch) else { return false }
        translate(into: &output)
        return true
    }

    func step(into output: inout MarketOutput) {
        let now = Double(pending.raw) / 1e9
        moveFair(by: now - clock)
        clock = now
        if let stale = overrun() {
            submit(stale, into: &output)
        } else {
            let dice = random.unit()
            let crowd = Double(background.count) / Double(settings.targetOrders)
            if dice < 0.12 { takeLiquidity(into: &output) } else if dice < 0.12 + 0.44 * crowd {
                cancelSome(into: &output)
            } else {
                addOrder(into: &output)
            }
        }
        excitement += settings.excitation
        schedule()
    }

    /// Ogata's thinning: candidates at the current rate, kept with the chance that the decayed rate is still so high.
    private func schedule() {
        var time = Double(pending.raw) / 1e9
        while true {
            let bound = settings.baseRate + excitement
            let wait = -log(1 - random.unit()) / bound
            time += wait
            excitement *= exp(-settings.decay * wait)
            if random.unit() * bound <= settings.baseRate + excitement { break }
        }
        pending = Nanoseconds(raw: Swift.max(pending.raw + 1, Int64(time * 1e9)))
    }

    private func moveFair(by seconds: Double) {
        let gauss = (0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }
        let pull = (Double(settings.startPrice.raw) - fair) * 0.000_5 * seconds
        fair += pull + fair * settings.volatility * gauss * seconds.squareRoot()
    }

    private func price(_ raw: Double) -> Price {
        let ticks = Swift.max(1, Int64((raw / Double(rules.tick.raw)).rounded()))
        return Price(raw: ticks * rules.tick.raw)
    }

    private func quantity(mean: Double) -> Quantity {
        let value = -log(1 - random.unit()) * mean * Double(fixedPointUnit)
        let steps = Swift.max(1, Int64(value / Double(rules.step.raw)))
        return Swift.max(rules.minQuantity, Quantity(raw: steps * rules.step.raw))
    }

    private func addOrder(into output: inout MarketOutput) {
        let side: BookSide = random.next() & 1 == 0 ? .buy : .sell
        let far = random.unit() < 0.3 ? 12.0 : 1.0
        let distance = (0.05 - log(1 - random.unit())) * settings.spreadOfOrders * far * fair
        let wanted = price(side == .buy ? fair - distance : fair + distance)
        let id = nextOrderId()
        background.append(id)
        let order = IncomingOrder(
            id: id, owner: 0, side: side, kind: .postOnly, price: wanted, quantity: quantity(mean: 0.15))
        submit(order, into: &output)
        if engine.resting(id) == nil { background.removeLast() }
    }

    private func cancelSome(into output: inout MarketOutput) {
        while !background.isEmpty {
            let index = Int(random.next() % UInt64(background.count))
            background.swapAt(index, background.count - 1)
            if cancel(background.removeLast(), into: &output) { return }
        }
    }

    private func takeLiquidity(into output: inout MarketOutput) {
        let side: BookSide = random.next() & 1 == 0 ? .buy : .sell
        let order = IncomingOrder(
            id: nextOrderId(), owner: 0, side: side, kind: .market, price: .zero, quantity: quantity(mean: 0.12))
        submit(order, into: &output)
    }

    /// An order that takes what rests on the wrong side of the fair price, or `nil`.
    private func overrun() -> IncomingOrder? {
        let target = price(fair)
        if let ask = engine.bestAsk, ask.price < target { return sweep(.buy, target) }
        if let bid = engine.bestBid, bid.price > target { return sweep(.sell, target) }
        return nil
    }

    private func sweep(_ side: BookSide, _ limit: Price) -> IncomingOrder {
        IncomingOrder(
            id: nextOrderId(), owner: 0, side: side, life: .immediateOrCancel, price: limit, quantity: quantity(mean: 0.8))
    }

    private func translate(into output: inout MarketOutput) {
        for event in scratch {
            switch event {
            case .traded(let maker, let taker, let side, let price, let quantity):
                tradeIds += 1
                lastTrade = price
                output.published.append(
                    .trade(price: price, quantity: quantity, buyerIsMaker: side == .sell, tradeId: tradeIds))
                output.outcomes.append(
                    .traded(order: taker, price: price, quantity: quantity, isMaker: false, tradeId: tradeIds))
                output.outcomes.append(
                    .traded(order: maker, price: price, quantity: quantity, isMaker: true, tradeId: tradeIds))
            case .prevented(let id, let counter, let price, let quantity):
                output.outcomes.append(.prevented(order: id, counter: counter, price: price, quantity: quantity))
            case .rested(let id, _):
                output.outcomes.append(.rested(order: id))
            case .ended(let id, let ending, _):
                output.outcomes.append(.ended(order: id, ending: ending))
            case .level(let side, let price, let quantity):
                updateId += 1
                output.published.append(.level(side: side, price: price, quantity: quantity, updateId: updateId))
            }
        }
    }
}

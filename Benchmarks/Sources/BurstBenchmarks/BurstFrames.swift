import Units

/// The market of a burst, as a venue would send it: frames of five streams in turns, made from texts in which only digits
/// change. Prices go up and down with the clock, ids grow, each book change follows the one before, and each ticker differs
/// from the last, so that an adapter has nothing to object to and something to say for every frame.
///
/// One frame is made at a time and valid until the next. Never allocates after `init`.
struct BurstFrames {
    /// The streams.
    enum Stream: Int, CaseIterable, Sendable { case ticker, depth, trade, otherTicker, otherTrade }

    /// Sixteen frames in turns: six and four tickers, one diff of 32 levels, three and two trades.
    static let turn: [Stream] = [
        .ticker, .trade, .otherTicker, .ticker, .otherTrade, .ticker, .otherTicker, .trade,
        .ticker, .depth, .otherTicker, .ticker, .trade, .otherTicker, .ticker, .otherTrade,
    ]
    /// The symbols, by instrument.
    static let symbols = ["BTCUSDT", "ETHUSDT"]
    /// Update id of frame 0; a frame's update id is this and its number.
    static let firstUpdate: Int64 = 50_000_000_000
    /// Trade id of each instrument's first trade.
    static let firstTrade: Int64 = 3_000_000_000
    /// Middle of the two markets, hundredths; how far they go from it, ticks; and how long they stay at a price.
    static let middles: [Int64] = [6_183_763, 268_451]
    static let swing: Int64 = 16
    static let stay: Int64 = 2_000_000
    /// Levels of a diff on each side that are set, and as many that are deleted.
    static let levels = 8

    /// What to add to a due time for milliseconds of the venue's clock.
    private let wall: Int64
    private var texts: [FrameText]
    private let places: [Int]
    private var lastDepth: Int64?

    /// `wall`: wall time of the run's beginning, nanoseconds.
    init(wall: Int64) {
        self.wall = wall
        texts = [
            Self.ticker(0), Self.depth(), Self.trade(0, bought: true), Self.trade(0, bought: false), Self.ticker(1),
            Self.trade(1, bought: true), Self.trade(1, bought: false),
        ]
        places = Self.turn.indices.map { slot in Self.turn[..<slot].count { $0 == Self.turn[slot] } }
    }

    static func stream(of frame: Int) -> Stream { turn[frame % turn.count] }

    /// How many of the first `frames` frames are of a stream.
    static func count(_ stream: Stream, in frames: Int) -> Int {
        frames / turn.count * turn.count { $0 == stream } + turn[..<(frames % turn.count)].count { $0 == stream }
    }

    /// The frame that a trade's id names. Precondition: an id of this market.
    static func frame(ofTrade id: Int64, instrument: Int) -> Int {
        let stream = instrument == 0 ? Stream.trade : .otherTrade
        let slots = instrument == 0 ? tradeSlots : otherTradeSlots
        precondition(id >= firstTrade, "a trade of another market, or of \(stream)")
        let number = Int(id - firstTrade)
        return number / slots.count * turn.count + slots[number % slots.count]
    }

    private static let tradeSlots = turn.indices.filter { turn[$0] == .trade }
    private static let otherTradeSlots = turn.indices.filter { turn[$0] == .otherTrade }

    /// The middle of an instrument's market at a moment, hundredths: up and down between the swing's ends.
    static func middle(_ instrument: Int, at due: Int64) -> Int64 {
        let step = due / stay % (4 * swing)
        let offset = step < 2 * swing ? step - swing : 3 * swing - step
        return middles[instrument] + offset
    }

    /// Makes frame `number`, due so many nanoseconds after the run's beginning, and says which text holds it. Frames are made
    /// in their order.
    mutating func make(_ number: Int, due: Int64) -> Int {
        let update = Self.firstUpdate + Int64(number)
        let milliseconds = (wall + due) / 1_000_000
        switch Self.stream(of: number) {
        case .ticker: return ticker(0, 0, update, due)
        case .otherTicker: return ticker(4, 1, update, due)
        case .depth: return depth(update, due, milliseconds)
        case .trade: return trade(2, 0, number, due, milliseconds)
        case .otherTrade: return trade(5, 1, number, due, milliseconds)
        }
    }

    /// The frame that was made.
    func bytes(_ text: Int) -> [UInt8] { texts[text].bytes }

    private mutating func ticker(_ text: Int, _ instrument: Int, _ update: Int64, _ due: Int64) -> Int {
        let middle = Self.middle(instrument, at: due)
        texts[text].put(update, 0)
        texts[text].put(hundredths: middle - 1, 1)
        texts[text].put(300 + update % 97, 3)
        texts[text].put(hundredths: middle + 1, 4)
        texts[text].put(300 + update % 89, 6)
        return text
    }

    /// Bought at the ask and sold at the bid in turns.
    private mutating func trade(
        _ text: Int, _ instrument: Int, _ number: Int, _ due: Int64, _ milliseconds: Int64
    ) -> Int {
        let slots = instrument == 0 ? 3 : 2
        let id = Int64(number / Self.turn.count * slots + places[number % Self.turn.count])
        let isBought = id % 2 == 0
        let at: Int = isBought ? text : text + 1
        texts[at].put(milliseconds, 0)
        texts[at].put(Self.firstTrade + id, 1)
        texts[at].put(hundredths: Self.middle(instrument, at: due) + (isBought ? 1 : -1), 2)
        texts[at].put(100 + id % 300, 4)
        texts[at].put(milliseconds, 5)
        return at
    }

    /// The levels next to the middle set, and those deleted that a middle within eight ticks would have left behind.
    private mutating func depth(_ update: Int64, _ due: Int64, _ milliseconds: Int64) -> Int {
        let middle = Self.middle(0, at: due)
        texts[1].put(milliseconds, 0)
        texts[1].put((lastDepth ?? update - 1) + 1, 1)
        texts[1].put(update, 2)
        lastDepth = update
        let count = Int64(Self.levels)
        for level in 0..<count {
            texts[1].put(hundredths: middle - 1 - level, 3 + Int(level) * 2)
            texts[1].put(hundredths: middle + level, 3 + Int(count + level) * 2)
            texts[1].put(hundredths: middle + 1 + level, 3 + Int(2 * count + level) * 2)
            texts[1].put(hundredths: middle - level, 3 + Int(3 * count + level) * 2)
        }
        return 1
    }

    /// The book before the first diff, as the venue tells it over REST: away from where the market goes.
    static var snapshot: String {
        func side(_ sign: Int64) -> String {
            (0..<Int64(100)).map { level in
                let price = middles[0] + sign * (swing + 10 + level)
                return "[\"\(price / 100).\(price % 100 < 10 ? "0" : "")\(price % 100)000000\",\"1.50000000\"]"
            }.joined(separator: ",")
        }
        let before = firstUpdate + Int64(turn.firstIndex(of: .depth) ?? 0) - 1
        return "{\"lastUpdateId\":\(before),\"bids\":[\(side(-1))],\"asks\":[\(side(1))]}"
    }

    // MARK: texts

    private static func price(_ instrument: Int) -> String {
        (instrument == 0 ? "#####" : "####") + ".##000000"
    }

    private static func ticker(_ instrument: Int) -> FrameText {
        let (name, price) = (symbols[instrument], price(instrument))
        return FrameText(
            "{\"stream\":\"\(name.lowercased())@bookTicker\",\"data\":{\"u\":###########,\"s\":\"\(name)\",\"b\":\"\(price)\","
                + "\"B\":\"0.00###000\",\"a\":\"\(price)\",\"A\":\"0.00###000\"}}")
    }

    private static func trade(_ instrument: Int, bought: Bool) -> FrameText {
        let name = symbols[instrument]
        return FrameText(
            "{\"stream\":\"\(name.lowercased())@trade\",\"data\":{\"e\":\"trade\",\"E\":#############,\"s\":\"\(name)\","
                + "\"t\":##########,\"p\":\"\(price(instrument))\",\"q\":\"0.00###000\",\"T\":#############,\"m\":\(!bought),"
                + "\"M\":true}}")
    }

    private static func depth() -> FrameText {
        let name = symbols[0]
        func levels(_ quantity: String) -> String {
            Array(repeating: "[\"\(price(0))\",\"\(quantity)\"]", count: Self.levels).joined(separator: ",")
        }
        let side = levels("0.00250000") + "," + levels("0.00000000")
        return FrameText(
            "{\"stream\":\"\(name.lowercased())@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":#############,"
                + "\"s\":\"\(name)\",\"U\":###########,\"u\":###########,\"b\":[\(side)],\"a\":[\(side)]}}")
    }
}

import Model
import Units

/// A strategy as people see it.
package struct StrategyLine: Sendable, Equatable {
    package var name = ""
    package var symbol = ""
    /// `ON`, `OFF`; in shadow `SHADOW`, `SHADOW OFF`.
    package var state = ""
    /// Why it is off: a limit's code, or `a person`; empty when it is on.
    package var why = ""
    /// What is left of its cooldown; zero when a person may switch it on.
    package var cooldown = Nanoseconds.zero
    /// Before and after fees, of its own fills alone.
    package var gross = Notional.zero
    package var net = Notional.zero
    package var position = Quantity.zero
    package var orders: UInt64 = 0
    package var fills: UInt64 = 0
    /// Orders of which something was filled, percent, rounded down.
    package var fillPercent: UInt64 = 0
    package var rejects: UInt64 = 0
    /// Of its last 64 answered orders, rounded up.
    package var rejectPercent: Int32 = 0
    /// Intents that the gate refused.
    package var refused: UInt64 = 0
    /// Average of its last 64 fills against the mid at its decisions, rounded up; negative is a gain.
    package var slippageBps: Int64 = 0
    package var drawdown = Notional.zero
    /// In the day, or since it was switched on: what its limit of loss judges.
    package var made = Notional.zero
    /// Hash over code and parameters, 8 hexadecimal digits.
    package var version = ""

    package init() {}

    /// `now` is the engine clock.
    package init(_ row: StrategyStatus, name: String, symbol: String, now: Nanoseconds) {
        self.name = name
        self.symbol = symbol
        state = [row.isShadow ? "SHADOW" : "", row.isOff ? "OFF" : row.isShadow ? "" : "ON"]
            .filter { !$0.isEmpty }.joined(separator: " ")
        why = !row.isOff ? "" : row.reason == .none ? "a person" : row.reason.name
        cooldown = row.isOff ? max(.zero, row.resumableAt - now) : .zero
        gross = Notional(raw: Int64(clamping: Int128(row.realised.raw) + Int128(row.unrealised.raw)))
        net = Notional(raw: Int64(clamping: Int128(gross.raw) - Int128(row.fees.raw)))
        position = row.position
        orders = row.orders
        fills = row.fills
        fillPercent = row.orders == 0 ? 0 : row.traded * 100 / row.orders
        rejects = row.rejects
        rejectPercent = row.rejectPercent
        refused = row.refused
        slippageBps = row.slippageBps
        drawdown = row.drawdown
        made = row.made
        version = String(hexText(UInt64(row.version)).suffix(8))
    }

    package var isOff: Bool { state.hasSuffix("OFF") }
    package var json: JSONValue { Self.fields.json(self) }

    static var fields: [Field<StrategyLine>] {
        [
            .text("name", \.name), .text("symbol", \.symbol), .text("state", \.state), .text("why", \.why),
            .time("cooldown_ns", \.cooldown), .money("gross", \.gross), .money("net", \.net),
            .money("position", \.position), .number("orders", \.orders), .number("fills", \.fills),
            .number("fill_percent", \.fillPercent), .number("rejects", \.rejects),
            .number("reject_percent", \.rejectPercent), .number("refused", \.refused),
            .number("slippage_bps", \.slippageBps), .money("drawdown", \.drawdown), .money("made", \.made),
            .text("version", \.version),
        ]
    }
}

/// An instrument as people see it.
package struct InstrumentLine: Sendable, Equatable {
    package var symbol = ""
    /// `OPEN`, `BLOCKED`, or `CLOSING` while its position is being closed.
    package var state = ""
    /// Why it is blocked: a code, or `a person`; empty when it is open.
    package var why = ""
    /// Until it opens by itself; negative when only a person opens it, zero when it is open.
    package var left = Nanoseconds.zero
    package var position = Quantity.zero
    package var averagePrice = Price.zero
    package var mark = Price.zero
    /// The last public trade, the second source of the price.
    package var lastTrade = Price.zero
    package var realised = Notional.zero
    package var unrealised = Notional.zero
    package var fees = Notional.zero
    package var net = Notional.zero
    /// The verdict on its market data, in words why, and for how long; the age of its book, negative without one.
    package var feed = ""
    package var feedReason = ""
    package var feedFor = Nanoseconds.zero
    package var bookAge = Nanoseconds(raw: -1)

    package init() {}

    /// `now` is the engine clock.
    package init(_ row: InstrumentStatus, symbol: String, now: Nanoseconds) {
        self.symbol = symbol
        state = row.isExiting ? "CLOSING" : row.isBlocked ? "BLOCKED" : "OPEN"
        why = !row.isBlocked ? "" : row.reason == .none ? "a person" : row.reason.name
        left = !row.isBlocked ? .zero : row.until.raw == .max ? Nanoseconds(raw: -1) : max(.zero, row.until - now)
        position = row.position
        averagePrice = row.averagePrice
        mark = row.mark
        lastTrade = row.lastTrade
        realised = row.realised
        unrealised = row.unrealised
        fees = row.fees
        net = Notional(raw: Int64(clamping: Int128(realised.raw) + Int128(unrealised.raw) - Int128(fees.raw)))
        feed = row.feed.name
        feedReason = row.feedReason.words
        feedFor = max(.zero, now - row.feedSince)
        bookAge = row.topReceivedAt == .zero ? Nanoseconds(raw: -1) : max(.zero, now - row.topReceivedAt)
    }

    package var isBlocked: Bool { state != "OPEN" }
    package var isFeedInDoubt: Bool { feed == StreamVerdict.suspect.name || feed == StreamVerdict.dead.name }
    package var isInTrouble: Bool { isBlocked || isFeedInDoubt }
    package var json: JSONValue { Self.fields.json(self) }

    static var fields: [Field<InstrumentLine>] {
        [
            .text("symbol", \.symbol), .text("state", \.state), .text("why", \.why), .time("left_ns", \.left),
            .money("position", \.position), .money("average_price", \.averagePrice), .money("mark", \.mark),
            .money("last_trade", \.lastTrade), .money("realised", \.realised), .money("unrealised", \.unrealised),
            .money("fees", \.fees), .money("net", \.net), .text("feed", \.feed), .text("feed_reason", \.feedReason),
            .time("feed_for_ns", \.feedFor), .time("book_age_ns", \.bookAge),
        ]
    }
}

/// A thread's beat as people see it.
package struct ThreadLine: Sendable, Equatable {
    /// Its agents, or `cold`, `guard`.
    package var name = ""
    /// `beating`, `STALLED`, `none`.
    package var state = ""
    /// Since its last turn began; negative before the first.
    package var age = Nanoseconds(raw: -1)
    package var longestTurn = Nanoseconds.zero

    package init() {}

    package init(name: String, age: Nanoseconds, longestTurn: Nanoseconds, limit: Nanoseconds) {
        self.name = name
        self.age = age
        self.longestTurn = longestTurn
        state = age.raw < 0 ? "none" : age > limit ? "STALLED" : "beating"
    }

    package var json: JSONValue { Self.fields.json(self) }

    static var fields: [Field<ThreadLine>] {
        [
            .text("name", \.name), .text("state", \.state), .time("age_ns", \.age),
            .time("longest_turn_ns", \.longestTurn),
        ]
    }
}

extension StatusDocument {
    /// Makes the rows of strategies and instruments from the run's rows and its names.
    package mutating func addRows(_ rows: StatusRows) {
        func name(_ names: [String], _ index: Int) -> String { index < names.count ? names[index] : "\(index)" }
        strategies = rows.strategies.enumerated().map { index, row in
            StrategyLine(
                row, name: name(names.strategies, index), symbol: name(names.symbols, row.instrument.index), now: engine.now)
        }
        instruments = rows.instruments.enumerated().map { index, row in
            InstrumentLine(row, symbol: name(names.symbols, index), now: engine.now)
        }
    }
}

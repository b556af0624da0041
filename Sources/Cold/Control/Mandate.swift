import Model
import Telemetry
import Units

/// What an operator is asked to allow: the engine's right to trade, in words, and their hash. Whatever changes in it
/// changes the hash, so that nobody confirms one thing and arms another.
///
/// The hash guards against mistakes, not against an attacker: whoever can reach the socket can arm anyway.
package struct Mandate: Sendable, Equatable {
    package struct Strategy: Sendable, Equatable {
        package var name: String
        /// Over the strategy's code version and parameters.
        package var versionHash: UInt64
        /// It decides and sends nothing.
        package var isShadow: Bool
        package init(name: String, versionHash: UInt64, isShadow: Bool = false) {
            self.name = name
            self.versionHash = versionHash
            self.isShadow = isShadow
        }
    }

    /// One setting that the mandate is given under, as `check` names it.
    package struct Fact: Sendable, Equatable {
        package var key: String
        package var value: String
        package init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The most that one instrument may put at stake. `mid` is for people and not part of the hash.
    package struct Cap: Sendable {
        package var symbol: String
        package var base: String
        package var quote: String
        package var limits: RiskLimits
        package var mid: Price?
        package init(symbol: String, base: String, quote: String, limits: RiskLimits, mid: Price?) {
            self.symbol = symbol
            self.base = base
            self.quote = quote
            self.limits = limits
            self.mid = mid
        }
    }

    package var build: String
    package var configHash: UInt64
    package var mode: RunMode
    /// The account's public name, never a key.
    package var account: String
    package var venue: String
    package var symbols: [String]
    package var strategies: [Strategy]
    package var limits: RiskLimits
    /// How long the mandate lasts once live.
    package var lifetime: Nanoseconds
    /// Limits that are not as configured, in words.
    package var changedLimits: [String] = []
    /// Every setting of the run, limits with their units; all of it is hashed and compared with the last approval.
    package var facts: [Fact] = []
    /// By instrument; shown, and hashed as limits and facts.
    package var caps: [Cap] = []
    /// Built-in ceilings that hold, in words.
    package var preset: String?
    /// What is held now and what the day has brought, in words; shown, not hashed: it changes with every price.
    package var standing: [String] = []
    /// Against the last approval, a line each; shown, not hashed.
    package var difference: [String] = []

    package init(
        build: String, configHash: UInt64, mode: RunMode, account: String, venue: String, symbols: [String],
        strategies: [Strategy], limits: RiskLimits, lifetime: Nanoseconds
    ) {
        self.build = build
        self.configHash = configHash
        self.mode = mode
        self.account = account
        self.venue = venue
        self.symbols = symbols
        self.strategies = strategies
        self.limits = limits
        self.lifetime = lifetime
    }

    package static func == (a: Mandate, b: Mandate) -> Bool { a.parts == b.parts }

    /// Everything the hash covers, in order: what it is, and its value.
    private var parts: [String] {
        var list = [
            "build", build, "config", hexText(configHash), "mode", mode.name, "account", account, "venue", venue,
            "lifetime", "\(lifetime.raw)", "symbols", "\(symbols.count)",
        ]
        list += symbols
        list += ["strategies", "\(strategies.count)"]
        for strategy in strategies {
            list += [strategy.name, hexText(strategy.versionHash), strategy.isShadow ? "shadow" : "sends"]
        }
        list += [
            "limits", "\(limits.maxOrderQuantity)", "\(limits.maxOrderNotional)", "\(limits.maxPosition)",
            "\(limits.maxOpenOrders)", "\(limits.priceCollarBps)", "\(limits.maxDataAge.raw)",
            "\(limits.maxOrdersPerSecond)", "\(limits.maxOrdersPerMinute)", "\(limits.maxDailyLoss)",
            "preset", preset ?? "none", "facts", "\(facts.count)",
        ]
        if !changedLimits.isEmpty { list += ["changed limits", "\(changedLimits.count)"] + changedLimits }
        for fact in facts { list += [fact.key, fact.value] }
        return list
    }

    /// FNV-1a over the parts, each preceded by its length, then mixed; never 0, which means "no mandate".
    package var hash: UInt64 {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for part in parts {
            let count = UInt32(part.utf8.count)
            for shift: UInt32 in [0, 8, 16, 24] { add(UInt8(truncatingIfNeeded: count >> shift)) }
            for byte in part.utf8 { add(byte) }
        }
        state = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
        state ^= state >> 31
        return state == 0 ? 1 : state
    }

    /// 16 hex digits in groups of four, as shown and typed.
    package static func display(_ hash: UInt64) -> String {
        let digits = Array(hexText(hash))
        return stride(from: 0, to: 16, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(separator: " ")
    }

    /// Reads what a person typed: 16 hex digits of either case, spaces and dashes anywhere.
    package static func parse(_ text: String) -> UInt64? {
        let digits = text.filter { $0 != " " && $0 != "-" }
        guard digits.utf8.count == 16, digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
            return nil
        }
        return UInt64(digits, radix: 16)
    }
}

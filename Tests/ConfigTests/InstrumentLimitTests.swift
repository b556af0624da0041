import Model
import Testing
import Units

@testable import Config

private let plain = "rules: from venue}"

@Suite struct InstrumentLimitTests {
    private func own(_ limits: String) throws -> RunConfiguration {
        try parse(sample.replacing(plain, with: "rules: from venue, limits: {\(limits)}}"))
    }

    @Test func `An instrument's own limit stands in the run's place, tighter or looser as written`() throws {
        let run = try own("max_position: 7, price_collar_bps: 9, trading_window: \"22:30-02:00\"")
        #expect(run.limits.maxPosition == (try Quantity("0.1")) && run.limits.windowStart == run.limits.windowEnd)
        let limits = run.limits(of: 0)
        #expect(limits.maxPosition == (try Quantity("7")) && limits.priceCollarBps == 9)
        #expect(limits.windowStart == 81_000 && limits.windowEnd == 7_200)
        #expect(limits.maxOrderQuantity == run.limits.maxOrderQuantity)
        #expect(run.limitsByInstrument.count == 1)
        #expect(run.origin(of: "max_position", instrument: 0) == "instruments.0.limits")
        #expect(run.origin(of: "max_order_quantity", instrument: 0) == "limits")
        let words = run.explain().joined(separator: "\n")
        #expect(words.contains("For BTCUSDT alone: The position, open and unknown orders at their worst included, stays within 7 BTC"))
        #expect(words.contains("For BTCUSDT alone: Orders are placed from 22:30 to 02:00 UTC only"))
    }

    @Test func `An instrument's own limit is in the hash, and one that is off carries its reason`() throws {
        let plain = try parse(sample)
        #expect(plain.limits(of: 0).maxPosition == plain.limits.maxPosition)
        let same = try own("max_position: 0.1")
        let other = try own("max_position: 0.2")
        #expect(Set([plain.hash, same.hash, other.hash]).count == 3)
        let off = try own("max_order_age: {unlimited: \"it rests for days\"}")
        #expect(off.limits(of: 0).maxOrderAge.raw == .max && off.limits.maxOrderAge.raw != .max)
        #expect(off.explain().contains("For BTCUSDT there is NO limit max_order_age, because: it rests for days."))
        #expect(off.origin(of: "max_order_age", instrument: 0) == "instruments.0.limits, unlimited: it rests for days")
    }

    @Test(arguments: [
        ("max_daily_loss: 5", "instruments.0.limits.max_daily_loss", "of the run as a whole"),
        ("max_positon: 5", "instruments.0.limits.max_positon", "is not a known key"),
        ("max_position: 5 BTC", "instruments.0.limits.max_position", "plain decimal"),
        ("max_position: unlimited", "instruments.0.limits.max_position", "gives no reason"),
        ("max_position: 0.001", "instruments.0.limits.max_position", "leaves max_order_quantity"),
        ("max_order_quantity: 3", "instruments.0.limits.max_order_quantity", "larger than max_position"),
        ("max_net_exposure: 30000", "instruments.0.limits.max_net_exposure", "larger than max_gross_exposure"),
        ("max_data_age: 3s", "instruments.0.limits.max_data_age", "longer than feed.stale_after"),
        ("trading_window: 24:00-01:00", "instruments.0.limits.trading_window", "is not HH:MM-HH:MM"),
        ("trading_window: 8:00-9:00", "instruments.0.limits.trading_window", "is not HH:MM-HH:MM"),
        ("trading_window: 08:00-08:00", "instruments.0.limits.trading_window", "begins when it ends"),
        ("fee_allowance_bps: {unlimited: \"fees are nothing\"}", "instruments.0.limits.fee_allowance_bps", "cannot be unlimited"),
    ]) func `A mistake in it is refused at its place`(text: String, path: String, cause: String) {
        let found = errors(plain, "rules: from venue, limits: {\(text)}}")
        #expect(found.contains { $0.path == path && $0.cause.contains(cause) && $0.line == 12 }, "\(found)")
    }

    @Test func `A limit's value is read as the file reads it`() throws {
        #expect(try RunConfiguration.limitValue("max_position", "0.25") == (LimitKey.maxPosition, 25_000_000))
        #expect(try RunConfiguration.limitValue("max_data_age", "250ms") == (LimitKey.maxDataAge, 250_000_000))
        #expect(try RunConfiguration.limitValue("max_open_orders", "3") == (LimitKey.maxOpenOrders, 3))
        for (name, text, cause) in [
            ("max_positon", "1", "no limit is called so"), ("trading_window", "08:00-09:00", "cannot be changed"),
            ("max_position", "unlimited", "cannot take a limit off"), ("max_position", "1e3", "plain decimal"),
            ("max_open_orders", "0", "is not from"), ("cancel_share_percent", "91", "is not from"),
            ("max_data_age", "5", "no unit of time"), ("max_position", "-1", "not above zero"),
        ] {
            do throws(ConfigurationError) {
                let read = try RunConfiguration.limitValue(name, text)
                Issue.record("\(name) \(text) was read as \(read)")
            } catch {
                #expect(error.cause.contains(cause) && !error.cure.isEmpty, "\(error)")
            }
        }
    }

    @Test func `Every limit that a command may set is a limit of the file, and is written as it is read`() throws {
        let names = Set(RiskLimits.names)
        let limits = try parse(sample).limits
        let texts = Dictionary(uniqueKeysWithValues: RunConfiguration.limitTexts(limits).map { ($0.name, $0.text) })
        #expect(Set(texts.keys) == names && texts["trading_window"] == "unlimited")
        for key in LimitKey.allCases {
            let text = try #require(texts[key.name], "\(key.name)")
            #expect(try RunConfiguration.limitValue(key.name, text) == (key, key.raw(limits)))
            #expect(RunConfiguration.limitText(key, key.raw(limits)) == text)
        }
    }
}

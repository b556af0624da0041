import Model
import Units

/// What `instruments: - limits:` changes for one instrument.
package struct InstrumentLimits: Sendable {
    /// All limits of the instrument: the run's, with what was written here in their place.
    package var values: RiskLimits
    /// Names of the limits written here.
    package var written: [String]
    /// Those of them that are off.
    package var unlimited: [UnlimitedLimit]
}

extension LimitRule {
    /// The limits that an instrument may have of its own. The others count over the run as a whole.
    static let ofInstrument: Set<String> = Set(LimitKey.allCases.filter { !$0.isOfRun }.map(\.name) + ["trading_window"])

    /// A value as it is written; `unlimited` for one that is off.
    func text(_ raw: Int64) -> String {
        switch kind {
        case .quantity, .notional: return raw == .max ? "unlimited" : Quantity(raw: raw).description
        case .atLeast: return Quantity(raw: raw).description
        case .count: return raw == Int64(Int32.max) ? "unlimited" : "\(raw)"
        case .span: return raw == .max ? "unlimited" : RunConfiguration.text(Nanoseconds(raw: raw))
        case .window:
            let (from, to) = (Int32(raw / 86_400), Int32(raw % 86_400))
            return from == to ? "unlimited" : "\(Self.clock(from))-\(Self.clock(to))"
        case .action: return LossAction(rawValue: UInt8(truncatingIfNeeded: raw))?.name ?? "?"
        case .result:
            // Basis points are told by their sign; see `raw`.
            return raw == .max ? "unlimited" : raw < 0 ? "\(0 - raw)bps" : Quantity(raw: raw).description
        }
    }
}

extension InstrumentLimits {
    /// `nil` where the instrument has none of its own. `section` is the instrument's.
    init?(_ section: Section, run: RiskLimits) {
        let cure = "write limits: with the limits that differ for this instrument, or leave the key out"
        guard let setting = section.setting("limits", required: false, cure: cure) else { return nil }
        let own = Section(setting, path: section.path("limits"), reader: section.reader)
        values = run
        written = []
        unlimited = []
        for rule in LimitRule.all {
            guard LimitRule.ofInstrument.contains(rule.name) else {
                if own.contains(rule.name) {
                    own.allow(rule.name)
                    own.fail(rule.name, "is a limit of the run as a whole", cure: "write it under limits: of the file")
                }
                continue
            }
            own.allow(rule.name)
            guard own.contains(rule.name) else { continue }
            written.append(rule.name)
            rule.read(own, into: &values, &unlimited)
        }
        own.finish()
    }
}

extension RunConfiguration {
    /// The limits of an instrument at the start. Precondition: one of the run's.
    package func limits(of index: Int) -> RiskLimits { instruments[index].limits?.values ?? limits }
    /// As the core takes them.
    package var limitsByInstrument: [RiskLimits] { instruments.indices.map { limits(of: $0) } }

    /// Where an instrument's limit was written.
    package func origin(of name: String, instrument index: Int) -> String {
        let own = instruments[index].limits
        let isOwn = own?.written.contains(name) == true
        let off = (isOwn ? own?.unlimited : unlimited)?.first { $0.name == name }
        return (isOwn ? "instruments.\(index).limits" : "limits") + (off.map { ", unlimited: \($0.reason)" } ?? "")
    }

    /// All limits by name with an instrument's values as text.
    package static func limitTexts(_ limits: RiskLimits) -> [(name: String, text: String)] {
        LimitRule.all.map { ($0.name, $0.text($0.raw(limits))) }
    }

    /// A value as it is written.
    package static func limitText(_ key: LimitKey, _ raw: Int64) -> String {
        LimitRule.all.first { $0.name == key.name }?.text(raw) ?? "\(raw)"
    }

    /// Reads a limit's new value as an operator types it, by the rules of the file.
    package static func limitValue(_ name: String, _ text: String) throws(ConfigurationError) -> (key: LimitKey, raw: Int64) {
        func refusal(_ cause: String, _ cure: String) -> ConfigurationError {
            ConfigurationError(file: "command line", line: 0, column: 0, path: name, cause: cause, cure: cure)
        }
        guard let rule = LimitRule.all.first(where: { $0.name == name }) else {
            let near = SettingReader.nearest(name, in: RiskLimits.names)
            throw refusal("no limit is called so", near.map { "did you mean '\($0)'?" } ?? "needletail ctl limits lists them")
        }
        guard let key = LimitKey.allCases.first(where: { $0.name == name }) else {
            throw refusal("cannot be changed while the engine runs", "change the configuration and start anew")
        }
        if text == "unlimited" {
            throw refusal("a command cannot take a limit off", "write {unlimited: \"the reason\"} in the file and start anew")
        }
        let reader = SettingReader()
        let place = Place.commandLine
        let entry = Setting.Entry(key: name, keyPlace: place, value: Setting(place: place, content: .text(text)))
        var limits = RiskLimits(
            maxOrderQuantity: .zero, maxOrderNotional: .zero, maxPosition: .zero, maxOpenOrders: 0, priceCollarBps: 0,
            maxDataAge: .zero, maxOrdersPerSecond: 0, maxOrdersPerMinute: 0, maxDailyLoss: .zero)
        var unlimited: [UnlimitedLimit] = []
        rule.read(Section(Setting(place: place, content: .map([entry])), path: "", reader: reader), into: &limits, &unlimited)
        if let error = reader.errors.first { throw error }
        let raw = key.raw(limits)
        guard key.range.contains(raw) else { throw refusal("'\(text)' is not possible", rule.cure) }
        return (key, raw)
    }

    /// The relations of limits that an instrument's own may break, at the place where one of them is written.
    func relateOwnLimits(_ reader: SettingReader) {
        for (index, instrument) in instruments.enumerated() {
            guard let own = instrument.limits else { continue }
            let values = own.values
            func relate(_ name: String, _ other: String, _ holds: Bool, _ cause: String, _ cure: String) {
                let first = own.written.contains(name) ? name : other
                guard own.written.contains(first) else { return }
                reader.relate(["instruments.\(index).limits.\(first)"], holds, cause, cure: cure)
            }
            relate(
                "max_order_quantity", "max_position", values.maxOrderQuantity <= values.maxPosition,
                "leaves max_order_quantity (\(values.maxOrderQuantity)) larger than max_position (\(values.maxPosition))",
                "lower max_order_quantity or raise max_position of the instrument")
            relate(
                "max_net_exposure", "max_gross_exposure", values.maxNetExposure <= values.maxGrossExposure,
                "leaves max_net_exposure (\(values.maxNetExposure)) larger than max_gross_exposure (\(values.maxGrossExposure))",
                "lower max_net_exposure or raise max_gross_exposure of the instrument")
            relate(
                "max_instrument_orders_per_second", "max_instrument_orders_per_minute",
                values.maxInstrumentOrdersPerSecond <= values.maxInstrumentOrdersPerMinute,
                "leaves the rate of a second larger than the rate of a minute", "lower the one or raise the other")
            relate(
                "throttle_percent", "throttle_percent", values.throttlePercent <= 100, "cannot be unlimited",
                "write a percentage from 1 to 100")
            relate(
                "fee_allowance_bps", "fee_allowance_bps", values.feeAllowanceBps <= 1000, "cannot be unlimited",
                "write basis points from 0 to 1000")
            relate(
                "order_to_trade_floor", "order_to_trade_floor", values.orderToTradeFloor <= 1_000_000,
                "cannot be unlimited", "write a number from 1 to 1000000, or lift max_orders_per_trade")
            relate(
                "max_data_age", "max_data_age", values.maxDataAge <= feedStaleAfter || values.maxDataAge.raw == .max,
                "is longer than feed.stale_after: orders would rest on a feed already declared stale",
                "lower max_data_age or raise feed.stale_after")
        }
    }
}

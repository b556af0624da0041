import Model
import Units

extension InstrumentSettings {
    init(_ section: Section) {
        symbol = section.asset("symbol", cure: "write the venue's symbol, such as BTCUSDT")
        base = section.asset("base", cure: "write the asset that is bought, such as BTC")
        quote = section.asset("quote", cure: "write the asset that is paid, such as USDT")
        let cure = "write rules: from venue, or a map with tick_size, lot_size, min_quantity, max_quantity, min_notional"
        rules = nil
        limits = nil
        // Read once the run's limits are known.
        section.allow("limits")
        if let setting = section.setting("rules", required: false, cure: cure) {
            if case .text(let text) = setting.content {
                if text != "from venue" { section.fail("rules", "'\(section.shown(text))' is not 'from venue'", cure: cure) }
            } else {
                rules = InstrumentRules(Section(setting, path: section.path("rules"), reader: section.reader))
            }
        }
        section.finish()
    }
}

extension InstrumentRules {
    init(_ section: Section) {
        tickSize = Price(raw: section.decimal("tick_size", cure: "write the price step, such as 0.01"))
        lotSize = Quantity(raw: section.decimal("lot_size", cure: "write the quantity step, such as 0.00001"))
        minQuantity = Quantity(raw: section.decimal("min_quantity", cure: "write the smallest order, such as 0.00001"))
        maxQuantity = Quantity(raw: section.decimal("max_quantity", cure: "write the largest order, such as 9000"))
        minNotional = Notional(raw: section.decimal("min_notional", cure: "write the smallest price times quantity, such as 5"))
        section.finish()
    }
}

extension StrategySettings {
    init(_ section: Section, instruments: [InstrumentSettings], catalogue: RunCatalogue) {
        name = section.choice("name", catalogue.strategies.map { ($0, $0) }, else: "")
        instrument = InstrumentID(0)
        parameters = []
        let symbols = instruments.enumerated().map { ($1.symbol, InstrumentID(UInt16(truncatingIfNeeded: $0))) }
        if instruments.count > 1 || section.contains("instrument") {
            instrument = section.choice("instrument", symbols, else: InstrumentID(0))
        }
        section.allow("instrument")
        isShadow = section.choice("shadow", [("true", true), ("false", false)], else: false, default: false)
        let map = section.setting("parameters", required: false, cure: "write parameters as a map, or leave the key out")
        if let rules = catalogue.parameters(name) {
            let values = Section(map ?? Setting(place: section.place, content: .map([])), path: section.path("parameters"), reader: section.reader)
            parameters = rules.sorted { $0.name < $1.name }.compactMap { values.parameter($0) }
            values.finish()
        }
        section.finish()
    }
}

extension Section {
    /// An asset or symbol: 1 to 20 capitals and digits.
    func asset(_ key: String, cure: String) -> String {
        guard let text = text(key, cure: cure) else { return "" }
        let isPlain = text.utf8.allSatisfy { ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) }
        if text.isEmpty || text.utf8.count > 20 || !isPlain {
            fail(key, "'\(shown(text))' is not 1 to 20 capitals and digits", cure: cure)
        }
        return text
    }

    func parameter(_ rule: ParameterRule) -> StrategyParameter? {
        let cure = rule.kind == .duration ? "write a time span such as 250ms" : "write a decimal number"
        guard let text = text(rule.name, required: rule.isRequired, cure: cure) else { return nil }
        switch rule.kind {
        case .duration:
            return duration(text, key: rule.name, cure: cure).map {
                StrategyParameter(name: rule.name, kind: .duration, raw: $0.raw)
            }
        case .decimal:
            do throws(FixedPointParseError) {
                return StrategyParameter(name: rule.name, kind: .decimal, raw: try Quantity(text).raw)
            } catch {
                fail(rule.name, "'\(shown(text))' is not a plain decimal number with at most 8 digits after the point", cure: cure)
                return nil
            }
        }
    }

    /// A limit: a value, or `{unlimited: "reason"}`, which answers `nil`.
    func limit<T>(_ key: String, cure: String, _ unlimited: inout [UnlimitedLimit], else placeholder: T, all: T, _ read: (String) -> T?) -> T {
        guard let setting = setting(key, cure: cure + ", or {unlimited: \"the reason\"}") else { return placeholder }
        switch setting.content {
        case .text(let text) where text == "unlimited":
            fail(key, "'unlimited' gives no reason", cure: "write {unlimited: \"the reason\"}")
        case .text(let text): return read(text) ?? placeholder
        case .map:
            let inner = Section(setting, path: path(key), reader: reader)
            let reason = inner.text("unlimited", cure: "write {unlimited: \"the reason\"}") ?? ""
            if inner.contains("unlimited") && reason.utf8.count < 8 {
                inner.fail("unlimited", "gives no reason that a reader could weigh", cure: "write the reason in a few words")
            }
            inner.finish()
            unlimited.append(UnlimitedLimit(name: key, reason: reason))
            return all
        default: fail(key, "is not a single value", cure: cure)
        }
        return placeholder
    }
}

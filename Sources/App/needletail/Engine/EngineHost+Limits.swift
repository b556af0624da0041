import Config
import Control
import Model
import Units

/// The limits in force, for the control socket.
extension EngineHost {
    private var symbols: [String] { plan.instruments.map { $0.symbol.string } }

    /// Every limit of every instrument.
    func limitLines() -> [LimitLine] {
        var lines: [LimitLine] = []
        for (index, symbol) in symbols.enumerated() {
            let configured = RunConfiguration.limitTexts(configuration.limits(of: index))
            for (at, limit) in RunConfiguration.limitTexts(view.limits[index]).enumerated() {
                let change = view.limitChanges.first { $0.instrument == index && $0.key.name == limit.name }
                var origin = configuration.origin(of: limit.name, instrument: index)
                if let change {
                    origin = "ctl limit by uid \(change.operatorID)"
                    if isLooser(change) { origin += ", ends in \(max(0, (change.ends - clock.now()).milliseconds / 1000)) s" }
                }
                lines.append(
                    LimitLine(
                        name: limit.name, symbol: symbol, value: limit.text, configured: configured[at].text, origin: origin))
            }
        }
        return lines
    }

    private func isLooser(_ change: OperatorView.LimitChange) -> Bool {
        let configured = change.key.raw(configuration.limits(of: change.instrument))
        return !change.key.isTight(change.key.raw(view.limits[change.instrument]), as: configured)
    }

    /// What differs from the configuration, for the mandate.
    var changedLimits: [String] {
        view.limitChanges.compactMap { change in
            let effective = change.key.raw(view.limits[change.instrument])
            let was = change.key.raw(configuration.limits(of: change.instrument))
            guard effective != was else { return nil }
            return "\(change.key.name) of \(symbols[change.instrument]) is \(RunConfiguration.limitText(change.key, effective)), "
                + "configured \(RunConfiguration.limitText(change.key, was))"
        }.sorted()
    }

    /// Reads a new value by the rules of the file and passes it to the core.
    func changeLimit(
        _ name: String, to text: String, symbol: String?, lifetime: Nanoseconds, reason: String, operatorID: UInt32
    ) -> CommandReceipt {
        func refused(_ place: String, _ cause: String, _ cure: String) -> CommandReceipt {
            .refused(ControlError(place: place, cause: cause, cure: cure))
        }
        let key: LimitKey
        let raw: Int64
        do throws(ConfigurationError) {
            (key, raw) = try RunConfiguration.limitValue(name, text)
        } catch {
            return refused("limit.\(name)", error.cause, error.cure)
        }
        let quote = configuration.instruments.first?.quote ?? ""
        if let preset = configuration.preset, !preset.allows(name, raw), let bound = preset.bound(of: name, quote: quote) {
            return refused(
                "limit.\(name)", "\(text) is beyond the ceiling that the preset \(preset.rawValue) has built in: \(bound)",
                "set \(bound), or start without the preset and its protection")
        }
        var subject = LimitSubject(key)
        if let symbol {
            guard let index = symbols.firstIndex(of: symbol) else {
                return refused("limit.symbol", "\(symbol) is not of this run", "name one of \(symbols.joined(separator: ", "))")
            }
            if key.isOfRun {
                return refused("limit.symbol", "\(name) is a limit of the run as a whole", "leave the symbol out")
            }
            subject.instrument = InstrumentID(UInt16(index))
        }
        note(.reason, operatorID, "limit \(name) \(text) \(symbol ?? "all"): \(reason)")
        let command = Command(
            kind: .limit, operatorID: operatorID, hash: 0, lifetime: lifetime, subject: subject.word, value: raw)
        guard let sequence = submit(command) else {
            return refused("core", "its input ring is full", "try again; if it stays full, use needletail ctl kill")
        }
        lastLimitCommand = sequence
        return .submitted(sequence: sequence)
    }
}

import Config
import Control
import Foundation
import Launch
import Model
import Telemetry
import Units

/// What a run of this configuration is made of, resolved: instruments with the venue's rules, ids, names.
struct RunPlan {
    let run: UInt32
    let instruments: [Instrument]
    /// Names in the order of `AssetID`.
    let assets: [String]
    let identifiers: ClientOrderIDFormat
    let strategies: [Mandate.Strategy]

    /// `rules` may be partial: the configuration's own rules win; an instrument with neither is an error.
    init(
        _ configuration: RunConfiguration, run: UInt32, rules: [RunRecord.Rules], strategies: [Mandate.Strategy]
    ) throws {
        guard let identifiers = ClientOrderIDFormat(prefix: configuration.venue.clientIDPrefix) else {
            throw ToolError(
                "venue.client_id_prefix '\(configuration.venue.clientIDPrefix)' is not usable",
                cure: "1 to 16 letters, digits or '-', ending in '-'")
        }
        let assets = Self.assetNames(configuration)
        var instruments: [Instrument] = []
        for (index, setting) in configuration.instruments.enumerated() {
            let found = rules.first { $0.symbol == setting.symbol }
            guard let symbol = ShortText(setting.symbol) else {
                throw ToolError("instrument name \(setting.symbol) is too long", cure: "at most 40 bytes")
            }
            guard setting.rules != nil || found != nil else {
                throw ToolError(
                    "the venue does not list \(setting.symbol)", cure: "correct the symbol, or give its rules in the file")
            }
            var instrument = Instrument(
                id: InstrumentID(UInt16(index)), venue: VenueID(0),
                base: AssetID(UInt16(assets.firstIndex(of: setting.base)!)),
                quote: AssetID(UInt16(assets.firstIndex(of: setting.quote)!)), symbol: symbol,
                tickSize: setting.rules?.tickSize ?? Price(raw: found!.tickSize),
                lotSize: setting.rules?.lotSize ?? Quantity(raw: found!.lotSize),
                minQuantity: setting.rules?.minQuantity ?? Quantity(raw: found!.minQuantity),
                maxQuantity: setting.rules?.maxQuantity ?? Quantity(raw: found!.maxQuantity),
                minNotional: setting.rules?.minNotional ?? Notional(raw: found!.minNotional))
            instrument.bidMultiplierUp = Quantity(raw: found?.bidUp ?? 0)
            instrument.bidMultiplierDown = Quantity(raw: found?.bidDown ?? 0)
            instrument.askMultiplierUp = Quantity(raw: found?.askUp ?? 0)
            instrument.askMultiplierDown = Quantity(raw: found?.askDown ?? 0)
            instrument.maxOpenOrders = found?.maxOpenOrders ?? 0
            instruments.append(instrument)
        }
        self.run = run
        self.instruments = instruments
        self.assets = assets
        self.identifiers = identifiers
        self.strategies = strategies
    }

    /// All assets of the run's instruments, in order of appearance, and those that fees may be taken in.
    static func assetNames(_ configuration: RunConfiguration) -> [String] {
        var names: [String] = []
        for setting in configuration.instruments {
            for name in [setting.base, setting.quote] where !names.contains(name) { names.append(name) }
        }
        // Behind them, so that the core's tables of what is traded stay dense.
        for asset in configuration.venue.feeAssets where !names.contains(asset.name) { names.append(asset.name) }
        return names
    }

    /// `account`: which key of which account, in words.
    func mandate(_ configuration: RunConfiguration, account: String, lifetime: Nanoseconds) -> Mandate {
        var mandate = Mandate(
            build: BuildIdentity.name, configHash: configuration.hash, mode: configuration.mode,
            account: account, venue: configuration.venue.kind,
            symbols: instruments.map { $0.symbol.string }, strategies: strategies, limits: configuration.limits,
            lifetime: lifetime)
        mandate.facts = configuration.facts.map { Mandate.Fact($0.key, $0.value) }
        mandate.facts += [Mandate.Fact("build", BuildIdentity.name), Mandate.Fact("account", account)]
        mandate.facts += strategies.map { Mandate.Fact("version.\($0.name)", Mandate.display($0.versionHash)) }
        mandate.facts.append(Mandate.Fact("lifetime", "\(lifetime.raw / 1_000_000_000) s"))
        mandate.preset = configuration.preset?.words
        mandate.caps = instruments.map {
            Mandate.Cap(
                symbol: $0.symbol.string, base: assets[Int($0.base.raw)], quote: assets[Int($0.quote.raw)],
                limits: configuration.limits, mid: nil)
        }
        return mandate
    }
}

extension RunPlan {
    /// Symbol, base and quote of each instrument.
    var pairs: [[String]] {
        instruments.map { [$0.symbol.string, assets[Int($0.base.raw)], assets[Int($0.quote.raw)]] }
    }

    func names(_ configuration: RunConfiguration) -> RunNames {
        var names = RunNames()
        names.symbol = instruments[0].symbol.string
        names.base = assets[Int(instruments[0].base.raw)]
        names.quote = assets[Int(instruments[0].quote.raw)]
        names.venue = configuration.venue.kind
        names.account = configuration.venue.account?.apiKeyVariable ?? "none"
        names.strategies = strategies.map(\.name)
        names.symbols = instruments.map { $0.symbol.string }
        names.build = BuildIdentity.name
        names.configHash = configuration.hash
        names.directory = URL(filePath: configuration.directory).path
        return names
    }
}

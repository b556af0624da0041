import Binance
import Config
import Control
import Core
import Gateway
import Model
import Quoting
import Rings
import Simulation
import StrategyKit
import Taking
import Transport
import Uring
import Units
import VenueKit

/// The only file that names venues and strategies. A new one is a line in each table here, beside its own folder.
enum Roster {
    // MARK: strategies

    /// All strategies as one static type; those a run does not name are `nil`.
    typealias Strategies = StrategyPair<SingleStrategy<Quoter>?, SingleStrategy<MomentumTaker>?>

    /// How a parameter is written in a file, and what the strategy gets.
    private enum Form { case quantity, duration, count }

    private static let forms: [String: [String: Form]] = [
        "quoter": [
            "orderQuantity": .quantity, "halfSpreadTicks": .count, "halfSpreadBps": .count, "skewTicks": .count,
            "maxInventory": .quantity, "minReplaceInterval": .duration, "minPriceChangeTicks": .count,
            "amends": .count, "levels": .count, "levelStepTicks": .count,
        ],
        "taker": [
            "orderQuantity": .quantity, "threshold": .quantity, "halfLife": .duration, "cooldown": .duration,
            "maxInventory": .quantity, "slippageTicks": .count,
        ],
    ]

    /// Off where they are not written.
    private static let optional: Set<String> = ["amends", "levels", "levelStepTicks"]

    static let catalogue = RunCatalogue(venues: venues.keys.sorted(), strategies: ["quoter", "taker"]) { name in
        forms[name]?.sorted { $0.key < $1.key }.map {
            ParameterRule(
                snakeCase($0.key), $0.value == .duration ? .duration : .decimal, isRequired: !optional.contains($0.key))
        }
    }

    /// The strategies of a run, in the order quoter, taker.
    static func strategies(_ configuration: RunConfiguration) throws -> Strategies {
        var quoter: SingleStrategy<Quoter>?
        var taker: SingleStrategy<MomentumTaker>?
        for setting in configuration.strategies {
            let values = try parameters(setting)
            do {
                switch setting.name {
                case "quoter": quoter = SingleStrategy(try Quoter(instrument: setting.instrument, parameters: values))
                case "taker": taker = SingleStrategy(try MomentumTaker(instrument: setting.instrument, parameters: values))
                default: throw ToolError("no strategy is called '\(setting.name)'", cure: "quoter or taker")
                }
            } catch let error as ParameterError {
                throw ToolError("strategy \(setting.name): \(error)", cure: "see config/demo.yaml")
            }
        }
        return StrategyPair(quoter, taker)
    }

    /// Names and versions, as a mandate states them.
    static func mandateStrategies(_ set: Strategies, _ configuration: RunConfiguration) -> [Mandate.Strategy] {
        let present = [set.a == nil ? nil : "quoter", set.b == nil ? nil : "taker"].compactMap { $0 }
        return present.enumerated().map { index, name in
            Mandate.Strategy(
                name: name, versionHash: UInt64(set.versionHash(of: index)),
                isShadow: configuration.strategies.contains { $0.name == name && $0.isShadow })
        }
    }

    private static func parameters(_ setting: StrategySettings) throws -> [String: Int64] {
        var values: [String: Int64] = [:]
        for (name, form) in forms[setting.name] ?? [:] {
            guard let raw = setting[snakeCase(name)] else { continue }
            switch form {
            case .quantity, .duration: values[name] = raw
            case .count:
                guard raw % fixedPointUnit == 0 else {
                    throw ToolError("strategy \(setting.name): \(snakeCase(name)) must be a whole number")
                }
                values[name] = raw / fixedPointUnit
            }
        }
        return values
    }

    /// `halfSpreadTicks` → `half_spread_ticks`.
    private static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }

    // MARK: the core

    /// The same for a live run and its replay: from the configuration, the run's number and the venue's rules alone.
    static func core(_ configuration: RunConfiguration, _ plan: RunPlan) -> CoreConfiguration {
        var core = CoreConfiguration(
            mode: configuration.mode, run: plan.run, venue: VenueID(0), prefix: plan.identifiers,
            instruments: plan.instruments,
            limits: configuration.limitsByInstrument,
            configHash: configuration.hash)
        core.timeouts.place = configuration.timeouts.place
        core.timeouts.cancel = configuration.timeouts.cancel
        core.timeouts.amend = configuration.timeouts.amend
        core.queryInterval = configuration.timeouts.query
        core.queryIntervalMax = configuration.timeouts.queryMax
        core.retry.first = configuration.timeouts.retry
        core.retry.longest = configuration.timeouts.retryMax
        core.retry.most = UInt8(configuration.timeouts.cancelTries)
        core.cancelSwitch = configuration.venue.cancelSwitch
        core.unknownDeadline = configuration.timeouts.unknown
        core.reconcileToleranceBps = configuration.reconcileToleranceBps
        core.feePrices = configuration.venue.feeAssets.compactMap { asset in
            plan.assets.firstIndex(of: asset.name).map { FeePrice(asset: AssetID(UInt16($0)), price: asset.price) }
        }
        core.shadowStrategies = plan.strategies.indices.filter { plan.strategies[$0].isShadow }.map { StrategyID(UInt8($0)) }
        return core
    }

    // MARK: venues

    /// By the names a configuration calls them.
    private static let venues: [String: @Sendable (RunConfiguration, Secrets?) -> any VenueMachines] = [
        "binance-spot": { BinanceSpot($0, secrets: $1) }
    ]

    /// The machines of the configuration's venue.
    static func venue(_ configuration: RunConfiguration, secrets: Secrets?) -> any VenueMachines {
        guard let make = venues[configuration.venue.kind] else {
            preconditionFailure("a venue passed the catalogue and is not in the roster")
        }
        return make(configuration, secrets)
    }

    /// The venue that a backtest's recordings are of.
    typealias RecordedVenue = BinanceSpot

    /// Binance Spot's machines for this run.
    struct BinanceSpot: VenueMachines {
        typealias Market = BinanceMarketData

        let symbols: [BinanceSymbol]
        let assets: [BinanceAsset]
        let credentials: BinanceCredentials?
        let configuration: RunConfiguration

        init(_ configuration: RunConfiguration, secrets: Secrets?) {
            self.configuration = configuration
            symbols = configuration.instruments.enumerated().map {
                BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1.symbol)
            }
            assets = RunPlan.assetNames(configuration).enumerated().map {
                BinanceAsset(asset: AssetID(UInt16($0)), name: $1)
            }
            credentials = secrets.map { secrets in
                let key = secrets.apiKey.withBytes { String(decoding: $0, as: UTF8.self) }
                let signing = secrets.signingKey.withBytes { String(decoding: $0, as: UTF8.self) }
                return BinanceCredentials(
                    apiKey: key, secret: secrets.method == .ed25519 ? .ed25519(pem: signing) : .hmac(signing))
            }
        }

        static func endpoint(_ endpoint: Endpoint) -> BinanceEndpoint {
            BinanceEndpoint(
                host: endpoint.host, port: endpoint.port,
                tlsName: endpoint.url.hasPrefix("wss:") || endpoint.url.hasPrefix("https:") ? endpoint.host : "")
        }

        func rest() throws -> any RestAdapter {
            try BinanceRest(
                BinanceRestConfiguration(
                    venue: VenueID(0), endpoint: Self.endpoint(configuration.venue.rest), symbols: symbols,
                    assets: assets, clientIDs: try identifiers, credentials: credentials))
        }

        private var identifiers: ClientOrderIDFormat {
            get throws {
                guard let format = ClientOrderIDFormat(prefix: configuration.venue.clientIDPrefix) else {
                    throw ToolError(
                        "venue.client_id_prefix '\(configuration.venue.clientIDPrefix)' is not usable",
                        cure: "1 to 16 letters, digits or '-', ending in '-'")
                }
                return format
            }
        }

        /// Makes the market adapter and the mode's order route, and starts the hot threads. Only LIVE makes an order
        /// adapter, and only with it does a key leave this value. With `isLatched` the order link stays closed until the
        /// latch is removed.
        func start(
            core: CoreConfiguration, strategies: Strategies, session: UInt64, isLatched: Bool
        ) throws -> HotAssembly.Rings {
            let quarantined = makeRing(of: QuarantinedMessage.self, capacity: 64)
            switch configuration.mode {
            case .live:
                let adapter = try orders()
                var plan = try link(adapter.links, .orders)
                plan.startsHeld = isLatched
                let others = try configuration.venue.failover.map { try link(orders($0.orders).links, .orders) }
                let driver = OrderLinkDriver(
                    plan: plan, adapter: adapter, quarantined: quarantined.producer, venue: VenueID(0), others: others,
                    failoverAfter: configuration.venue.failoverAfter)
                return try start(driver, quarantined.consumer, core, strategies, session)
            case .shadow: return try start(NoOrderRoute(), quarantined.consumer, core, strategies, session)
            case .dryRun:
                return try start(
                    SimulatedRoute(Self.simulatedVenue(core)), quarantined.consumer, core, strategies, session)
            case .backtest, .replay:
                throw ToolError(
                    "mode \(configuration.mode.name) does not connect to a venue",
                    cure: "use `needletail backtest` or `needletail replay`")
            }
        }

        private func start<Route: OrderRoute & ~Copyable>(
            _ route: consuming Route, _ quarantined: consuming RingConsumer<QuarantinedMessage>,
            _ core: CoreConfiguration, _ strategies: Strategies, _ session: UInt64
        ) throws -> HotAssembly.Rings {
            let market = try market()
            let marketLink = try link(market.links, .marketData)
            return try HotAssembly.start(
                HotAssembly.Parts(
                    market: market, orders: route, marketLink: marketLink, second: try secondFeed(),
                    quarantinedOrders: quarantined, core: core, strategies: strategies, session: session),
                configuration: configuration)
        }

        /// The second feed of the same market, where the configuration names one.
        private func secondFeed() throws -> HotAssembly.SecondFeed<BinanceMarketData>? {
            guard let setting = configuration.venue.secondaryFeed else { return nil }
            let market = try market(setting.endpoint)
            let plan = try link(market.links, .marketData)
            var rules = FeedRules()
            rules.maxLag = setting.maxLag
            rules.switchBackAfter = setting.switchBackAfter
            rules.maxSwitches = setting.maxSwitchesPerMinute
            rules.disagreeAfter = setting.disagreeAfter
            rules.disagreeBps = Int32(setting.disagreeBps)
            let selector = FeedSelector(venue: VenueID(0), instruments: symbols.count, rules: rules)
            return HotAssembly.SecondFeed(market: market, plan: plan, selector: selector)
        }

        /// The market's machine; needs no key.
        func market() throws -> BinanceMarketData { try market(recorded: nil) }

        private func market(_ endpoint: Endpoint) throws -> BinanceMarketData {
            try BinanceMarketData(
                BinanceMarketConfiguration(
                    venue: VenueID(0), endpoint: Self.endpoint(endpoint), symbols: symbols,
                    quietAfter: configuration.feedStaleAfter))
        }

        /// The market's machine for a recording of futures, or of Spot; for a live link with `nil`.
        func market(recorded isFutures: Bool?) throws -> BinanceMarketData {
            var market = BinanceMarketConfiguration(
                venue: VenueID(0), endpoint: Self.endpoint(configuration.venue.marketData), symbols: symbols,
                quietAfter: configuration.feedStaleAfter, asksVenue: configuration.mode != .backtest)
            if isFutures == true { market.product = .usdMargined }
            return try BinanceMarketData(market)
        }

        /// The market's machine for decoding a recording alone.
        static func decoder(symbols: [String], isFutures: Bool) throws -> BinanceMarketData {
            var market = BinanceMarketConfiguration(
                venue: VenueID(0), symbols: symbols.enumerated().map {
                    BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1)
                }, asksVenue: false)
            if isFutures { market.product = .usdMargined }
            return try BinanceMarketData(market)
        }

        /// The stream that a recorded line is of, `btcusdt@depth@0ms`; `nil` where it names none at its beginning.
        static func stream(_ line: [UInt8]) -> String? {
            let head = Array("{\"stream\":\"".utf8)
            guard line.starts(with: head), let end = line[head.count...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
            return String(decoding: line[head.count..<end], as: UTF8.self)
        }

        /// Whether a stream is one of the futures' alone: Spot has no depth at 0 ms.
        static func isFutures(stream: String) -> Bool { stream.hasSuffix("@depth@0ms") }

        private func orders() throws -> BinanceOrderEntry { try orders(configuration.venue.orders) }

        private func orders(_ endpoint: Endpoint) throws -> BinanceOrderEntry {
            guard let credentials else {
                throw ToolError("a LIVE run needs the account's keys", cure: "name them under venue.account")
            }
            return try BinanceOrderEntry(
                BinanceOrderConfiguration(
                    venue: VenueID(0), endpoint: Self.endpoint(endpoint), symbols: symbols,
                    assets: assets, clientIDs: try identifiers, credentials: credentials))
        }

        /// Whether a recorded line is the body of a REST depth snapshot: a bare object that begins with its update id.
        static func isDepthSnapshot(_ line: [UInt8]) -> Bool { line.starts(with: Array("{\"lastUpdateId\"".utf8)) }

        /// The venue inside a DRY_RUN or BACKTEST: it starts with enough of every asset for the limits to bind first.
        static func simulatedVenue(_ core: CoreConfiguration) -> SimulatedVenueSettings {
            let count = core.instruments.reduce(0) { max($0, Int($1.base.raw), Int($1.quote.raw)) } + 1
            return SimulatedVenueSettings(
                venue: core.venue, instruments: core.instruments,
                balances: Array(repeating: Quantity(raw: 10_000_000 * fixedPointUnit), count: count))
        }

        private func link(_ links: [LinkDescription], _ role: LinkRole) throws -> LinkPlan {
            guard let description = links.first(where: { $0.role == role }) else {
                preconditionFailure("the adapter names no link of this role")
            }
            guard let address = SocketAddress(resolving: description.host, port: description.port) else {
                throw ToolError(
                    "the name \(description.host) cannot be resolved", cure: "check venue.*.url and the machine's resolver")
            }
            var plan = LinkPlan(
                address: address, description: description, caFile: configuration.venue.caFile,
                seed: SystemInputs.entropy())
            plan.records = configuration.venue.ownsTLSRecords ? .own : .openssl
            return plan
        }
    }
}

import Model
import Units

/// The document's JSON: stable snake_case names, money as decimal strings, times in nanoseconds, hashes as 16 hex digits.
extension StatusDocument {
    package var json: JSONValue {
        .make([
            "uptime_ns": .time(uptime),
            "engine": Self.engineFields.json(engine),
            "net": .money(net),
            "limits": Self.limitFields.json(limits),
            "links": .array(links.map { Self.linkFields.json($0) }),
            "journal": Self.keeperFields.json(keepers),
            "feed": Self.feedFields.json(feed),
            "names": Self.nameFields.json(names),
            "strategies": .array(strategies.map(\.json)),
            "instruments": .array(instruments.map(\.json)),
            "threads": .array(threads.map(\.json)),
            "alerts": AlertFacts.fields.json(alerts),
            "latency_ns": latencies.json,
            "events": .array(events.map { Self.eventFields.json($0) }),
        ])
    }

    /// Reads what `json` wrote; `nil` when a part is missing or wrong.
    package init?(json: JSONValue) {
        let noLimits = RiskLimits(
            maxOrderQuantity: .zero, maxOrderNotional: .zero, maxPosition: .zero, maxOpenOrders: 0, priceCollarBps: 0,
            maxDataAge: .zero, maxOrdersPerSecond: 0, maxOrdersPerMinute: 0, maxDailyLoss: .zero)
        let noEvent = EventLine(time: .zero, code: "", severity: .info, text: "")
        let noLink = LinkLine(name: "", state: .down, verdict: "", age: .zero)
        guard let uptime = json["uptime_ns"]?.integer,
            let engine = Self.engineFields.value(EngineStatus(), from: json["engine"]),
            let limits = Self.limitFields.value(noLimits, from: json["limits"]),
            let keepers = Self.keeperFields.value(KeeperFacts(), from: json["journal"]),
            let names = Self.nameFields.value(RunNames(), from: json["names"]),
            let feed = Self.feedFields.value(FeedFacts(), from: json["feed"]),
            let latencies = json["latency_ns"].flatMap(LatencyTable.init(json:)),
            let links = json["links"]?.array, let events = json["events"]?.array,
            let strategies = Self.rows(json["strategies"], StrategyLine(), StrategyLine.fields),
            let instruments = Self.rows(json["instruments"], InstrumentLine(), InstrumentLine.fields),
            let threads = Self.rows(json["threads"], ThreadLine(), ThreadLine.fields),
            let alerts = AlertFacts.fields.value(AlertFacts(), from: json["alerts"])
        else { return nil }
        let readLinks = links.compactMap { Self.linkFields.value(noLink, from: $0) }
        let readEvents = events.compactMap { Self.eventFields.value(noEvent, from: $0) }
        guard readLinks.count == links.count, readEvents.count == events.count else { return nil }
        self.init(
            engine: engine, limits: limits, latencies: latencies, events: readEvents, links: readLinks,
            keepers: keepers, names: names, feed: feed, uptime: Nanoseconds(raw: uptime))
        self.strategies = strategies
        self.instruments = instruments
        self.threads = threads
        self.alerts = alerts
    }

    /// All rows, or `nil` when one is wrong.
    private static func rows<Row>(_ json: JSONValue?, _ empty: Row, _ fields: [Field<Row>]) -> [Row]? {
        guard let items = json?.array else { return nil }
        let read = items.compactMap { fields.value(empty, from: $0) }
        return read.count == items.count ? read : nil
    }

    private static var engineFields: [Field<EngineStatus>] {
        [
            .word("mode", \.mode) { $0.name }, .word("state", \.state) { $0.name },
            .word("state_reason", \.stateReason) { $0.name }, .time("now_ns", \.now),
            .time("state_since_ns", \.stateSince), .hash("mandate_hash", \.mandateHash),
            .time("mandate_expires_ns", \.mandateExpires),
            .money("bid_price", \.bidPrice), .money("bid_quantity", \.bidQuantity), .money("ask_price", \.askPrice),
            .money("ask_quantity", \.askQuantity), .time("top_received_ns", \.topReceivedAt),
            .money("position", \.position), .money("average_price", \.averagePrice), .money("realised", \.realised),
            .money("unrealised", \.unrealised), .money("fees", \.fees), .money("funding", \.funding),
            .money("day_result", \.dayResult), .money("drawdown", \.drawdown), .money("day_drawdown", \.dayDrawdown),
            .number("open_orders", \.openOrders), .number("unknown_orders", \.unknownOrders),
            .money("worst_long", \.worstLong), .money("worst_short", \.worstShort),
            .number("orders_last_second", \.ordersLastSecond), .number("orders_last_minute", \.ordersLastMinute),
            .number("ticks", \.ticks), .number("inputs", \.inputs), .number("intents", \.intents),
            .number("orders_sent", \.ordersSent), .number("cancels", \.cancelsSent), .number("fills", \.fills),
            .number("venue_rejects", \.venueRejects), .number("risk_rejects", \.riskRejects),
            .hash("decision_hash", \.decisionHash),
            .word("market_link", \.marketLink) { $0.name }, .time("market_link_since_ns", \.marketLinkSince),
            .word("order_link", \.orderLink) { $0.name }, .time("order_link_since_ns", \.orderLinkSince),
            .time("last_reconciled_ns", \.lastReconciledAt), .number("reconcile_breaks", \.reconcileBreaks),
            .number("amends", \.amendsSent),
            .number("venue_weight_used", \.usage.weight.used), .number("venue_weight_limit", \.usage.weight.limit),
            .number("venue_orders_used", \.usage.orders.used), .number("venue_orders_limit", \.usage.orders.limit),
            .number("venue_orders_long_used", \.usage.ordersLong.used),
            .number("venue_orders_long_limit", \.usage.ordersLong.limit), .time("venue_usage_ns", \.usageAt),
            .word("venue_hold", \.hold) { $0.name }, .time("venue_held_until_ns", \.heldUntil),
            .flag("incident_open", \.incident.isOpen), .flag("incident_noted", \.incident.isNoted),
            .word("incident_trip", \.incident.trip) { $0.name }, .word("incident_error", \.incident.error) { $0.name },
            .time("incident_at_ns", \.incident.at), .flag("by_hand", \.isByHand),
            .number("review", \.reviewID), .time("review_expires_ns", \.reviewExpires),
            Field(
                "missing", \.missing, { .array($0.names.map { .string($0) }) },
                { json in json.array.map { ArmingChecks(names: $0.compactMap(\.string)) } }),
            .word("feed", \.feed) { $0.name }, .word("feed_reason", \.feedReason) { $0.words },
            .time("feed_since_ns", \.feedSince), .time("venue_age_ns", \.venueAge),
            .time("clock_offset_ns", \.clockOffset), .time("clock_uncertainty_ns", \.clockUncertainty),
            .number("feed_source", \.feedSource), .number("feed_switches", \.feedSwitches),
            .number("order_source", \.orderSource), .number("order_switches", \.orderSwitches),
            .word("switch_reason", \.switched.reason) { $0.words }, .time("switched_ns", \.switchedAt),
            .time("switch_age_ns", \.switchAge), .time("switch_limit_ns", \.switchLimit),
        ]
    }

    private static var limitFields: [Field<RiskLimits>] {
        [
            .money("max_order_quantity", \.maxOrderQuantity), .money("max_order_notional", \.maxOrderNotional),
            .money("max_position", \.maxPosition), .number("max_open_orders", \.maxOpenOrders),
            .number("price_collar_bps", \.priceCollarBps), .time("max_data_age_ns", \.maxDataAge),
            .number("max_orders_per_second", \.maxOrdersPerSecond),
            .number("max_orders_per_minute", \.maxOrdersPerMinute), .money("max_daily_loss", \.maxDailyLoss),
        ]
    }

    private static var linkFields: [Field<LinkLine>] {
        [
            .text("name", \.name), .word("state", \.state) { $0.name }, .text("verdict", \.verdict),
            .time("age_ns", \.age), .number("reconnects", \.reconnects),
        ]
    }

    private static var keeperFields: [Field<KeeperFacts>] {
        [
            .text("path", \.journalPath), .number("records", \.journalRecords), .number("bytes", \.journalBytes),
            .number("backlog", \.journalBacklog), .flag("failed", \.journalFailed),
            .time("heartbeat_age_ns", \.heartbeatAge), .flag("guard_running", \.guardRunning),
            .flag("latched", \.latched), .text("stopped", \.stopped), .number("venue_orders", \.venueOrders),
            .time("venue_age_ns", \.venueAge), .number("control_refused", \.controlRefused),
            .number("durable", \.journalDurable),
        ]
    }

    private static var feedFields: [Field<FeedFacts>] {
        [
            .counts("refusals", \.refusals), .counts("quarantined", \.quarantined),
            .number("delayed_trades", \.delayedTrades),
            .number("conflated", \.conflated), .number("dropped_trades", \.droppedTrades),
            .number("dropped_frames", \.droppedFrames), .number("held_back_turns", \.heldBack), .number("repeated", \.repeated),
            .number("frames", \.frames),
            Field(
                "streams", \.streams, { .array($0.map(\.json)) },
                { json in json.array.flatMap { StreamLine.lines($0) } }),
        ]
    }

    private static var nameFields: [Field<RunNames>] {
        [
            .text("symbol", \.symbol), .text("base", \.base), .text("quote", \.quote), .text("venue", \.venue),
            .text("account", \.account),
            Field(
                "strategies", \.strategies, { .array($0.map { .string($0) }) },
                { json in json.array.map { $0.compactMap(\.string) } }),
            Field(
                "symbols", \.symbols, { .array($0.map { .string($0) }) },
                { json in json.array.map { $0.compactMap(\.string) } }),
            .text("build", \.build), .hash("config_hash", \.configHash), .text("directory", \.directory),
        ]
    }

    private static var eventFields: [Field<EventLine>] {
        [
            .time("time_ns", \.time), .text("code", \.code),
            Field(
                "severity", \.severity, { .string($0.name) },
                { json in Severity.all.first { $0.name == json.string } }),
            .text("text", \.text), .number("repeats", \.repeats),
        ]
    }
}

extension Field where Root == FeedFacts {
    /// Counts by name, those of zero left out.
    fileprivate static func counts(_ name: String, _ path: WritableKeyPath<FeedFacts, [String: UInt64]>) -> Field {
        Field(
            name, path,
            { .object($0.sorted { $0.key < $1.key }.map { JSONMember($0.key, .count($0.value)) }) },
            { json in
                guard case .object(let members) = json else { return nil }
                var counts: [String: UInt64] = [:]
                for member in members {
                    guard let count = member.value.integer.flatMap({ UInt64(exactly: $0) }) else { return nil }
                    counts[member.key] = count
                }
                return counts
            })
    }
}

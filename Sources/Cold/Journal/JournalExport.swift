import Model
import Units

/// Names for the indices in records, from the run's configuration.
package struct JournalNames: Sendable {
    package var instruments: [String]
    package var strategies: [String]
    package var assets: [String]
    /// Writes client ids as the venue saw them; `nil` writes `run/sequence`.
    package var clientIDs: ClientOrderIDFormat?

    package init(
        instruments: [String] = [], strategies: [String] = [], assets: [String] = [], clientIDs: ClientOrderIDFormat? = nil
    ) {
        self.instruments = instruments
        self.strategies = strategies
        self.assets = assets
        self.clientIDs = clientIDs
    }

    func instrument(_ id: InstrumentID) -> String { name(id.index, instruments, "instrument") }
    func strategy(_ id: StrategyID) -> String { id == .engine ? "engine" : id == .hand ? "hand" : name(id.index, strategies, "strategy") }
    func asset(_ id: AssetID) -> String { name(Int(id.raw), assets, "asset") }
    func client(_ id: ClientOrderID) -> String { clientIDs?.text(id).string ?? "\(id.run)/\(id.sequence)" }

    private func name(_ index: Int, _ list: [String], _ kind: String) -> String {
        list.indices.contains(index) ? list[index] : "\(kind)-\(index)"
    }
}

/// The journal as JSON lines for people and other programs: one line for each intent, verdict, decision, order
/// transition, fill, position, state, alert, command, note and switch between feeds or servers. Names are snake_case and stable; money is exact decimal text;
/// times are nanoseconds, `time_ns` by the engine's clock, `wall_time_ns` since 1970.
package struct JournalExport {
    private let names: JournalNames
    /// Which strategy and version placed an order, for lines whose record does not say.
    private var owners: [UInt64: StrategyID] = [:]
    private var versions: [UInt8: UInt32] = [StrategyID.engine.raw: 0, StrategyID.hand.raw: 0]
    /// Of the last intent to place that passed: an order's first transition comes before its placing.
    private var lastPlacer: StrategyID?
    /// Pieces of a note whose last has not come.
    private var noteBytes: [UInt8] = []

    package init(names: JournalNames = JournalNames()) { self.names = names }

    /// The lines of the next record; none for market data and timers. Records must come in order.
    package mutating func lines(_ record: Record, header: JournalHeader) -> [String] {
        if let output = Output(record: record) { return lines(output, record, header) }
        switch Input(record: record) {
        case .fill(let fill)?: return [self.fill(fill, record, header)]
        case .note(let note)?: return self.note(note, record, header)
        case .intent(let asked)?: return [self.asked(asked, record, header)]
        case .source(let change)?: return [source(change, record, header)]
        default: return []
        }
    }

    private func fill(_ fill: Fill, _ record: Record, _ header: JournalHeader) -> String {
        var line = start("fill", record, header, strategy: owners[fill.client.word])
        line.add("instrument", names.instrument(fill.instrument))
        line.add("client_order_id", names.client(fill.client))
        line.add("venue_order_id", fill.venueOrder.raw)
        line.add("trade_id", fill.trade.high == 0 ? "\(fill.trade.low)" : hex(fill.trade.high) + hex(fill.trade.low))
        line.add("side", snake("\(fill.side)"))
        line.add("price", fill.price.description)
        line.add("quantity", fill.quantity.description)
        line.add("fee", Notional(raw: fill.fee).description)
        line.add("fee_asset", names.asset(fill.feeAsset))
        line.add("is_maker", fill.isMaker)
        line.add("source", snake("\(fill.source)"))
        line.add("venue_time_ns", fill.venueTime.raw)
        return line.text
    }

    private func source(_ change: SourceSwitch, _ record: Record, _ header: JournalHeader) -> String {
        var line = start("source", record, header)
        line.add("of", snake("\(change.role)"))
        line.add("from", change.from)
        line.add("to", change.to)
        line.add("reason", snake("\(change.reason)"))
        line.add("instrument", names.instrument(change.instrument))
        line.add("value", change.value)
        line.add("limit", change.limit)
        line.add("recent", change.recent)
        return line.text
    }

    /// One line when the last piece of a note came.
    private mutating func note(_ note: Note, _ record: Record, _ header: JournalHeader) -> [String] {
        if note.part == 0 { noteBytes = [] }
        noteBytes += note.bytes
        guard Int(note.part) + 1 >= Int(note.parts) else { return [] }
        var line = start("note", record, header)
        line.add("about", snake("\(note.kind)"))
        line.add("operator_id", note.operatorID)
        line.add("text", String(decoding: noteBytes, as: UTF8.self))
        noteBytes = []
        return [line.text]
    }

    private mutating func lines(_ output: Output, _ record: Record, _ header: JournalHeader) -> [String] {
        switch output {
        case .verdict(let verdict):
            versions[verdict.intent.strategy.raw] = verdict.strategyVersion
            if verdict.verdict == .passed, !verdict.isShadow, verdict.intent.kind != .cancel { lastPlacer = verdict.intent.strategy }
            return [intent(verdict.intent, record, header), self.verdict(verdict, record, header)]
        case .place(let order):
            owners[order.client.word] = order.strategy
            return [place(order, record, header)]
        case .amend(let amendment):
            owners[amendment.client.word] = amendment.strategy
            return [amend(amendment, record, header)]
        case .refresh(let refresh):
            var line = start("decision", record, header)
            line.add("action", "refresh_switch")
            line.add("number", UInt64(refresh.client.sequence))
            line.add("period_ns", refresh.period.raw)
            return [line.text]
        case .cancel(let reference): return [decision("cancel", reference, record, header)]
        case .query(let reference): return [decision("query", reference, record, header)]
        case .cancelAll(let instrument):
            var line = start("decision", record, header)
            line.add("action", "cancel_all")
            line.add("instrument", names.instrument(instrument))
            return [line.text]
        case .order(let change):
            if change.from == .created, owners[change.client.word] == nil {
                // One that begins as resting was left by an earlier run and taken in by the engine.
                owners[change.client.word] = change.to == .pendingNew ? lastPlacer : .engine
            }
            return [order(change, record, header)]
        case .position(let change): return [position(change, record, header)]
        case .state(let change):
            var line = start("state", record, header)
            line.add("from", change.from.name)
            line.add("to", change.to.name)
            line.add("error", change.error.name)
            line.add("command", CommandKind(rawValue: change.command).map { snake("\($0)") } ?? "none")
            if change.trip != .none { line.add("trip", change.trip.name) }
            return [line.text]
        case .alert(let alert):
            var line = start("alert", record, header, strategy: owners[alert.client.word])
            line.add("severity", "\(alert.severity)")
            line.add("error", alert.error.name)
            line.add("instrument", names.instrument(alert.instrument))
            if !alert.client.isNone { line.add("client_order_id", names.client(alert.client)) }
            line.add("value", alert.value)
            line.add("limit", alert.limit)
            return [line.text]
        case .command(let result):
            var line = start("command", record, header)
            line.add("command", "\(result.command.kind)")
            line.add("operator_id", result.command.operatorID)
            line.add("hash", hex(result.command.hash))
            line.add("accepted", result.accepted)
            line.add("state", result.state.name)
            if result.command.kind == .limit, let subject = LimitSubject(word: result.command.subject) {
                line.add("limit", subject.key.name)
                if let instrument = subject.instrument { line.add("instrument", names.instrument(instrument)) }
                line.add("value", result.command.value)
            } else if result.command.kind.rawValue > 40 {
                line.add("subject", result.command.subject)
                line.add("value", result.command.value)
            }
            if !result.missing.isEmpty { line.add("missing", result.missing.names.joined(separator: " ")) }
            if result.precedent != Command.engineOperator { line.add("builds_on_operator_id", result.precedent) }
            return [line.text]
        case .switched(let change):
            var line = start("switched", record, header)
            switch change.subject {
            case .strategy: line.add("strategy", names.strategy(StrategyID(UInt8(truncatingIfNeeded: change.index))))
            case .instrument: line.add("instrument", names.instrument(InstrumentID(change.index)))
            }
            line.add("is_on", change.isOn)
            line.add("reason", change.reason.name)
            line.add("operator_id", change.operatorID)
            line.add("until_ns", change.until.raw)
            line.add("value", change.value)
            line.add("limit", change.limit)
            if change.version != 0 { line.add("strategy_version", String(hex(UInt64(change.version)).suffix(8))) }
            return [line.text]
        case .review(let review):
            var line = start("review", record, header, strategy: .hand)
            line.add("review", review.id)
            line.add("operator_id", review.operatorID)
            line.add("hash", hex(review.hash))
            line.add("verdict", review.verdict.name)
            line.add("value_raw", review.value)
            line.add("limit_raw", review.limit)
            line.add("worst_long", review.worstLong.description)
            line.add("worst_short", review.worstShort.description)
            add(review.intent, to: &line)
            return [line.text]
        }
    }

    private func asked(_ asked: ManualIntent, _ record: Record, _ header: JournalHeader) -> String {
        var line = start("asked", record, header, strategy: .hand)
        line.add("operator_id", asked.operatorID)
        add(asked.intent, to: &line)
        return line.text
    }

    private func intent(_ intent: Intent, _ record: Record, _ header: JournalHeader) -> String {
        var line = start("intent", record, header, strategy: intent.strategy)
        add(intent, to: &line)
        return line.text
    }

    private func verdict(_ verdict: Verdict, _ record: Record, _ header: JournalHeader) -> String {
        var line = start("verdict", record, header, strategy: verdict.intent.strategy)
        line.add("verdict", verdict.verdict.name)
        if verdict.isShadow { line.add("is_shadow", true) }
        line.add("value_raw", verdict.value)
        line.add("limit_raw", verdict.limit)
        add(verdict.intent, to: &line)
        return line.text
    }

    private func add(_ intent: Intent, to line: inout JSONLine) {
        line.add("action", "\(intent.kind)")
        line.add("instrument", names.instrument(intent.instrument))
        if !intent.client.isNone { line.add("client_order_id", names.client(intent.client)) }
        line.add("side", "\(intent.side)")
        line.add("time_in_force", snake("\(intent.timeInForce)"))
        line.add("price", intent.price.description)
        line.add("quantity", intent.quantity.description)
    }

    private func place(_ order: NewOrder, _ record: Record, _ header: JournalHeader) -> String {
        var line = start("decision", record, header, strategy: order.strategy)
        line.add("action", "place")
        line.add("instrument", names.instrument(order.instrument))
        line.add("client_order_id", names.client(order.client))
        line.add("side", "\(order.side)")
        line.add("time_in_force", snake("\(order.timeInForce)"))
        line.add("price", order.price.description)
        line.add("quantity", order.quantity.description)
        return line.text
    }

    private func amend(_ amendment: OrderAmendment, _ record: Record, _ header: JournalHeader) -> String {
        var line = start("decision", record, header, strategy: amendment.strategy)
        line.add("action", "amend")
        line.add("instrument", names.instrument(amendment.order.instrument))
        line.add("client_order_id", names.client(amendment.order.client))
        line.add("venue_order_id", amendment.order.venueOrder.raw)
        line.add("new_client_order_id", names.client(amendment.client))
        line.add("side", "\(amendment.side)")
        line.add("time_in_force", snake("\(amendment.timeInForce)"))
        line.add("price", amendment.price.description)
        line.add("quantity", amendment.quantity.description)
        return line.text
    }

    private func decision(
        _ action: String, _ reference: OrderReference, _ record: Record, _ header: JournalHeader
    ) -> String {
        var line = start("decision", record, header, strategy: owners[reference.client.word])
        line.add("action", action)
        line.add("instrument", names.instrument(reference.instrument))
        line.add("client_order_id", names.client(reference.client))
        line.add("venue_order_id", reference.venueOrder.raw)
        return line.text
    }

    private func order(_ change: OrderTransition, _ record: Record, _ header: JournalHeader) -> String {
        var line = start("order", record, header, strategy: owners[change.client.word])
        line.add("instrument", names.instrument(change.instrument))
        line.add("client_order_id", names.client(change.client))
        line.add("from", snake("\(change.from)"))
        line.add("to", snake("\(change.to)"))
        line.add("error", change.error.name)
        line.add("filled_quantity", change.filled.description)
        return line.text
    }

    private func position(_ change: PositionChange, _ record: Record, _ header: JournalHeader) -> String {
        var line = start("position", record, header, strategy: owners[change.client.word])
        line.add("instrument", names.instrument(change.instrument))
        line.add("client_order_id", names.client(change.client))
        line.add("position", change.quantity.description)
        line.add("average_price", change.averagePrice.description)
        line.add("realised", change.realised.description)
        line.add("fees", change.fees.description)
        line.add("is_late", change.isLate)
        return line.text
    }

    /// What every line begins with.
    private func start(
        _ kind: String, _ record: Record, _ header: JournalHeader, strategy: StrategyID? = nil
    ) -> JSONLine {
        var line = JSONLine()
        line.add("kind", kind)
        line.add("mode", header.identity.mode.name)
        line.add("run", header.identity.run)
        line.add("sequence", record.sequence)
        line.add("time_ns", record.time)
        line.add("wall_time_ns", header.createdWall.raw &+ (record.time &- header.createdEngine.raw))
        if let strategy {
            line.add("strategy", names.strategy(strategy))
            if let version = versions[strategy.raw] { line.add("strategy_version", String(hex(UInt64(version)).suffix(8))) }
        }
        return line
    }
}

import Units

/// Outputs as records. Tags are journalled: never reused for another meaning.
extension Output {
    /// The tag of the case in a record.
    @inlinable public var recordTag: UInt8 {
        switch self {
        case .place: return 1
        case .cancel: return 2
        case .cancelAll: return 3
        case .query: return 4
        case .verdict: return 5
        case .order: return 6
        case .position: return 7
        case .state: return 8
        case .alert: return 9
        case .command: return 10
        case .switched: return 50
        case .amend: return 60
        case .review: return 80
        case .refresh: return 100
        }
    }

    /// The last word of its record, up to the fourteenth, that the case may fill; those behind it are zero.
    @inlinable public var recordWords: Int {
        switch self {
        case .cancelAll, .state: return 2
        case .cancel, .query, .order, .refresh: return 4
        case .place, .alert: return 5
        case .switched: return 6
        case .position, .amend: return 7
        case .verdict, .command: return 8
        case .review: return 12
        }
    }

    /// The output as a journal record; word 15 is left zero for the journal's checksum. Lossless, never allocates.
    public func record(sequence: UInt64, time: Nanoseconds) -> Record {
        var record = Record()
        write(to: &record, sequence: sequence, time: time)
        return record
    }

    /// The same where the record is to lie.
    func write(to r: inout Record, sequence: UInt64, time: Nanoseconds) {
        r = Record(stream: .output, tag: recordTag, sequence: sequence, time: time)
        switch self {
        case .place(let v):
            r.put16(v.instrument.raw, at: 0)
            r.put8(v.strategy.raw, at: 16)
            r.put8(v.side.rawValue, at: 24)
            r.put8(v.timeInForce.rawValue, at: 32)
            r.words[3] = v.client.word
            r.put(v.price.raw, 4)
            r.put(v.quantity.raw, 5)
        case .cancel(let v), .query(let v):
            r.put16(v.instrument.raw, at: 0)
            r.words[3] = v.client.word
            r.words[4] = v.venueOrder.raw
        case .cancelAll(let instrument):
            r.put16(instrument.raw, at: 0)
        case .verdict(let v):
            r.put8(v.intent.kind.rawValue, at: 0)
            r.put8(v.intent.strategy.raw, at: 8)
            r.put16(v.intent.instrument.raw, at: 16)
            r.put8(v.intent.side.rawValue, at: 32)
            r.put8(v.intent.timeInForce.rawValue, at: 40)
            r.put(v.intent.price.raw, 3)
            r.put(v.intent.quantity.raw, 4)
            r.words[5] = v.intent.client.word
            r.words[6] = UInt64(v.verdict.rawValue) | (v.isShadow ? 1 << 16 : 0) | UInt64(v.strategyVersion) << 32
            r.put(v.value, 7)
            r.put(v.limit, 8)
        case .order(let v):
            r.put16(v.instrument.raw, at: 0)
            r.put8(v.from.rawValue, at: 16)
            r.put8(v.to.rawValue, at: 24)
            r.put16(v.error.rawValue, at: 32)
            r.words[3] = v.client.word
            r.put(v.filled.raw, 4)
        case .position(let v):
            r.put16(v.instrument.raw, at: 0)
            r.put8(v.isLate ? 1 : 0, at: 16)
            r.words[3] = v.client.word
            r.put(v.quantity.raw, 4)
            r.put(v.averagePrice.raw, 5)
            r.put(v.realised.raw, 6)
            r.put(v.fees.raw, 7)
        case .state(let v):
            r.put8(v.from.rawValue, at: 0)
            r.put8(v.to.rawValue, at: 8)
            r.put16(v.error.rawValue, at: 16)
            r.put8(v.command, at: 32)
            r.put8(v.trip.rawValue, at: 40)
        case .alert(let v):
            r.put8(v.severity.rawValue, at: 0)
            r.put16(v.error.rawValue, at: 8)
            r.put16(v.instrument.raw, at: 24)
            r.words[3] = v.client.word
            r.put(v.value, 4)
            r.put(v.limit, 5)
        case .command(let v):
            r.put8(v.command.kind.rawValue, at: 0)
            r.put32(v.command.operatorID, at: 8)
            r.put8(v.state.rawValue, at: 40)
            r.words[3] = v.command.hash
            r.put(v.command.lifetime.raw, 4)
            r.words[5] = v.accepted ? 1 : 0
            r.words[6] = v.command.subject
            r.put(v.command.value, 7)
            r.words[8] = UInt64(v.missing.rawValue) | UInt64(v.precedent) << 32
        case .review(let v):
            r.put8(v.intent.side.rawValue, at: 0)
            r.put8(v.intent.timeInForce.rawValue, at: 8)
            r.put16(v.intent.instrument.raw, at: 16)
            r.put16(v.verdict.rawValue, at: 32)
            r.words[3] = v.id
            r.words[4] = v.hash
            r.words[5] = UInt64(v.operatorID)
            r.put(v.intent.price.raw, 6)
            r.put(v.intent.quantity.raw, 7)
            r.put(v.value, 8)
            r.put(v.limit, 9)
            r.put(v.worstLong.raw, 10)
            r.put(v.worstShort.raw, 11)
            r.put(v.expires.raw, 12)
        case .refresh(let v):
            r.words[3] = v.client.word
            r.put(v.period.raw, 4)
        case .switched(let v):
            r.put8(v.subject.rawValue, at: 0)
            r.put8(v.isOn ? 1 : 0, at: 8)
            r.put16(v.index, at: 16)
            r.put16(v.reason.rawValue, at: 32)
            r.words[3] = UInt64(v.operatorID) | UInt64(v.version) << 32
            r.put(v.until.raw, 4)
            r.put(v.value, 5)
            r.put(v.limit, 6)
        case .amend(let v):
            r.put16(v.order.instrument.raw, at: 0)
            r.put8(v.strategy.raw, at: 16)
            r.put8(v.side.rawValue, at: 24)
            r.put8(v.timeInForce.rawValue, at: 32)
            r.words[3] = v.order.client.word
            r.words[4] = v.order.venueOrder.raw
            r.words[5] = v.client.word
            r.put(v.price.raw, 6)
            r.put(v.quantity.raw, 7)
        }
    }

    /// The output behind a record; `nil` when the record is of another stream or holds a value this build does not
    /// know.
    public init?(record r: Record) {
        guard r.stream == .output else { return nil }
        let reference = OrderReference(
            client: r.client(3), instrument: InstrumentID(r.get16(at: 0)), venueOrder: VenueOrderID(r.words[4]))
        switch r.tag {
        case 1:
            guard let side = Side(rawValue: r.get8(at: 24)), let tif = TimeInForce(rawValue: r.get8(at: 32))
            else { return nil }
            self = .place(
                NewOrder(
                    client: r.client(3), instrument: InstrumentID(r.get16(at: 0)), strategy: StrategyID(r.get8(at: 16)),
                    side: side, timeInForce: tif, price: r.price(4), quantity: r.quantity(5)))
        case 2: self = .cancel(reference)
        case 3: self = .cancelAll(InstrumentID(r.get16(at: 0)))
        case 4: self = .query(reference)
        case 5:
            guard let kind = Intent.Kind(rawValue: r.get8(at: 0)), let side = Side(rawValue: r.get8(at: 32)),
                let tif = TimeInForce(rawValue: r.get8(at: 40)),
                let verdict = RiskVerdict(rawValue: UInt16(truncatingIfNeeded: r.words[6]))
            else { return nil }
            let intent = Intent(
                kind: kind, strategy: StrategyID(r.get8(at: 8)), instrument: InstrumentID(r.get16(at: 16)), side: side,
                timeInForce: tif, price: r.price(3), quantity: r.quantity(4), client: r.client(5))
            self = .verdict(
                Verdict(
                    intent: intent, verdict: verdict, value: r.int(7), limit: r.int(8),
                    strategyVersion: UInt32(truncatingIfNeeded: r.words[6] >> 32), isShadow: r.words[6] >> 16 & 1 == 1))
        case 6:
            guard let from = OrderState(rawValue: r.get8(at: 16)), let to = OrderState(rawValue: r.get8(at: 24)),
                let error = ErrorCode(rawValue: r.get16(at: 32))
            else { return nil }
            self = .order(
                OrderTransition(
                    client: r.client(3), instrument: InstrumentID(r.get16(at: 0)), from: from, to: to, error: error,
                    filled: r.quantity(4)))
        case 7:
            self = .position(
                PositionChange(
                    instrument: InstrumentID(r.get16(at: 0)), quantity: r.quantity(4), averagePrice: r.price(5),
                    realised: r.notional(6), fees: r.notional(7), client: r.client(3), isLate: r.get8(at: 16) != 0))
        case 8:
            guard let from = SystemState(rawValue: r.get8(at: 0)), let to = SystemState(rawValue: r.get8(at: 8)),
                let error = ErrorCode(rawValue: r.get16(at: 16)), let trip = Trip(rawValue: r.get8(at: 40))
            else { return nil }
            self = .state(StateChange(from: from, to: to, error: error, command: r.get8(at: 32), trip: trip))
        case 9:
            guard let severity = Severity(rawValue: r.get8(at: 0)), let error = ErrorCode(rawValue: r.get16(at: 8))
            else { return nil }
            self = .alert(
                Alert(
                    severity: severity, error: error, instrument: InstrumentID(r.get16(at: 24)), client: r.client(3),
                    value: r.int(4), limit: r.int(5)))
        case 10:
            guard let kind = CommandKind(rawValue: r.get8(at: 0)), let state = SystemState(rawValue: r.get8(at: 40))
            else { return nil }
            let command = Command(
                kind: kind, operatorID: r.get32(at: 8), hash: r.words[3], lifetime: r.nanoseconds(4),
                subject: r.words[6], value: r.int(7))
            self = .command(
                CommandResult(
                    command: command, accepted: r.words[5] != 0, state: state,
                    missing: ArmingChecks(rawValue: UInt16(truncatingIfNeeded: r.words[8])),
                    precedent: UInt32(truncatingIfNeeded: r.words[8] >> 32)))
        case 80:
            guard let side = Side(rawValue: r.get8(at: 0)), let tif = TimeInForce(rawValue: r.get8(at: 8)),
                let verdict = RiskVerdict(rawValue: r.get16(at: 32)), let by = UInt32(exactly: r.words[5])
            else { return nil }
            let intent = Intent(
                kind: .place, strategy: .hand, instrument: InstrumentID(r.get16(at: 16)), side: side, timeInForce: tif,
                price: r.price(6), quantity: r.quantity(7), client: .none)
            self = .review(
                IntentReview(
                    id: r.words[3], hash: r.words[4], operatorID: by, intent: intent, verdict: verdict, value: r.int(8),
                    limit: r.int(9), worstLong: r.quantity(10), worstShort: r.quantity(11), expires: r.nanoseconds(12)))
        case 50:
            guard let subject = SwitchChange.Subject(rawValue: r.get8(at: 0)),
                let reason = ErrorCode(rawValue: r.get16(at: 32))
            else { return nil }
            self = .switched(
                SwitchChange(
                    subject: subject, index: r.get16(at: 16), isOn: r.get8(at: 8) != 0, reason: reason,
                    operatorID: UInt32(truncatingIfNeeded: r.words[3]), until: r.nanoseconds(4), value: r.int(5),
                    limit: r.int(6), version: UInt32(truncatingIfNeeded: r.words[3] >> 32)))
        case 60:
            guard let side = Side(rawValue: r.get8(at: 24)), let tif = TimeInForce(rawValue: r.get8(at: 32))
            else { return nil }
            self = .amend(
                OrderAmendment(
                    order: reference, client: r.client(5), strategy: StrategyID(r.get8(at: 16)), side: side,
                    timeInForce: tif, price: r.price(6), quantity: r.quantity(7)))
        case 100: self = .refresh(SwitchRefresh(client: r.client(3), period: r.nanoseconds(4)))
        default: return nil
        }
    }
}

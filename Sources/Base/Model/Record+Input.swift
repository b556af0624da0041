import Units

/// Inputs as records. Tags are journalled: never reused for another meaning.
extension Input {
    /// The tag of the case in a record.
    @inlinable public var recordTag: UInt8 {
        switch self {
        case .topOfBook: return 1
        case .trade: return 2
        case .orderReply: return 3
        case .orderUpdate: return 4
        case .fill: return 5
        case .balance: return 6
        case .snapshot: return 7
        case .link: return 8
        case .command: return 9
        case .timer: return 10
        case .note: return 11
        case .venueUsage: return 60
        case .intent: return 80
        case .health: return 70
        case .clock: return 71
        case .source: return 90
        }
    }

    /// The input as a journal record; word 15 is left zero for the journal's checksum. Lossless, never allocates.
    public func record(sequence: UInt64, time: Nanoseconds) -> Record {
        var r = Record(stream: .input, tag: recordTag, sequence: sequence, time: time)
        switch self {
        case .topOfBook(let v):
            r.put16(v.instrument.raw, at: 0)
            r.put(v.bidPrice.raw, 3)
            r.put(v.bidQuantity.raw, 4)
            r.put(v.askPrice.raw, 5)
            r.put(v.askQuantity.raw, 6)
            r.words[7] = v.updateID
            r.put(v.venueTime.raw, 8)
            r.put(v.receivedAt.raw, 9)
        case .trade(let v):
            r.put16(v.instrument.raw, at: 0)
            r.put8(v.aggressor.rawValue, at: 16)
            r.put(v.price.raw, 3)
            r.put(v.quantity.raw, 4)
            r.words[5] = v.trade.high
            r.words[6] = v.trade.low
            r.put(v.venueTime.raw, 7)
            r.put(v.receivedAt.raw, 8)
        case .orderReply(let v):
            r.put8(v.kind.rawValue, at: 0)
            r.put8(v.outcome.rawValue, at: 8)
            r.put16(v.instrument.raw, at: 16)
            r.put16(v.error.rawValue, at: 32)
            r.words[3] = v.client.word
            r.words[4] = v.venueOrder.raw
            r.put(Int64(v.venueCode), 5)
            r.put(v.venueTime.raw, 6)
        case .orderUpdate(let v):
            r.put8(v.status.rawValue, at: 0)
            r.put8(v.source.rawValue, at: 8)
            r.put16(v.instrument.raw, at: 16)
            r.put8(v.side.rawValue, at: 32)
            r.words[3] = v.client.word
            r.words[4] = v.venueOrder.raw
            r.put(v.price.raw, 5)
            r.put(v.quantity.raw, 6)
            r.put(v.cumulativeQuantity.raw, 7)
            r.put(v.venueTime.raw, 8)
            r.words[9] = UInt64(v.error.rawValue)
        case .fill(let v):
            r.put16(v.instrument.raw, at: 0)
            r.put8(v.side.rawValue, at: 16)
            r.put8(v.isMaker ? 1 : 0, at: 24)
            r.put8(v.source.rawValue, at: 32)
            r.words[3] = v.client.word
            r.words[4] = v.venueOrder.raw
            r.words[5] = v.trade.high
            r.words[6] = v.trade.low
            r.put(v.price.raw, 7)
            r.put(v.quantity.raw, 8)
            r.put(v.cumulativeQuantity.raw, 9)
            r.put(v.fee, 10)
            r.words[11] = UInt64(v.feeAsset.raw)
            r.put(v.venueTime.raw, 12)
        case .balance(let v):
            r.put16(v.asset.raw, at: 0)
            r.put8(v.venue.raw, at: 16)
            r.put8(v.source.rawValue, at: 24)
            r.put(v.free.raw, 3)
            r.put(v.locked.raw, 4)
            r.put(v.venueTime.raw, 5)
        case .snapshot(let v):
            r.put8(v.venue.raw, at: 0)
            r.put8(v.isEnd ? 1 : 0, at: 8)
            r.put8(v.isComplete ? 1 : 0, at: 16)
            r.words[3] = v.id
            r.put(v.requestedAt.raw, 4)
        case .link(let v):
            r.put8(v.venue.raw, at: 0)
            r.put8(v.role.rawValue, at: 8)
            r.put8(v.state.rawValue, at: 16)
            r.put16(v.reason, at: 24)
        case .command(let v):
            r.put8(v.kind.rawValue, at: 0)
            r.put32(v.operatorID, at: 8)
            r.words[3] = v.hash
            r.put(v.lifetime.raw, 4)
            r.words[5] = v.subject
            r.put(v.value, 6)
        case .timer: break
        case .note(let v):
            r.put8(v.kind.rawValue, at: 0)
            r.put8(v.part, at: 8)
            r.put8(v.parts, at: 16)
            r.put8(v.count, at: 24)
            r.words[3] = UInt64(v.operatorID)
            for index in 0..<9 { r.words[4 + index] = v.text[index] }
        case .venueUsage(let v):
            r.put8(v.venue.raw, at: 0)
            r.put8(v.hold.rawValue, at: 8)
            r.put(v.weight, 3)
            r.put(v.orders, 5)
            r.put(v.ordersLong, 7)
            r.put(v.holdFor.raw, 9)
        case .intent(let v):
            r.put16(v.instrument.raw, at: 0)
            r.put8(v.side.rawValue, at: 16)
            r.put8(v.timeInForce.rawValue, at: 24)
            r.words[3] = UInt64(v.operatorID)
            r.put(v.price.raw, 4)
            r.put(v.quantity.raw, 5)
            r.words[6] = v.hash
            r.put(v.lifetime.raw, 7)
        case .health(let v):
            r.put16(v.instrument.raw, at: 0)
            r.put8(v.venue.raw, at: 16)
            r.put8(v.verdict.rawValue, at: 24)
            r.put8(v.reason.rawValue, at: 32)
            r.put(v.standing.raw, 3)
        case .clock(let v):
            r.put8(v.venue.raw, at: 0)
            r.put(v.offset.raw, 3)
            r.put(v.uncertainty.raw, 4)
            r.put(v.measuredAt.raw, 5)
        case .source(let v):
            r.put8(v.venue.raw, at: 0)
            r.put8(v.role.rawValue, at: 8)
            r.put8(v.from, at: 16)
            r.put8(v.to, at: 24)
            r.put8(v.reason.rawValue, at: 32)
            r.put(v.value, 3)
            r.put(v.limit, 4)
            r.words[5] = UInt64(v.recent) | UInt64(v.instrument.raw) << 32
        }
        return r
    }

    /// The input behind a record; `nil` when the record is of another stream or holds a value this build does not know.
    public init?(record r: Record) {
        guard r.stream == .input else { return nil }
        switch r.tag {
        case 1:
            self = .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(r.get16(at: 0)), bidPrice: r.price(3), bidQuantity: r.quantity(4),
                    askPrice: r.price(5), askQuantity: r.quantity(6), updateID: r.words[7],
                    venueTime: r.nanoseconds(8), receivedAt: r.nanoseconds(9)))
        case 2:
            guard let aggressor = Side(rawValue: r.get8(at: 16)) else { return nil }
            self = .trade(
                PublicTrade(
                    instrument: InstrumentID(r.get16(at: 0)), aggressor: aggressor, price: r.price(3),
                    quantity: r.quantity(4), trade: TradeID(high: r.words[5], low: r.words[6]),
                    venueTime: r.nanoseconds(7), receivedAt: r.nanoseconds(8)))
        case 3:
            guard let kind = RequestKind(rawValue: r.get8(at: 0)), let outcome = Outcome(rawValue: r.get8(at: 8)),
                let error = ErrorCode(rawValue: r.get16(at: 32)), let code = Int32(exactly: r.int(5))
            else { return nil }
            self = .orderReply(
                OrderReply(
                    kind: kind, outcome: outcome, instrument: InstrumentID(r.get16(at: 16)), client: r.client(3),
                    venueOrder: VenueOrderID(r.words[4]), error: error, venueCode: code, venueTime: r.nanoseconds(6)))
        case 4:
            guard let status = VenueOrderStatus(rawValue: r.get8(at: 0)),
                let source = EvidenceSource(rawValue: r.get8(at: 8)), let side = Side(rawValue: r.get8(at: 32)),
                let errorRaw = UInt16(exactly: r.words[9]), let error = ErrorCode(rawValue: errorRaw)
            else { return nil }
            self = .orderUpdate(
                OrderUpdate(
                    status: status, source: source, instrument: InstrumentID(r.get16(at: 16)), side: side,
                    client: r.client(3), venueOrder: VenueOrderID(r.words[4]), price: r.price(5),
                    quantity: r.quantity(6), cumulativeQuantity: r.quantity(7), venueTime: r.nanoseconds(8),
                    error: error))
        case 5:
            guard let side = Side(rawValue: r.get8(at: 16)), let source = EvidenceSource(rawValue: r.get8(at: 32)),
                let asset = UInt16(exactly: r.words[11])
            else { return nil }
            self = .fill(
                Fill(
                    instrument: InstrumentID(r.get16(at: 0)), side: side, isMaker: r.get8(at: 24) != 0,
                    source: source, client: r.client(3), venueOrder: VenueOrderID(r.words[4]),
                    trade: TradeID(high: r.words[5], low: r.words[6]), price: r.price(7), quantity: r.quantity(8),
                    cumulativeQuantity: r.quantity(9), fee: r.int(10), feeAsset: AssetID(asset),
                    venueTime: r.nanoseconds(12)))
        case 6:
            guard let source = EvidenceSource(rawValue: r.get8(at: 24)) else { return nil }
            self = .balance(
                VenueBalance(
                    asset: AssetID(r.get16(at: 0)), venue: VenueID(r.get8(at: 16)), source: source,
                    free: r.quantity(3), locked: r.quantity(4), venueTime: r.nanoseconds(5)))
        case 7:
            self = .snapshot(
                SnapshotMark(
                    id: r.words[3], venue: VenueID(r.get8(at: 0)), isEnd: r.get8(at: 8) != 0,
                    isComplete: r.get8(at: 16) != 0, requestedAt: r.nanoseconds(4)))
        case 8:
            guard let role = LinkRole(rawValue: r.get8(at: 8)), let state = LinkState(rawValue: r.get8(at: 16))
            else { return nil }
            self = .link(LinkChange(venue: VenueID(r.get8(at: 0)), role: role, state: state, reason: r.get16(at: 24)))
        case 9:
            guard let kind = CommandKind(rawValue: r.get8(at: 0)) else { return nil }
            self = .command(
                Command(
                    kind: kind, operatorID: r.get32(at: 8), hash: r.words[3], lifetime: r.nanoseconds(4),
                    subject: r.words[5], value: r.int(6)))
        case 10: self = .timer
        case 11:
            guard let kind = Note.Kind(rawValue: r.get8(at: 0)), r.get8(at: 24) <= UInt8(Note.capacity),
                let by = UInt32(exactly: r.words[3])
            else { return nil }
            var text = InlineArray<9, UInt64>(repeating: 0)
            for index in 0..<9 { text[index] = r.words[4 + index] }
            self = .note(
                Note(
                    kind: kind, part: r.get8(at: 8), parts: r.get8(at: 16), operatorID: by, count: r.get8(at: 24),
                    text: text))
        case 60:
            guard let hold = VenueUsage.Hold(rawValue: r.get8(at: 8)) else { return nil }
            var usage = VenueUsage(venue: VenueID(r.get8(at: 0)))
            usage.hold = hold
            usage.weight = r.limiter(3)
            usage.orders = r.limiter(5)
            usage.ordersLong = r.limiter(7)
            usage.holdFor = r.nanoseconds(9)
            self = .venueUsage(usage)
        case 80:
            guard let side = Side(rawValue: r.get8(at: 16)), let tif = TimeInForce(rawValue: r.get8(at: 24)),
                let by = UInt32(exactly: r.words[3])
            else { return nil }
            self = .intent(
                ManualIntent(
                    operatorID: by, instrument: InstrumentID(r.get16(at: 0)), side: side, timeInForce: tif,
                    price: r.price(4), quantity: r.quantity(5), hash: r.words[6], lifetime: r.nanoseconds(7)))
        case 70:
            guard let verdict = StreamVerdict(rawValue: r.get8(at: 24)), let reason = StreamReason(rawValue: r.get8(at: 32))
            else { return nil }
            self = .health(
                FeedHealth(
                    venue: VenueID(r.get8(at: 16)), instrument: InstrumentID(r.get16(at: 0)), verdict: verdict,
                    reason: reason, standing: r.nanoseconds(3)))
        case 71:
            self = .clock(
                VenueClock(
                    venue: VenueID(r.get8(at: 0)), offset: r.nanoseconds(3), uncertainty: r.nanoseconds(4),
                    measuredAt: r.nanoseconds(5)))
        case 90:
            guard let role = LinkRole(rawValue: r.get8(at: 8)), let reason = SourceSwitch.Reason(rawValue: r.get8(at: 32)),
                r.words[5] >> 48 == 0
            else { return nil }
            self = .source(
                SourceSwitch(
                    venue: VenueID(r.get8(at: 0)), role: role, from: r.get8(at: 16), to: r.get8(at: 24), reason: reason,
                    instrument: InstrumentID(UInt16(truncatingIfNeeded: r.words[5] >> 32)), value: r.int(3), limit: r.int(4),
                    recent: UInt32(truncatingIfNeeded: r.words[5])))
        default: return nil
        }
    }
}

extension Record {
    fileprivate mutating func put(_ limiter: VenueUsage.Limiter, _ word: Int) {
        words[word] = UInt64(UInt32(bitPattern: limiter.used)) | UInt64(UInt32(bitPattern: limiter.limit)) << 32
        put(limiter.endsIn.raw, word + 1)
    }
    fileprivate func limiter(_ word: Int) -> VenueUsage.Limiter {
        VenueUsage.Limiter(
            used: Int32(bitPattern: UInt32(truncatingIfNeeded: words[word])),
            limit: Int32(bitPattern: UInt32(truncatingIfNeeded: words[word] >> 32)), endsIn: nanoseconds(word + 1))
    }
}

import Model
import Testing
import Units

/// A small seeded generator, so that a failing run can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    mutating func int() -> Int64 { Int64(bitPattern: next()) }
    mutating func u8() -> UInt8 { UInt8(truncatingIfNeeded: next()) }
    mutating func u16() -> UInt16 { UInt16(truncatingIfNeeded: next()) }
    mutating func u32() -> UInt32 { UInt32(truncatingIfNeeded: next()) }
    mutating func bool() -> Bool { next() & 1 == 1 }
    mutating func one<T: CaseIterable>(_: T.Type) -> T { T.allCases.randomElement(using: &self)! }
    mutating func price() -> Price { Price(raw: int()) }
    mutating func quantity() -> Quantity { Quantity(raw: int()) }
    mutating func notional() -> Notional { Notional(raw: int()) }
    mutating func time() -> Nanoseconds { Nanoseconds(raw: int()) }
    mutating func instrument() -> InstrumentID { InstrumentID(u16()) }
    mutating func client() -> ClientOrderID { ClientOrderID(word: next()) }
    mutating func severity() -> Severity { [.info, .warning, .critical][Int(next() % 3)] }
    mutating func command() -> Command {
        Command(
            kind: one(CommandKind.self), operatorID: u32(), hash: next(), lifetime: time(), subject: next(),
            value: Int64(bitPattern: next()))
    }

    mutating func input(_ kind: Int) -> Input {
        switch kind {
        case 0:
            return .topOfBook(
                TopOfBook(
                    instrument: instrument(), bidPrice: price(), bidQuantity: quantity(), askPrice: price(),
                    askQuantity: quantity(), updateID: next(), venueTime: time(), receivedAt: time()))
        case 1:
            return .trade(
                PublicTrade(
                    instrument: instrument(), aggressor: one(Side.self), price: price(), quantity: quantity(),
                    trade: TradeID(high: next(), low: next()), venueTime: time(), receivedAt: time()))
        case 2:
            return .orderReply(
                OrderReply(
                    kind: one(RequestKind.self), outcome: one(Outcome.self), instrument: instrument(),
                    client: client(), venueOrder: VenueOrderID(next()), error: one(ErrorCode.self),
                    venueCode: Int32(truncatingIfNeeded: next()), venueTime: time()))
        case 3:
            return .orderUpdate(
                OrderUpdate(
                    status: one(VenueOrderStatus.self), source: one(EvidenceSource.self), instrument: instrument(),
                    side: one(Side.self), client: client(), venueOrder: VenueOrderID(next()), price: price(),
                    quantity: quantity(), cumulativeQuantity: quantity(), venueTime: time(),
                    error: one(ErrorCode.self)))
        case 4:
            return .fill(
                Fill(
                    instrument: instrument(), side: one(Side.self), isMaker: bool(),
                    source: one(EvidenceSource.self), client: client(), venueOrder: VenueOrderID(next()),
                    trade: TradeID(high: next(), low: next()), price: price(), quantity: quantity(),
                    cumulativeQuantity: quantity(), fee: int(), feeAsset: AssetID(u16()), venueTime: time()))
        case 5:
            return .balance(
                VenueBalance(
                    asset: AssetID(u16()), venue: VenueID(u8()), source: one(EvidenceSource.self), free: quantity(),
                    locked: quantity(), venueTime: time()))
        case 6:
            return .snapshot(
                SnapshotMark(
                    id: next(), venue: VenueID(u8()), isEnd: bool(), isComplete: bool(), requestedAt: time()))
        case 7:
            return .link(
                LinkChange(venue: VenueID(u8()), role: one(LinkRole.self), state: one(LinkState.self), reason: u16()))
        case 8: return .command(command())
        case 9: return .timer
        case 11:
            var usage = VenueUsage(venue: VenueID(u8()))
            usage.weight = limiter()
            usage.orders = limiter()
            usage.ordersLong = limiter()
            usage.hold = one(VenueUsage.Hold.self)
            usage.holdFor = time()
            return .venueUsage(usage)
        case 12:
            return .intent(
                ManualIntent(
                    operatorID: u32(), instrument: instrument(), side: one(Side.self), timeInForce: one(TimeInForce.self),
                    price: price(), quantity: quantity(), hash: next(), lifetime: time()))
        case 13:
            return .health(
                FeedHealth(
                    venue: VenueID(u8()), instrument: instrument(), verdict: one(StreamVerdict.self),
                    reason: one(StreamReason.self), standing: time()))
        case 14:
            return .clock(
                VenueClock(venue: VenueID(u8()), offset: time(), uncertainty: time(), measuredAt: time()))
        case 15:
            return .source(
                SourceSwitch(
                    venue: VenueID(u8()), role: one(LinkRole.self), from: u8(), to: u8(),
                    reason: one(SourceSwitch.Reason.self), instrument: instrument(), value: int(), limit: int(),
                    recent: u32()))
        default:
            let bytes = (0..<Int(next() % 73)).map { _ in u8() }
            return .note(Note(one(Note.Kind.self), operatorID: u32(), part: u8(), parts: u8(), bytes: bytes))
        }
    }

    mutating func limiter() -> VenueUsage.Limiter {
        VenueUsage.Limiter(
            used: Int32(bitPattern: u32()), limit: Int32(bitPattern: u32()), endsIn: time())
    }

    mutating func output(_ kind: Int) -> Output {
        let reference = OrderReference(client: client(), instrument: instrument(), venueOrder: VenueOrderID(next()))
        switch kind {
        case 0:
            return .place(
                NewOrder(
                    client: client(), instrument: instrument(), strategy: StrategyID(u8()), side: one(Side.self),
                    timeInForce: one(TimeInForce.self), price: price(), quantity: quantity()))
        case 1: return .cancel(reference)
        case 2: return .cancelAll(instrument())
        case 3: return .query(reference)
        case 4:
            let intent = Intent(
                kind: one(Intent.Kind.self), strategy: StrategyID(u8()), instrument: instrument(),
                side: one(Side.self), timeInForce: one(TimeInForce.self), price: price(), quantity: quantity(),
                client: client())
            return .verdict(
                Verdict(
                    intent: intent, verdict: one(RiskVerdict.self), value: int(), limit: int(),
                    strategyVersion: u32(), isShadow: bool()))
        case 5:
            return .order(
                OrderTransition(
                    client: client(), instrument: instrument(), from: one(OrderState.self), to: one(OrderState.self),
                    error: one(ErrorCode.self), filled: quantity()))
        case 6:
            return .position(
                PositionChange(
                    instrument: instrument(), quantity: quantity(), averagePrice: price(), realised: notional(),
                    fees: notional(), client: client(), isLate: bool()))
        case 7:
            return .state(
                StateChange(
                    from: one(SystemState.self), to: one(SystemState.self), error: one(ErrorCode.self), command: u8(),
                    trip: one(Trip.self)))
        case 8:
            return .alert(
                Alert(
                    severity: severity(), error: one(ErrorCode.self), instrument: instrument(), client: client(),
                    value: int(), limit: int()))
        case 10:
            return .switched(
                SwitchChange(
                    subject: one(SwitchChange.Subject.self), index: u16(), isOn: bool(), reason: one(ErrorCode.self),
                    operatorID: u32(), until: time(), value: int(), limit: int(), version: u32()))
        case 11:
            return .amend(
                OrderAmendment(
                    order: reference, client: client(), strategy: StrategyID(u8()), side: one(Side.self),
                    timeInForce: one(TimeInForce.self), price: price(), quantity: quantity()))
        case 12:
            let intent = Intent(
                kind: .place, strategy: .hand, instrument: instrument(), side: one(Side.self),
                timeInForce: one(TimeInForce.self), price: price(), quantity: quantity(), client: .none)
            return .review(
                IntentReview(
                    id: next(), hash: next(), operatorID: u32(), intent: intent, verdict: one(RiskVerdict.self),
                    value: int(), limit: int(), worstLong: quantity(), worstShort: quantity(), expires: time()))
        case 13: return .refresh(SwitchRefresh(client: client(), period: time()))
        default:
            return .command(
                CommandResult(
                    command: command(), accepted: bool(), state: one(SystemState.self),
                    missing: ArmingChecks(rawValue: u16()), precedent: u32()))
        }
    }
}

func sameWords(_ a: Record, _ b: Record) -> Bool {
    for index in 0..<16 where a.words[index] != b.words[index] { return false }
    return true
}

/// `String(describing:)` prints every stored field, so equal text means equal values.
@Test func everyInputSurvivesItsRecord() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SplitMix(state: seed)
    for round in 0..<400 {
        for kind in 0..<16 {
            let input = random.input(kind)
            let record = input.record(sequence: UInt64(round), time: Nanoseconds(raw: 77))
            let back = try #require(Input(record: record))
            #expect(String(describing: back) == String(describing: input))
            #expect(sameWords(back.record(sequence: UInt64(round), time: Nanoseconds(raw: 77)), record))
            let tags = [11: 60, 12: 80, 13: 70, 14: 71, 15: 90]
            #expect(Int(record.tag) == tags[kind] ?? (kind + 1) && record.words[15] == 0 && record.stream == .input)
            #expect(Output(record: record) == nil)
        }
    }
}

@Test func aNoteOfAnyLengthIsReadBackFromItsPieces() throws {
    for count in [0, 1, 71, 72, 73, 144, 145, 700, 1024] {
        let text = String((0..<count).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
        let pieces = Note.pieces(.reason, operatorID: 7, text)
        #expect(pieces.map { Int($0.part) } == Array(0..<Int(pieces[0].parts)))
        #expect(String(decoding: pieces.flatMap(\.bytes), as: UTF8.self) == text)
    }
    #expect(Note.pieces(.reason, operatorID: 7, String(repeating: "x", count: 5000)).flatMap(\.bytes).count == 1024)
}

@Test func everyOutputSurvivesItsRecord() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SplitMix(state: seed)
    for round in 0..<400 {
        for kind in 0..<14 {
            let output = random.output(kind)
            let record = output.record(sequence: UInt64(round), time: Nanoseconds(raw: 78))
            let back = try #require(Output(record: record))
            #expect(String(describing: back) == String(describing: output))
            #expect(sameWords(back.record(sequence: UInt64(round), time: Nanoseconds(raw: 78)), record))
            let tags = [10: 50, 11: 60, 12: 80, 13: 100]
            #expect(Int(record.tag) == tags[kind] ?? (kind + 1) && record.words[15] == 0 && record.stream == .output)
            #expect(Input(record: record) == nil)
        }
    }
}

/// A step's outputs are made records once, for the hash and for the journal: the same as made one by one and folded whole.
@Test func aSealedBufferHasTheRecordsAndTheHashOfItsOutputs() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SplitMix(state: seed)
    var buffer = OutputBuffer(capacity: 14)
    var (sealed, whole) = (DecisionHash(), DecisionHash())
    for round in 0..<200 {
        buffer.reset()
        let time = Nanoseconds(raw: Int64(round))
        for kind in 0..<14 { buffer.append(random.output(kind)) }
        buffer.seal(at: time, into: &sealed)
        for index in 0..<14 {
            let record = buffer[index].record(sequence: 0, time: time)
            #expect(sameWords(buffer.record(index), record))
            for word in (buffer[index].recordWords + 1)..<16 { #expect(record.words[word] == 0, "word \(word) of \(buffer[index])") }
            whole.fold(record)
        }
    }
    #expect(sealed == whole)
}

@Test func recordsWithUnknownValuesAreRefused() {
    var record = Input.timer.record(sequence: 1, time: .zero)
    record.words[1] = 1 | 99 << 8
    #expect(Input(record: record) == nil)
    record.words[1] = 1 | 9 << 8 | 200 << 16
    #expect(Input(record: record) == nil)
}

@Test func theDecisionHashSeesEveryFieldAndTheTimeButNotTheSequence() {
    var random = SplitMix(state: 5)
    let output = random.output(0)
    func hash(_ record: Record) -> UInt64 {
        var hash = DecisionHash()
        hash.fold(record)
        return hash.value
    }
    let base = output.record(sequence: 1, time: Nanoseconds(raw: 1))
    #expect(hash(base) == hash(output.record(sequence: 2, time: Nanoseconds(raw: 1))))
    #expect(hash(base) != hash(output.record(sequence: 1, time: Nanoseconds(raw: 2))))
    for word in 3...14 {
        var other = base
        other.words[word] ^= 1
        #expect(hash(other) != hash(base))
    }
}

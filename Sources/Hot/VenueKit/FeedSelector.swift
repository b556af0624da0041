import Memory
import Model
import Units

/// Two feeds of the same market, of which exactly one is believed at a time; the other is watched.
///
/// A machine without clock or I/O: it is told what each feed's adapter says and passes on what the active one says. When
/// the active feed is at fault and the other one is sound, the other becomes the active one; the first one comes back when
/// it was sound for long enough and there were not too many switches. Nothing that either feed brought already is passed
/// on again, nor anything older. Where the two contradict each other, nobody is believed: SUSPECT.
///
/// Instruments are dense from 0. One thread; never allocates after `init`; O(instruments) when something about a feed
/// changed and at each timer, O(1) for prices and trades.
public struct FeedSelector: ~Copyable, Sendable {
    private let inPlace = InPlace()
    /// What a feed says of one instrument.
    struct Row: BitwiseCopyable, Sendable {
        var verdict = StreamVerdict.live
        var reason = StreamReason.none
        var standing = Nanoseconds.zero
        var isInSequence = false
        var top: TopOfBook?
        /// Newest exchange time of its books and trades.
        var venueTime = Nanoseconds.zero
    }

    /// What was passed on of one instrument.
    struct Told: BitwiseCopyable, Sendable {
        var verdict = StreamVerdict.live
        var reason = StreamReason.none
        var topID: UInt64 = 0
        var topTime = Nanoseconds.zero
        /// Which feed brought it.
        var lane = 0
        var trade: UInt64 = 0
        var tradeTime = Nanoseconds.zero
        /// A new connection after a time without any feed may count anew; what is older by exchange time may not come.
        var mayCountAnew = false
        var tradesMayCountAnew = false
    }

    struct Lane: BitwiseCopyable, Sendable {
        var isUp = false
        /// Opened since there was no feed.
        var isReopened = false
        var soundSince: Nanoseconds?
    }

    public let rules: FeedRules
    let venue: VenueID
    let count: Int
    /// Two feeds' rows, the first feed's first.
    var rows: Slab<Row>
    var told: Slab<Told>
    var agreements: Slab<Agreement>
    var recentTops: RecentTops
    var lanes = (Lane(), Lane())
    public private(set) var active = 0
    private var toldLink: LinkState?
    private var beganAt: Nanoseconds?
    private var isStarted = false
    /// The newest switches, as many as count within a minute.
    private var switches: SlabList<Nanoseconds>
    private var isFlappingTold = false
    var rebuiltAt = Nanoseconds(raw: .min / 2)
    private var repeated: UInt64 = 0

    public init(venue: VenueID, instruments: Int, rules: FeedRules) {
        precondition(instruments > 0 && rules.maxSwitches >= 2, "a pair of feeds has instruments and may switch and return")
        self.venue = venue
        self.rules = rules
        count = instruments
        rows = Slab(repeating: Row(), count: instruments * 2)
        told = Slab(repeating: Told(), count: instruments)
        agreements = Slab(repeating: Agreement(), count: instruments)
        recentTops = RecentTops(rows: instruments * 2)
        switches = SlabList(capacity: rules.maxSwitches + 1, filler: .zero)
    }

    func lane(_ index: Int) -> Lane { index == 0 ? lanes.0 : lanes.1 }

    private mutating func update(_ index: Int, _ body: (inout Lane) -> Void) {
        if index == 0 { body(&lanes.0) } else { body(&lanes.1) }
    }

    // MARK: What the adapters say

    /// An event of feed `lane`, 0 or 1, at engine time `now`.
    public mutating func take<M: MarketSink & ~Copyable>(
        _ lane: Int, _ input: Input, at now: Nanoseconds, sink: inout M
    ) {
        switch input {
        case .topOfBook(let top): take(lane, top, at: now, &sink)
        case .trade(let trade): take(lane, trade, &sink)
        case .health(let health):
            let row = lane * count + health.instrument.index
            rows[row].verdict = health.verdict
            rows[row].reason = health.reason
            rows[row].standing = health.standing
            judge(at: now, sink: &sink)
        case .link(let change):
            linkChanged(lane, isUp: change.state == .up)
            judge(at: now, sink: &sink)
        default: preconditionFailure("an adapter gives no other market event")
        }
    }

    /// Whether a feed's book of an instrument is whole: false while it is rebuilt.
    public mutating func sequence<M: MarketSink & ~Copyable>(
        _ lane: Int, _ instrument: InstrumentID, isWhole: Bool, at now: Nanoseconds, sink: inout M
    ) {
        rows[lane * count + instrument.index].isInSequence = isWhole
        judge(at: now, sink: &sink)
    }

    private mutating func linkChanged(_ lane: Int, isUp: Bool) {
        update(lane) { lane in
            lane.isUp = isUp
            if isUp { lane.isReopened = true }
        }
        guard !isUp else { return }
        for index in lane * count..<(lane + 1) * count {
            rows[index].isInSequence = false
            rows[index].top = nil
            rows[index].venueTime = .zero
            recentTops.clear(index)
            agreements[index % count].crossedSince = nil
        }
    }

    private mutating func take<M: MarketSink & ~Copyable>(
        _ lane: Int, _ top: TopOfBook, at now: Nanoseconds, _ sink: inout M
    ) {
        let row = lane * count + top.instrument.index
        rows[row].top = top
        rows[row].venueTime = max(rows[row].venueTime, top.venueTime)
        compare(lane, top, at: now)
        if lane == active { hand(top, &sink) }
    }

    private mutating func take<M: MarketSink & ~Copyable>(_ lane: Int, _ trade: PublicTrade, _ sink: inout M) {
        let index = trade.instrument.index
        rows[lane * count + index].venueTime = max(rows[lane * count + index].venueTime, trade.venueTime)
        guard lane == active else { return }
        let known = told[index]
        let isNew = trade.trade.low > known.trade
            || (known.tradesMayCountAnew && trade.venueTime > known.tradeTime)
        guard isNew else { return repeated &+= 1 }
        told[index].trade = trade.trade.low
        told[index].tradeTime = max(known.tradeTime, trade.venueTime)
        told[index].tradesMayCountAnew = false
        sink.market(.trade(trade))
    }

    /// Passes a top on unless it, or a newer one, was passed on before. The same feed may confirm what it said.
    private mutating func hand<M: MarketSink & ~Copyable>(_ top: TopOfBook, _ sink: inout M) {
        let index = top.instrument.index
        let known = told[index]
        let isNew = top.updateID > known.topID || (top.updateID == known.topID && known.lane == active)
            || (known.mayCountAnew && top.venueTime > known.topTime)
        guard isNew else { return repeated &+= 1 }
        told[index].topID = top.updateID
        told[index].topTime = max(known.topTime, top.venueTime)
        told[index].lane = active
        told[index].mayCountAnew = false
        sink.market(.topOfBook(top))
    }

    // MARK: Judging

    /// What is held against a feed.
    struct Fault {
        var reason: SourceSwitch.Reason
        var index = 0
        var value: Int64 = 0
        var limit: Int64 = 0
    }

    func fault(of lane: Int) -> Fault? {
        guard self.lane(lane).isUp else { return Fault(reason: .linkDown) }
        for index in 0..<count {
            let row = rows[lane * count + index]
            if row.verdict >= .suspect {
                return Fault(
                    reason: .suspect, index: index, value: Int64(row.verdict.rawValue), limit: Int64(row.reason.rawValue))
            }
            if !row.isInSequence || row.top == nil { return Fault(reason: .sequence, index: index) }
            let lag = lag(lane, index)
            if lag > rules.maxLag {
                return Fault(reason: .lagging, index: index, value: lag.raw, limit: rules.maxLag.raw)
            }
        }
        return nil
    }

    /// How far a feed's exchange time is behind the other's; zero where that cannot be told.
    func lag(_ lane: Int, _ index: Int) -> Nanoseconds {
        let other = rows[(1 - lane) * count + index].venueTime
        let own = rows[lane * count + index].venueTime
        guard self.lane(1 - lane).isUp, other > own, own.raw > 0 else { return .zero }
        return other - own
    }

    /// Judges both feeds as of now: switches, and tells what changed. Called at least every 100 ms.
    public mutating func judge<M: MarketSink & ~Copyable>(at now: Nanoseconds, sink: inout M) {
        if beganAt == nil { beganAt = now }
        judgeAgreement(at: now, &sink)
        for lane in 0...1 {
            let isSound = fault(of: lane) == nil
            update(lane) { lane in lane.soundSince = isSound ? lane.soundSince ?? now : nil }
        }
        if lanes.0.soundSince != nil { isStarted = true }
        choose(at: now, &sink)
        tell(at: now, &sink)
    }

    private mutating func choose<M: MarketSink & ~Copyable>(at now: Nanoseconds, _ sink: inout M) {
        guard isStarted || now - (beganAt ?? now) > rules.startGrace, !isDisagreeing else { return }
        let isBack = active == 1
        guard let since = lane(1 - active).soundSince else { return }
        let sound = now - since
        var cause: Fault
        if let fault = fault(of: active) {
            // Sound is not enough where the other one fails: there its book has to move.
            guard sound >= rules.provenFor, rows[(1 - active) * count + fault.index].verdict == .live else { return }
            cause = fault
        } else {
            guard isBack, sound >= rules.switchBackAfter else { return }
            cause = Fault(reason: .recovered, value: sound.raw, limit: rules.switchBackAfter.raw)
        }
        while switches.count > 0, now - switches[0] >= Nanoseconds(seconds: 60) { switches.remove(at: 0) }
        guard !isBack || switches.count + 2 <= rules.maxSwitches else {
            if !isFlappingTold {
                cause = Fault(
                    reason: .flapping, index: cause.index, value: Int64(switches.count), limit: Int64(rules.maxSwitches))
                sink.market(.source(change(to: active, cause)))
            }
            isFlappingTold = true
            return
        }
        isFlappingTold = false
        if switches.count > rules.maxSwitches { switches.remove(at: 0) }
        switches.append(now)
        sink.market(.source(change(to: 1 - active, cause)))
        active = 1 - active
        tell(at: now, &sink)
        for index in 0..<count {
            if let top = rows[active * count + index].top { hand(top, &sink) }
        }
    }

    private func change(to lane: Int, _ fault: Fault) -> SourceSwitch {
        SourceSwitch(
            venue: venue, role: .marketData, from: UInt8(active), to: UInt8(lane), reason: fault.reason,
            instrument: InstrumentID(UInt16(fault.index)), value: fault.value, limit: fault.limit,
            recent: UInt32(switches.count))
    }

    /// Tells the active feed's state where it differs from what was told.
    private mutating func tell<M: MarketSink & ~Copyable>(at now: Nanoseconds, _ sink: inout M) {
        let link: LinkState = lane(active).isUp ? .up : .down
        if link != toldLink, toldLink != nil || link == .up {
            if link == .down {
                lanes.0.isReopened = false
                lanes.1.isReopened = false
            } else if toldLink == .down, lane(active).isReopened {
                for index in 0..<count {
                    told[index].mayCountAnew = true
                    told[index].tradesMayCountAnew = true
                }
            }
            toldLink = link
            sink.market(.link(LinkChange(venue: venue, role: .marketData, state: link, reason: 0)))
        }
        for index in 0..<count {
            let row = rows[active * count + index]
            let disagrees = agreements[index].isBroken
            let verdict = disagrees ? max(row.verdict, .suspect) : row.verdict
            let reason = disagrees && row.verdict < .suspect ? StreamReason.feedsDisagree : row.reason
            guard verdict != told[index].verdict || reason != told[index].reason else { continue }
            told[index].verdict = verdict
            told[index].reason = reason
            let standing = disagrees ? agreements[index].age(at: now) : row.standing
            sink.market(
                .health(
                    FeedHealth(
                        venue: venue, instrument: InstrumentID(UInt16(index)), verdict: verdict, reason: reason,
                        standing: standing)))
        }
    }

    // MARK: For people

    public var standing: FeedPairStanding {
        var pair = FeedPairStanding()
        pair.count = 2
        pair.active = UInt8(active)
        pair.primary = standing(of: 0)
        pair.secondary = standing(of: 1)
        pair.isDisagreeing = isDisagreeing
        pair.isFlapping = isFlappingTold
        pair.repeated = repeated
        return pair
    }

    private func standing(of lane: Int) -> FeedStanding {
        var standing = FeedStanding()
        standing.isUp = self.lane(lane).isUp
        standing.isSound = self.lane(lane).soundSince != nil
        standing.isInSequence = true
        for index in 0..<count {
            let row = rows[lane * count + index]
            if !row.isInSequence { standing.isInSequence = false }
            if row.verdict > standing.verdict || index == 0 {
                standing.verdict = row.verdict
                standing.reason = row.reason
            }
            standing.lag = max(standing.lag, lag(lane, index))
        }
        return standing
    }
}

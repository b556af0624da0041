import Model
import TestSupport
import Testing
import Units
import VenueKit

/// Keeps what the pair passes on.
private struct Passed: MarketSink {
    var inputs: [Input] = []
    var reconnects: [Int] = []
    mutating func market(_ input: Input) { inputs.append(input) }
    mutating func requestSnapshot(_ instrument: InstrumentID) {}
    mutating func refused(_ reason: FeedRefusal) {}
    mutating func reconnect(_ reason: FeedRefusal) { reconnects.append(0) }
    mutating func reconnect(_ reason: FeedRefusal, lane: Int) { reconnects.append(lane) }
    mutating func requestSnapshot(_ instrument: InstrumentID, lane: Int) {}

    var tops: [UInt64] { inputs.compactMap { if case .topOfBook(let top) = $0 { return top.updateID } else { return nil } } }
    var trades: [UInt64] { inputs.compactMap { if case .trade(let trade) = $0 { return trade.trade.low } else { return nil } } }
    var switches: [SourceSwitch] { inputs.compactMap { if case .source(let change) = $0 { return change } else { return nil } } }
    var links: [LinkState] { inputs.compactMap { if case .link(let change) = $0 { return change.state } else { return nil } } }
    var health: [FeedHealth] { inputs.compactMap { if case .health(let health) = $0 { return health } else { return nil } } }
}

private let one = Quantity(raw: fixedPointUnit)
private func tenths(_ count: Int64) -> Price { Price(raw: count * fixedPointUnit / 10) }

/// Two feeds of one market, moved by hand. A class: expectations cannot look into a value that cannot be copied.
private final class Stand {
    var selector: FeedSelector
    var passed = Passed()
    var now = Nanoseconds(seconds: 100)
    var id: UInt64 = 1000

    init(instruments: Int = 1, _ change: (inout FeedRules) -> Void = { _ in }) {
        var rules = FeedRules()
        change(&rules)
        selector = FeedSelector(venue: VenueID(0), instruments: instruments, rules: rules)
    }

    var active: Int { selector.active }
    var standing: FeedPairStanding { selector.standing }

    func wait(_ span: Nanoseconds) {
        let end = now + span
        while now < end {
            now = min(end, now + Nanoseconds(milliseconds: 20))
            selector.judge(at: now, sink: &passed)
        }
    }

    func take(_ lane: Int, _ input: Input) { selector.take(lane, input, at: now, sink: &passed) }

    func link(_ lane: Int, _ state: LinkState) {
        take(lane, .link(LinkChange(venue: VenueID(0), role: .marketData, state: state, reason: 0)))
    }

    func top(_ lane: Int, id: UInt64, bid: Price = tenths(1000), in instrument: UInt16 = 0, at time: Nanoseconds? = nil) {
        take(
            lane,
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(instrument), bidPrice: bid, bidQuantity: one,
                    askPrice: Price(raw: bid.raw + fixedPointUnit), askQuantity: one, updateID: id, venueTime: time ?? now,
                    receivedAt: now)))
    }

    func trade(_ lane: Int, id: UInt64) {
        take(
            lane,
            .trade(
                PublicTrade(
                    instrument: InstrumentID(0), aggressor: .buy, price: tenths(1000), quantity: one, trade: TradeID(low: id),
                    venueTime: now, receivedAt: now)))
    }

    func verdict(_ lane: Int, _ verdict: StreamVerdict, _ reason: StreamReason = .tradesPrint) {
        take(
            lane,
            .health(
                FeedHealth(
                    venue: VenueID(0), instrument: InstrumentID(0), verdict: verdict, reason: reason,
                    standing: Nanoseconds(seconds: 3))))
    }

    func whole(_ lane: Int, _ isWhole: Bool = true, in instrument: UInt16 = 0) {
        selector.sequence(lane, InstrumentID(instrument), isWhole: isWhole, at: now, sink: &passed)
    }

    func open(_ lane: Int) {
        link(lane, .up)
        whole(lane)
        top(lane, id: id)
    }

    /// Both feeds sound, the market moves for a second.
    func open() {
        open(0)
        open(1)
        move(Nanoseconds(seconds: 1))
    }

    /// The market moves on the feeds given.
    func move(_ span: Nanoseconds, _ feeds: [Int] = [0, 1]) {
        let end = now + span
        while now < end {
            wait(Nanoseconds(milliseconds: 100))
            id += 1
            for lane in feeds {
                top(lane, id: id)
                trade(lane, id: id)
            }
        }
    }
}

@Test func whileTheFirstFeedIsSoundTheSecondIsOnlyWatched() {
    let stand = Stand()
    stand.open()
    stand.top(1, id: 5000)
    stand.trade(1, id: 5000)
    #expect(stand.active == 0 && stand.passed.switches.isEmpty)
    #expect(!stand.passed.tops.contains(5000) && !stand.passed.trades.contains(5000))
    #expect(stand.passed.links == [.up])
    #expect(stand.standing.secondary.isSound, "its state is known")
}

@Test func aFeedThatIsGoneIsReplacedWithoutTheCoreSeeingAGap() {
    let stand = Stand()
    stand.open()
    stand.link(0, .down)
    #expect(stand.passed.switches.map(\.to) == [1] && stand.passed.switches[0].reason == .linkDown)
    #expect(stand.passed.links == [.up], "there was a feed all the time")
    stand.move(Nanoseconds(seconds: 2), [1])
    #expect(stand.passed.tops.last == stand.id && stand.passed.trades.last == stand.id)
}

@Test(arguments: [StreamVerdict.suspect, .dead]) func aFeedInDoubtIsReplacedAndItsDoubtIsNotTold(_ verdict: StreamVerdict) {
    let stand = Stand()
    stand.open()
    stand.verdict(0, verdict, .probeAhead)
    let change = stand.passed.switches.first
    #expect(change?.reason == .suspect && change?.value == Int64(verdict.rawValue))
    #expect(change?.limit == Int64(StreamReason.probeAhead.rawValue))
    #expect(stand.passed.health.isEmpty, "the feed that is believed was never in doubt")
}

@Test func aBrokenSequenceIsReplaced() {
    let stand = Stand()
    stand.open()
    stand.whole(0, false)
    #expect(stand.passed.switches.map(\.reason) == [.sequence])
}

@Test func aFeedThatPongsAndStandsIsFoundByItsLagAtTheLimitAndNotBefore() {
    let stand = Stand { $0.maxLag = Nanoseconds(milliseconds: 800) }
    stand.open()
    stand.move(Nanoseconds(milliseconds: 800), [1])
    #expect(stand.passed.switches.isEmpty, "at the limit")
    stand.move(Nanoseconds(milliseconds: 100), [1])
    stand.wait(Nanoseconds(milliseconds: 20))
    let change = stand.passed.switches.first
    #expect(change?.reason == .lagging && change?.value == 900_000_000 && change?.limit == 800_000_000)
}

@Test func nobodyIsTakenWhoIsNotSoundHimself() {
    let faults: [(String, (Stand) -> Void)] = [
        ("down", { $0.link(1, .down) }), ("in doubt", { $0.verdict(1, .suspect) }), ("rebuilt", { $0.whole(1, false) }),
        ("quiet", { $0.verdict(1, .quiet, .silence) }),
    ]
    for (name, fault) in faults {
        let stand = Stand()
        stand.open()
        fault(stand)
        stand.link(0, .down)
        stand.wait(Nanoseconds(seconds: 2))
        #expect(stand.passed.switches.isEmpty && stand.passed.links == [.up, .down], "\(name): as with one feed")
    }
}

@Test func aFeedHasToBeSoundForAWhileBeforeItIsTaken() {
    let stand = Stand()
    stand.open(0)
    stand.wait(Nanoseconds(seconds: 1))
    stand.open(1)
    stand.link(0, .down)
    #expect(stand.passed.switches.isEmpty && stand.passed.links.last == .down)
    stand.wait(Nanoseconds(milliseconds: 480))
    #expect(stand.passed.switches.isEmpty)
    stand.wait(Nanoseconds(milliseconds: 20))
    #expect(stand.passed.switches.map(\.to) == [1] && stand.passed.links.last == .up)
}

@Test func afterASwitchNothingOlderIsHandedOnAndNothingTwice() {
    let stand = Stand()
    stand.open()
    // The second feed is a little behind: its own newest is older than what was passed on.
    stand.top(0, id: stand.id + 10)
    stand.trade(0, id: stand.id + 10)
    let floor = stand.id + 10
    stand.link(0, .down)
    for id in stand.id + 1...stand.id + 12 {
        stand.top(1, id: id)
        stand.trade(1, id: id)
    }
    #expect(stand.passed.switches.count == 1)
    #expect(stand.passed.tops.suffix(3) == [floor, floor + 1, floor + 2])
    #expect(stand.passed.trades.suffix(3) == [floor, floor + 1, floor + 2])
    #expect(stand.standing.repeated > 0, "what was not passed on is counted")
}

@Test func theFirstFeedComesBackAfterItsTimeAndNotBefore() {
    let stand = Stand { $0.switchBackAfter = Nanoseconds(seconds: 10) }
    stand.open()
    stand.link(0, .down)
    stand.move(Nanoseconds(seconds: 20), [1])
    stand.open(0)
    stand.move(Nanoseconds(milliseconds: 9900))
    #expect(stand.active == 1)
    stand.move(Nanoseconds(milliseconds: 200))
    #expect(stand.passed.switches.map(\.reason) == [.linkDown, .recovered] && stand.active == 0)
    #expect(stand.passed.tops == stand.passed.tops.sorted() && Set(stand.passed.tops).count == stand.passed.tops.count)
}

@Test func aRelapseBeginsTheWaitAnew() {
    let stand = Stand { $0.switchBackAfter = Nanoseconds(seconds: 10) }
    stand.open()
    stand.link(0, .down)
    stand.open(0)
    stand.move(Nanoseconds(seconds: 9))
    stand.whole(0, false)
    stand.whole(0)
    stand.move(Nanoseconds(seconds: 9))
    #expect(stand.active == 1)
    stand.move(Nanoseconds(seconds: 2))
    #expect(stand.active == 0)
}

@Test func aFirstFeedThatFlapsLosesItsPlaceAndItIsSaidOnce() {
    let stand = Stand {
        $0.switchBackAfter = Nanoseconds(seconds: 1)
        $0.maxSwitches = 4
    }
    stand.open()
    for _ in 0..<12 {
        stand.link(0, .down)
        stand.move(Nanoseconds(milliseconds: 500), [1])
        stand.open(0)
        stand.move(Nanoseconds(seconds: 2))
    }
    let real = stand.passed.switches.filter { $0.reason != .flapping }
    #expect(real.count == 3, "over, back, over: a switch back would leave no room for the next one over")
    #expect(stand.passed.switches.filter { $0.reason == .flapping }.count == 1 && stand.active == 1)
    #expect(stand.standing.isFlapping)
    stand.move(Nanoseconds(seconds: 70))
    #expect(stand.active == 0 && !stand.standing.isFlapping, "a minute later it is over")
}

@Test func aFailingSecondFeedLeadsBackAtOnceToASoundFirstOne() {
    let stand = Stand { $0.switchBackAfter = Nanoseconds(seconds: 30) }
    stand.open()
    stand.link(0, .down)
    stand.open(0)
    stand.move(Nanoseconds(seconds: 2))
    stand.verdict(1, .suspect)
    #expect(stand.active == 0 && stand.passed.health.isEmpty)
}

@Test func atTheStartTheFirstFeedIsWaitedFor() {
    let stand = Stand { $0.startGrace = Nanoseconds(seconds: 5) }
    stand.wait(Nanoseconds(milliseconds: 20))
    stand.open(1)
    stand.move(Nanoseconds(milliseconds: 4900), [1])
    #expect(stand.passed.inputs.isEmpty)
    stand.move(Nanoseconds(milliseconds: 300), [1])
    #expect(stand.active == 1 && stand.passed.links == [.up])
}

@Test func anotherBookAtTheSameUpdateIsSuspectAfterItsTimeAndHealsByNewConnections() {
    let stand = Stand { $0.disagreeAfter = Nanoseconds(milliseconds: 500) }
    stand.open()
    stand.id += 1
    stand.top(0, id: stand.id, bid: tenths(1000))
    stand.top(1, id: stand.id, bid: tenths(990))
    stand.wait(Nanoseconds(milliseconds: 500))
    #expect(stand.passed.health.isEmpty, "at the limit")
    stand.wait(Nanoseconds(milliseconds: 20))
    #expect(stand.passed.health.map(\.verdict) == [.suspect] && stand.passed.health[0].reason == .feedsDisagree)
    #expect(stand.passed.reconnects == [0, 1], "both books are rebuilt")
    stand.link(0, .down)
    #expect(stand.passed.switches.isEmpty, "nobody knows which of them is right")
    stand.open(0)
    stand.link(1, .down)
    stand.open(1)
    #expect(stand.standing.isDisagreeing)
    stand.move(Nanoseconds(seconds: 1))
    #expect(!stand.standing.isDisagreeing)
    #expect(stand.passed.health.last?.verdict == .live)
}

@Test func anEqualBookInTimeIsNoContradiction() {
    let stand = Stand()
    stand.open()
    stand.id += 1
    stand.top(0, id: stand.id, bid: tenths(1000))
    stand.top(1, id: stand.id, bid: tenths(990))
    stand.move(Nanoseconds(seconds: 5))
    #expect(stand.passed.health.isEmpty)
}

@Test func booksThatStandAcrossEachOtherAreSuspectBeyondTheTolerance() {
    for (bid, isSuspect) in [(tenths(1012), false), (tenths(1013), true)] as [(Price, Bool)] {
        let stand = Stand {
            $0.disagreeAfter = Nanoseconds(milliseconds: 500)
            $0.disagreeBps = 20
        }
        stand.open()
        for step in 1...10 as ClosedRange<UInt64> {
            // Ids that never meet: the ask of the one is 101, 20 bps above it 101.202.
            stand.top(0, id: stand.id + step * 2, bid: tenths(1000))
            stand.top(1, id: stand.id + step * 2 + 1, bid: bid)
            stand.wait(Nanoseconds(milliseconds: 100))
        }
        #expect(stand.passed.health.contains { $0.reason == .feedsDisagree } == isSuspect, "\(bid)")
    }
}

@Test func aFeedThatIsOnlyLateDoesNotContradict() {
    let stand = Stand()
    stand.open()
    for step in 1...8 as ClosedRange<UInt64> {
        stand.top(0, id: stand.id + step * 2, bid: Price(raw: Int64(100 + step) * fixedPointUnit))
        stand.wait(Nanoseconds(milliseconds: 100))
    }
    #expect(stand.passed.health.isEmpty)
}

@Test func aVenueThatCountsAnewIsFollowedAfterAGapButNothingOlderByTime() {
    let stand = Stand()
    stand.open()
    let last = stand.now
    stand.link(1, .down)
    stand.link(0, .down)
    stand.wait(Nanoseconds(seconds: 1))
    stand.link(0, .up)
    stand.whole(0)
    let before = stand.passed.tops.count
    stand.top(0, id: 5, at: last)
    #expect(stand.passed.tops.count == before, "older by exchange time")
    stand.top(0, id: 6)
    #expect(stand.passed.tops.last == 6)
}

/// Two feeds of one market with random faults of each. At most one of the feeds speaks, in order, without repetition, and
/// never more switches within a minute than allowed.
@Test(arguments: 1...20 as ClosedRange<UInt64>) func randomFaultsOfTwoFeedsKeepThePromises(_ seed: UInt64) {
    var dice = Dice(seed: seed)
    let stand = Stand {
        $0.switchBackAfter = Nanoseconds(seconds: 2)
        $0.maxSwitches = 4
        $0.startGrace = .zero
    }
    var isUp = [false, false]
    var isFrozen = [false, false]
    var times: [Nanoseconds] = []
    for _ in 0..<4000 {
        for lane in 0...1 where dice.next() % 60 == 0 {
            switch dice.next() % 4 {
            case 0 where isUp[lane]: stand.link(lane, .down); isUp[lane] = false
            case 0, 1:
                if !isUp[lane] { stand.open(lane); isUp[lane] = true }
            case 2: if isUp[lane] { stand.whole(lane, dice.next() % 2 == 0) }
            default: isFrozen[lane].toggle()
            }
        }
        stand.wait(Nanoseconds(milliseconds: 40))
        stand.id += 1
        for lane in 0...1 where isUp[lane] && !isFrozen[lane] {
            stand.top(lane, id: stand.id)
            stand.trade(lane, id: stand.id)
        }
        let real = stand.passed.switches.filter { $0.reason != .flapping }.count
        while times.count < real { times.append(stand.now) }
    }
    #expect(stand.passed.tops == stand.passed.tops.sorted(), "seed \(seed)")
    #expect(Set(stand.passed.trades).count == stand.passed.trades.count, "seed \(seed)")
    for (index, time) in times.enumerated() where index >= 4 {
        #expect(time - times[index - 4] >= Nanoseconds(seconds: 59), "seed \(seed): five switches within a minute")
    }
    #expect(times.count > 5, "seed \(seed): the faults lead to switches")
}

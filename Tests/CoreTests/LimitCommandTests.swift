import Core
import Model
import StrategyKit
import TestSupport
import Testing
import Units

extension CoreBench {
    /// A `limit` command; answers whether it was accepted.
    @discardableResult
    func limit(_ key: LimitKey, _ value: Int64, in instrument: UInt16? = nil, for lifetime: Nanoseconds = Nanoseconds(seconds: 60))
        -> Bool
    {
        let subject = LimitSubject(key, instrument.map(InstrumentID.init(_:)))
        step(
            .command(
                Command(kind: .limit, operatorID: 7, hash: 0, lifetime: lifetime, subject: subject.word, value: value)))
        for case .command(let result) in last where result.command.operatorID == 7 { return result.accepted }
        return false
    }
}

private let tenth = Quantity("0.1").raw
private let fifty = Quantity("50").raw

@Test func aLimitIsLoweredInTheSameStepInEveryState() {
    let stage = Stage()
    stage.bench.live()
    #expect(stage.place(.buy, "0.2") != nil)
    #expect(stage.bench.limit(.maxOrderQuantity, tenth))
    #expect(stage.bench.state == .live, "it changes no state")
    #expect(stage.place(.buy, "0.11") == nil && stage.verdict == .orderSize)
    #expect(stage.place(.buy, "0.1") != nil)
    let states: [[CommandKind]] = [[.kill], [.kill, .unlatch], [.stage], [.stage, .arm]]
    for commands in states {
        let other = Stage()
        other.bench.ready()
        for command in commands { other.bench.command(command) }
        #expect(other.bench.limit(.maxOrderQuantity, tenth), "in \(other.bench.state)")
    }
}

@Test func aLimitIsRaisedOnlyWhileNothingIsArmed() {
    for commands in [[.stage], [.stage, .arm], [.stage, .arm, .confirm], [.kill]] as [[CommandKind]] {
        let stage = Stage()
        stage.bench.ready()
        for command in commands { stage.bench.command(command) }
        #expect(!stage.bench.limit(.maxPosition, fifty + 1), "in \(stage.bench.state)")
        #expect(stage.bench.limit(.maxPosition, fifty), "as it is: no change")
    }
    let stage = Stage(.bench { $0.limit { $0.maxOrderQuantity = "1" } })
    stage.bench.ready()
    #expect(stage.bench.limit(.maxOrderQuantity, Quantity("2").raw, for: Nanoseconds(seconds: 3600)))
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm))
    #expect(stage.place(.buy, "2") != nil)
    #expect(stage.place(.buy, "2.1") == nil && stage.verdict == .orderSize)
}

@Test func aRaiseEndsAtItsTimeAndIsTold() {
    let stage = Stage(.bench { $0.limit { $0.maxOrderQuantity = "1" } })
    stage.bench.ready()
    #expect(stage.bench.limit(.maxOrderQuantity, Quantity("2").raw, for: Nanoseconds(seconds: 10)))
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm))
    #expect(stage.place(.buy, "2") != nil)
    stage.bench.wait(milliseconds: 10_000, every: 1000)
    let ended = stage.bench.outputs.contains {
        if case .command(let result) = $0 { result.command.kind == .limit && result.command.operatorID == Command.engineOperator } else { false }
    }
    #expect(ended && stage.bench.state == .live)
    #expect(stage.place(.sell, "2") == nil && stage.verdict == .orderSize)
}

@Test func aRaiseEndsWithTheMandateAndALoweredLimitStays() {
    let stage = Stage(.bench { $0.limit { $0.maxOrderQuantity = "1" } })
    stage.bench.ready()
    #expect(stage.bench.limit(.maxOrderQuantity, Quantity("2").raw, for: Nanoseconds(seconds: 36_000)))
    #expect(stage.bench.limit(.maxOpenOrders, 3))
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm))
    #expect(stage.place(.buy, "2", at: "50001", .immediateOrCancel) != nil)
    let client = stage.bench.placed.last!.client
    stage.bench.update(.expired, client, quantity: "2", price: "50001")
    stage.bench.command(.disarm)
    #expect(stage.bench.rearm())
    #expect(stage.place(.buy, "2") == nil && stage.verdict == .orderSize, "the raise was for one mandate")
    for price in ["49990", "49991", "49992"] as [Price] { _ = stage.resting(.buy, "0.01", at: price) }
    #expect(stage.place(.buy, "0.01", at: "49993") == nil && stage.verdict == .openOrders, "what was lowered stays so")
}

@Test func whatWasLoweredAfterItsRaiseStaysLowerThanConfigured() {
    let stage = Stage(.bench { $0.limit { $0.maxOrderQuantity = "1" } })
    stage.bench.ready()
    #expect(stage.bench.limit(.maxOrderQuantity, Quantity("2").raw, for: Nanoseconds(seconds: 5)))
    #expect(stage.bench.limit(.maxOrderQuantity, tenth))
    stage.bench.wait(milliseconds: 6000, every: 1000)
    #expect(stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm))
    #expect(stage.place(.buy, "0.2") == nil && stage.verdict == .orderSize)
}

@Test func aLimitOfOneInstrumentLeavesTheOthersAlone() {
    let stage = Stage(.bench(instruments: 2))
    stage.bench.live()
    #expect(stage.bench.limit(.maxOrderQuantity, tenth, in: 1))
    #expect(stage.place(.buy, "0.2") != nil)
    #expect(stage.place(.buy, "0.2", by: 1, in: 1) == nil && stage.verdict == .orderSize)
    #expect(!stage.bench.limit(.maxOrderQuantity, tenth, in: 2), "there is no such instrument")
    #expect(!stage.bench.limit(.maxDailyLoss, 1, in: 1), "the day's loss is the run's")
    #expect(stage.bench.limit(.maxDailyLoss, Notional("1").raw))
}

@Test func aLoweredLossLimitHaltsInItsStep() {
    let stage = Stage()
    stage.bench.live()
    stage.hold("1", at: "50001")
    stage.bench.tick("49900")
    #expect(stage.bench.state == .live)
    stage.bench.limit(.maxDailyLoss, Notional("100").raw)
    #expect(stage.bench.state == .halted)
}

@Test func noCommandTakesALimitOffOrSetsNonsense() {
    let stage = Stage()
    stage.bench.ready()
    for key in LimitKey.allCases {
        #expect(!stage.bench.limit(key, .max) && !stage.bench.limit(key, -1) && !stage.bench.limit(key, .min), "\(key.name)")
        #expect(!stage.bench.limit(key, key.range.upperBound == .max - 1 ? .max : key.range.upperBound + 1), "\(key.name)")
    }
    #expect(!stage.bench.limit(.maxOpenOrders, Int64(Int32.max)), "no limit by the back door")
    #expect(!stage.bench.limit(.maxPosition, fifty + 1, for: .zero), "a raise has an end")
    for word in [0, 999, UInt64.max, 1 << 33 | 3, 65_537 << 16 | 3] as [UInt64] {
        stage.bench.step(
            .command(Command(kind: .limit, operatorID: 7, hash: 0, lifetime: .zero, subject: word, value: 1)))
        for case .command(let result) in stage.bench.last { #expect(!result.accepted, "subject \(word)") }
    }
}

@Test func atMostSixteenLimitsAreRaisedAtOnce() {
    let stage = Stage(.bench { $0.limit { limits in for key in LimitKey.allCases { key.set(key.range.lowerBound, in: &limits) } } })
    stage.bench.ready()
    var raised = 0
    for key in LimitKey.allCases where !key.isTighterWhenHigher && stage.bench.limit(key, key.range.lowerBound + 1) { raised += 1 }
    #expect(raised == 16)
    #expect(stage.bench.limit(LimitKey.allCases[0], 3), "one that is raised may be raised anew")
    stage.bench.timer(after: 61_000)
    #expect(stage.bench.limit(LimitKey.allCases[20], 2), "there is room when they have ended")
}

@Test func everyLimitIsReadAndSetByItsKey() {
    let configuration = CoreConfiguration.bench()
    for key in LimitKey.allCases {
        var limits = configuration.limits[0]
        let value = key.range.lowerBound + 1
        key.set(value, in: &limits)
        #expect(key.raw(limits) == value)
        for other in LimitKey.allCases where other != key {
            #expect(other.raw(limits) == other.raw(configuration.limits[0]), "\(key.name) changed \(other.name)")
        }
        let subject = LimitSubject(key, InstrumentID(.max))
        #expect(LimitSubject(word: subject.word) == subject && LimitSubject(word: LimitSubject(key).word) == LimitSubject(key))
    }
}

/// Whatever is commanded at whatever moment, no order is larger than configured but for what was accepted while nothing
/// was armed.
@Test(arguments: 1...20 as ClosedRange<UInt64>) func noOrderIsLargerThanWhatWasAllowedWhileDisarmed(seed: UInt64) {
    var dice = Dice(seed: seed)
    let stage = Stage(.bench(instruments: 2) { $0.limit { $0.maxOrderQuantity = "1" } })
    stage.bench.ready()
    var allowed = Quantity("1").raw
    for _ in 0..<200 {
        switch dice.below(8) {
        case 0: _ = stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm)
        case 1: stage.bench.command(dice.pick([.disarm, .stop, .stage, .flatten]))
        case 2...4:
            let value = Int64(1 + dice.below(40)) * fixedPointUnit / 10
            let before = stage.bench.state
            let accepted = stage.bench.limit(
                .maxOrderQuantity, value, in: dice.oneIn(2) ? UInt16(dice.below(2)) : nil,
                for: Nanoseconds(seconds: Int64(1 + dice.below(20))))
            if accepted, before == .disarmed || before == .safe { allowed = Swift.max(allowed, value) }
        case 5: stage.bench.wait(milliseconds: Int64(dice.below(3000)), every: 1000)
        default:
            let instrument = UInt16(dice.below(2))
            stage.place(.buy, Quantity(raw: Int64(1 + dice.below(40)) * fixedPointUnit / 10), by: Int(instrument), in: instrument)
            for order in stage.bench.placed(in: stage.bench.last) {
                #expect(order.quantity.raw <= allowed, "seed \(seed)")
                stage.bench.reply(.place, .refused, order.client, .orderRejected, instrument: instrument)
            }
        }
    }
}

/// Buys a little more at every tick, by itself, so that a replay proposes the same.
private struct Growing: Strategy {
    let instrument = InstrumentID(0)
    let versionHash: UInt32 = 1
    var tenths: Int64 = 0
    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        tenths += 1
        intents.place(.buy, .goodTillCancel, price: "49990", quantity: Quantity(raw: tenths * fixedPointUnit / 10))
    }
}

@Test func aReplayHasTheSameLimits() {
    let bench = CoreBench(.bench { $0.limit { $0.maxOrderQuantity = "1" } }) { SingleStrategy(Growing()) }
    bench.ready()
    #expect(bench.limit(.maxOrderQuantity, Quantity("1.5").raw, for: Nanoseconds(seconds: 2)))
    #expect(bench.command(.stage) && bench.command(.arm) && bench.command(.confirm))
    for _ in 0..<4 { bench.tick() }
    #expect(bench.limit(.maxOrderQuantity, Quantity("0.9").raw))
    for _ in 0..<8 { bench.tick() }
    #expect(bench.placed.count == 9, "the tenth is past the lowered limit")
    #expect(bench.replayedHash() == bench.hash)
}

@Test func whatMakesALossCountLaterNeedsTheCeremonyAndWhatMakesItCountSoonerDoesNot() {
    let stage = Stage(.bench {
        $0.limit {
            $0.maxDailyLoss = "1000"
            $0.drawdownConfirmations = 2
            $0.maxPriceGapBps = 20
            $0.maxTradeAge = Nanoseconds(seconds: 5)
            $0.unconfirmedEvaluations = 100
        }
    })
    stage.bench.live()
    #expect(!stage.bench.limit(.maxPriceGapBps, 1) && !stage.bench.limit(.maxTradeAge, 1), "fewer prices would be believed")
    #expect(!stage.bench.limit(.unconfirmedEvaluations, 101) && !stage.bench.limit(.drawdownConfirmations, 3))
    stage.bench.publicTrade(at: "50000")
    stage.hold("1", at: "50001")
    for _ in 0..<3 { stage.bench.tick("48000") }
    #expect(stage.bench.state == .live, "four percent from the last trade: not believed yet")
    #expect(stage.bench.limit(.maxPriceGapBps, 1000), "more prices are believed")
    for _ in 0..<2 { stage.bench.tick("48000") }
    #expect(stage.bench.state == .halted)
}

@Test func theAgesOfDataAreLoweredWhileItRunsAndBindAtOnce() {
    let stage = Stage()
    stage.bench.live()
    for key in [LimitKey.maxQuietAge, .maxVenueAge] {
        #expect(stage.bench.limit(key, Nanoseconds(milliseconds: 200).raw) && stage.bench.limit(key, Nanoseconds(milliseconds: 100).raw))
        #expect(!stage.bench.limit(key, Nanoseconds(milliseconds: 101).raw), "\(key.name): longer needs the ceremony")
    }
    #expect(stage.place(.buy, "0.1") == nil && stage.verdict == .venueDataAge, "the bench has no venue's clock: no age is known")
}

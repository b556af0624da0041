import Core
import Model
import StrategyKit
import Testing
import Units

/// Wants to buy at every tick.
private struct Eager: Strategy {
    let instrument = InstrumentID(0)
    let versionHash: UInt32 = 1
    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        intents.place(.buy, .goodTillCancel, price: Price(raw: 100 * fixedPointUnit), quantity: Quantity(raw: fixedPointUnit))
    }
}

/// What the ceremony allows, without the core: whether it is live after a sequence.
private enum Ceremony {
    case idle, staged, armed, live, killed

    mutating func take(_ command: CommandKind) {
        switch (self, command) {
        case (_, .kill): self = .killed
        case (.killed, .unlatch): self = .idle
        case (.killed, _): break
        case (_, .stop), (_, .disarm): self = .idle
        case (.live, _): break
        case (_, .stage): self = .staged
        case (.staged, .arm): self = .armed
        case (.armed, .confirm): self = .live
        default: break
        }
    }
}

/// A small core, ready to be armed, with the inputs it needs written out.
private struct World: ~Copyable {
    private var core: TradingCore<SingleStrategy<Eager>>
    private var outputs: OutputBuffer
    private var now = Nanoseconds(seconds: 1000)
    private var update: UInt64 = 0
    var state: SystemState { core.state }

    init(_ configuration: CoreConfiguration) {
        core = TradingCore(configuration: configuration, strategies: SingleStrategy(Eager()))
        outputs = OutputBuffer(capacity: configuration.outputCapacity)
        let venue = VenueID(0)
        for role in [LinkRole.marketData, .orders] {
            _ = step(.link(LinkChange(venue: venue, role: role, state: .up, reason: 0)))
        }
        for isEnd in [false, true] {
            _ = step(.snapshot(SnapshotMark(id: 1, venue: venue, isEnd: isEnd, isComplete: true, requestedAt: now)))
            if isEnd { continue }
            _ = step(
                .balance(
                    VenueBalance(
                        asset: usdt, venue: venue, source: .snapshot, free: "1000000", locked: .zero, venueTime: .zero)))
        }
        _ = tick()
    }

    /// Orders that left in this step.
    private mutating func step(_ input: Input) -> Int {
        now = now + Nanoseconds(milliseconds: 1)
        core.step(input, at: now, into: &outputs)
        var sent = 0
        for index in 0..<outputs.count { if case .place = outputs[index] { sent += 1 } }
        outputs.reset()
        return sent
    }
    mutating func tick() -> Int {
        update += 1
        return step(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(0), bidPrice: Price(raw: 99 * fixedPointUnit),
                    bidQuantity: Quantity(raw: fixedPointUnit), askPrice: Price(raw: 101 * fixedPointUnit),
                    askQuantity: Quantity(raw: fixedPointUnit), updateID: update, venueTime: .zero, receivedAt: now)))
    }
    mutating func command(_ kind: CommandKind) -> Int {
        step(.command(Command(kind: kind, operatorID: 0, hash: 9, lifetime: Nanoseconds(seconds: 3600))))
    }
}

/// Every sequence of six commands, which holds all shorter ones: a tick after each tempts the strategy. The first two
/// commands are the argument, so that the parts run beside each other.
@Test(arguments: 0..<CommandKind.allCases.count { $0.rawValue < 40 })
func noneOfAllSequencesOfSixCommandsSendsAnOrderButTheCeremony(first: Int) {
    let kinds = CommandKind.allCases.filter { $0.rawValue < 40 }
    var small = CoreConfiguration.bench()
    small.maxActiveOrders = 8
    small.orderCapacity = 16
    small.fillWindow = 8
    let length = 6
    var count = 1
    for _ in 1..<length { count *= kinds.count }
    var succeeded = 0
    for code in 0..<count {
        var world = World(small)
        var ceremony = Ceremony.idle
        var hasSent = false
        var rest = code
        for place in 0..<length {
            let kind = kinds[place == 0 ? first : rest % kinds.count]
            if place > 0 { rest /= kinds.count }
            let sent = world.command(kind) + world.tick()
            ceremony.take(kind)
            // A second ceremony is refused while orders of the first are unsettled: only the first must succeed.
            guard ceremony == .live ? sent > 0 || hasSent : sent == 0 else {
                Issue.record("sequence \(first)+\(code) at \(place): \(sent) orders left in \(world.state)")
                return
            }
            if sent > 0 {
                hasSent = true
                succeeded += 1
            }
        }
    }
    #expect(succeeded > 0)
}

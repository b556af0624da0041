import Core
import Foundation
import Journal
import Matching
import Model
import Orders
import Replay
import Rings
import StrategyKit
import Telemetry
import Units
import VenueKit
import Wire

/// What a world is made with, beside the engine.
package struct WorldSettings: Sendable {
    package var seed: UInt64
    /// Simulated time with faults; a quiet time to settle follows.
    package var span: Nanoseconds
    package var canary: Canary?
    /// The seed's own when `nil`.
    package var faults: FaultSettings?
    /// Whether the engine has a second feed; the seed's own choice when `nil`.
    package var hasSecondFeed: Bool?
    /// Whether the venue has a second server for orders; the seed's own choice when `nil`.
    package var hasSecondServer: Bool?
    /// Where the journals of the engine's lives are kept while it runs.
    package var directory: String
    package init(
        seed: UInt64, span: Nanoseconds, canary: Canary? = nil, faults: FaultSettings? = nil, directory: String
    ) {
        self.seed = seed
        self.span = span
        self.canary = canary
        self.faults = faults
        self.directory = directory
    }
}

/// One seed's world: a clock, a network, a venue, a disk, an operator and the engine in it, on one thread. Everything is
/// drawn from the seed, so a history can be repeated to the byte.
///
/// Real in it: the core, both protocol machines (bytes in, bytes out), the REST answers' parser, the journal's writer,
/// reader and recovery, the replay, the WebSocket machine on what comes in, the host's book of the trade history.
/// Simulated: time, the network as a stream of bytes, the venue, the reconciler's rhythm, the operator, the disk's
/// failures. Not in it: TLS, HTTP, sockets, threads.
package final class World<Market: MarketDataAdapter & ~Copyable, Orders: OrderEntryAdapter & ~Copyable, Strategies: StrategySet> {
    let engine: WorldEngine<Market, Orders, Strategies>
    let settings: WorldSettings
    let dialect: any VenueDialect
    var heap = EventHeap()
    var dice: WorldDice
    package internal(set) var faults: FaultPlan
    var checker: Checker
    var now = Nanoseconds(seconds: 1_700_000_000)
    let began: Nanoseconds
    var isSettling = false

    // The engine's process.
    var process: EngineProcess<Market, Orders, Strategies>?
    var life = 0
    var run: UInt32 = 0
    let disk = WorldDisk()
    var placesSent: UInt64 = 0
    var stalledUntil = Nanoseconds.zero
    var diskStalledUntil = Nanoseconds.zero
    var clockOffset = Nanoseconds.zero
    var isJournalBroken = false
    var dies = false
    /// What this life was told of those before it.
    var carry = WorldCarry()
    var heldBack: [NewOrder] = []
    /// Orders whose amendment is in doubt, and names that amendments gave.
    var doubtedAmends: Set<ClientOrderID> = []
    var generations: Set<ClientOrderID> = []
    /// The check that stands before the live route, over this life's outputs.
    var conservation = ConservationCheck()
    var truthNumber: UInt64 = 0
    var isTruthUnderWay = false
    /// What this life's host knows of the account's executions, as the engine's own host keeps it.
    var trades = TradeHistory()
    /// Executions the engine booked in this life.
    var booked: Set<FillKey> = []
    var lastTurn = Nanoseconds.zero
    /// The newest book that the core was handed.
    var lastTop: TopOfBook?
    var repairAt = Nanoseconds.zero

    // The network.
    var marketLink = WorldConnection()
    var orderLink = WorldConnection()
    let baseDelay: Int64
    var slowUntil = Nanoseconds.zero
    var stalledLink = (role: LinkRole.rest, until: Nanoseconds.zero)
    /// A connection that is gone, but whose last bytes still reach the venue.
    var drainingLink = -1

    /// In every other seed the engine has a second feed of the same market.
    let hasSecondFeed: Bool
    var second = SecondFeed()
    /// In every third seed the venue has a second server for orders.
    var servers: OrderServers

    // The venue.
    var venue: SimulatedVenue
    var book: WorldBook
    var out = ByteWriter(capacity: 64 << 10)
    var closedUntil = Nanoseconds.zero
    var bannedUntil = Nanoseconds.zero
    /// Our address is banned: no connection, no REST.
    var refusedUntil = Nanoseconds.zero
    var haltedUntil = Nanoseconds.zero
    /// Nothing is told about the account over REST.
    var truthGoneUntil = Nanoseconds.zero
    /// The venue takes no refresh of its dead-man's switch.
    var switchDeafUntil = Nanoseconds.zero
    var rulesUntil = Nanoseconds.zero
    var coarseUntil = Nanoseconds.zero
    /// An answer that the next one overtakes.
    var heldReply: (link: Int, bytes: [UInt8])?
    var silentUntil = Nanoseconds.zero
    /// A second engine's order under our prefix.
    var stranger = ClientOrderID.none
    /// An order that the list of open orders lacks for a while.
    var leftOut = (client: ClientOrderID.none, until: Nanoseconds.zero)
    var strangerRun: UInt32 = 0
    var frozenUntil = Nanoseconds.zero

    /// The newest executions, for the account's trade history.
    var history: [Fill] = []

    /// The newest inputs and outputs, for the one who looks into a violation.
    private var trail: [(at: Nanoseconds, input: Input?, output: Output?)] = []

    // What was seen.
    package internal(set) var report = WorldReport()

    package init(_ engine: WorldEngine<Market, Orders, Strategies>, _ settings: WorldSettings) {
        self.engine = engine
        self.settings = settings
        dialect = engine.dialect
        dice = WorldDice(seed: settings.seed)
        faults = FaultPlan(seed: settings.seed, settings.faults ?? .drawn(seed: settings.seed))
        began = now
        let rule = WorldTemper.cancelSwitch(seed: settings.seed)
        checker = Checker(
            switchAgeMax: rule?.maxAge, cap: engine.limits.maxPosition, maxDataAge: engine.limits.maxDataAge,
            maxUnreconciled: WorldTemper.maxUnreconciled, began: now)
        hasSecondFeed = settings.hasSecondFeed ?? SecondFeed.isDrawn(seed: settings.seed)
        servers = OrderServers(count: settings.hasSecondServer ?? OrderServers.isDrawn(seed: settings.seed) ? 2 : 1)
        baseDelay = 200_000 + Int64(dice.network.next() % 20_000_000)
        let million = Quantity(raw: 1_000_000_000 * fixedPointUnit)
        var account = SimulatedVenueSettings(
            venue: engine.instrument.venue, instruments: [engine.instrument], balances: [million, million])
        account.makerFee = Quantity(raw: 10_000)
        account.takerFee = Quantity(raw: 20_000)
        venue = SimulatedVenue(account)
        book = WorldBook(engine.instrument, seed: settings.seed)
    }

    /// Seconds since the world began.
    var seconds: Double { Double((now - began).raw / 1_000_000) / 1000 }

    /// Runs the whole history; the violations found, none in a sound engine.
    package func play() -> [Violation] {
        heap.schedule(.marketStep, at: now)
        heap.schedule(.operatorActs, at: now + Nanoseconds(seconds: 5))
        heap.schedule(.faults, at: now + Nanoseconds(seconds: 10))
        startProcess()
        let end = began + settings.span
        live(until: end)
        settle()
        if checker.violations.isEmpty { live(until: end + settleTime) }
        if checker.violations.isEmpty { checkSettled() }
        endLife(crash: false)
        report.steps = checker.steps
        report.cover("a day ended in a life", checker.day.rolled.alive)
        report.cover("a day ended while no engine ran", checker.day.rolled.down)
        report.simulated = now - began
        return checker.violations
    }

    func remember(_ input: Input) { remember((now, input, nil)) }
    func remember(_ output: Output) { remember((now, nil, output)) }
    private func remember(_ entry: (at: Nanoseconds, input: Input?, output: Output?)) {
        if case .timer = entry.input { return }
        if case .topOfBook = entry.input { return }
        if case .trade = entry.input { return }
        if trail.count >= 512 { trail.removeFirst(256) }
        trail.append(entry)
    }

    /// What the core was told and decided last, market data and timers left out.
    package var lastSteps: [String] {
        trail.map { entry in
            let seconds = Double((entry.at - began).raw / 1_000) / 1_000_000
            if let input = entry.input { return "\(seconds)  in  \(input)" }
            return "\(seconds)     out \(entry.output!)"
        }
    }

    private var settleTime: Nanoseconds { Nanoseconds(seconds: 180) }

    private func live(until end: Nanoseconds) {
        while let next = heap.nextTime, next <= end, checker.violations.isEmpty, let (time, event) = heap.take() {
            now = Swift.max(now, time)
            handle(event)
            if process != nil, strikes(.processKill) {
                report.cover("killed between two events")
                dies = true
            }
            if dies {
                dies = false
                crash()
            }
        }
    }

    private func handle(_ event: WorldEvent) {
        switch event {
        case .marketStep: marketStep()
        case .marketArrives(let link, let bytes): marketArrives(link, bytes)
        case .ordersArrive(let link, let bytes): ordersArrive(link, bytes)
        case .venueReceives(let link, let bytes): venueReceives(link, bytes)
        case .venueSays(let link, let bytes): send(bytes, link)
        case .linkOpens(let role, let life): linkOpens(role, life)
        case .linkCloses(let role, let link): linkCloses(role, link)
        case .timer(let life): if life == self.life { timer() }
        case .drain(let life): if life == self.life { drain() }
        case .truthAsked(let life): if life == self.life { askTruth() }
        case .truthRead(let life, let asked): if life == self.life { readTruth(asked) }
        case .truthArrives(let life, let rows): if life == self.life { takeTruth(rows) }
        case .snapshotRead(let life): if life == self.life { readSnapshot() }
        case .snapshotArrives(let life, let body): if life == self.life { takeSnapshot(body) }
        case .secondOpens(let life): secondOpens(life)
        case .secondCloses(let link): secondCloses(link)
        case .secondArrives(let link, let bytes): secondArrives(link, bytes)
        case .secondSnapshotRead(let life): if life == self.life { readSecondSnapshot() }
        case .secondSnapshotArrives(let life, let body): if life == self.life { takeSecondSnapshot(body) }
        case .switchAsked(let life, let refresh): takeRefresh(life, refresh)
        case .switchAnswered(let life, let reply): if life == self.life { answerRefresh(reply) }
        case .operatorActs: operatorActs()
        case .operatorSays(let life, let command): if life == self.life { obey(command) }
        case .faults: drawFaults()
        case .strangerLeaves(let client): strangerLeaves(client)
        case .processStarts: startProcess()
        case .personCures: cure()
        case .operatorRestarts(let life): if life == self.life { restart() }
        }
    }

    /// Whether a fault befalls what happens now.
    func strikes(_ fault: FaultClass) -> Bool { faults.strikes(fault, at: now - began) }

    /// No more faults, no more commands but a stop; links and process come back.
    private func settle() {
        isSettling = true
        faults.isOn = false
        closedUntil = .zero
        bannedUntil = .zero
        refusedUntil = .zero
        haltedUntil = .zero
        switchDeafUntil = .zero
        truthGoneUntil = .zero
        rulesUntil = .zero
        coarseUntil = .zero
        silentUntil = .zero
        leftOut.until = .zero
        stalledLink.until = .zero
        frozenUntil = .zero
        second.calm()
        servers.firstClosedUntil = .zero
        slowUntil = .zero
        stalledUntil = .zero
        diskStalledUntil = .zero
        clockOffset = .zero
        if stranger != .none { strangerLeaves(stranger) }
        if marketLink.isDead { linkCloses(.marketData, marketLink.number) }
        if orderLink.isDead { linkCloses(.orders, orderLink.number) }
        disk.calm()
        if isJournalBroken { endLife(crash: true) }
        if process == nil {
            for role in [LinkRole.marketData, .orders] { forgetLink(role) }
            second.link.isOpen = false
            startProcess()
        }
        heap.schedule(
            .operatorSays(
                life: life, Command(kind: .stop, operatorID: 1, hash: 0, lifetime: .zero)),
            at: now + Nanoseconds(seconds: 30))
    }

    /// Invariant 10.
    private func checkSettled() {
        guard process != nil, let status = process?.stepped.status else {
            return checker.fail(.settlesAfterFaults, "the process is down")
        }
        if isJournalBroken { return }
        if status.marketLink != .up || status.orderLink != .up {
            return checker.fail(.settlesAfterFaults, "links are \(status.marketLink) and \(status.orderLink)")
        }
        if venue.openCount > 0 {
            let order = venue.openOrder(0)
            return checker.fail(
                .settlesAfterFaults,
                "\(venue.openCount) orders rest at the venue, the first \(order.client.sequence) of run \(order.client.run), state \(status.state)")
        }
        if status.unknownOrders > 0 { return checker.fail(.settlesAfterFaults, "\(status.unknownOrders) orders are unknown") }
        if now - status.lastReconciledAt > Nanoseconds(seconds: 30) {
            return checker.fail(.settlesAfterFaults, "not reconciled for \((now - status.lastReconciledAt).milliseconds) ms")
        }
        // Nobody may arm, and a person must compare the account.
        if carry.problem != nil { return }
        let truth = checker.heldAtVenue
        let told = checker.toldPosition
        if truth != told {
            report.unexplained += 1
            checker.fail(
                .settlesAfterFaults,
                "the venue filled \(Quantity(raw: truth)), the engine knows of \(Quantity(raw: told)); breaks \(status.reconcileBreaks)")
        }
    }
}

/// One connection's fate. `number` grows with each new one.
struct WorldConnection {
    var number = 0
    var isOpen = false
    /// Half open: nothing arrives any more in either direction, and nobody is told.
    var isDead = false
    var isLoggedOn = false
    var isSubscribed = false
    var closesAt = Nanoseconds.zero
    /// Bytes of one direction keep their order.
    var lastToEngine: Int64 = 0
    var lastToVenue: Int64 = 0
    var failures: Int64 = 0
}

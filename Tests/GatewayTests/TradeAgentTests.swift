import Agents
import Core
import Model
import Quoting
import Rings
import StrategyKit
import Testing
import Units

@testable import Gateway
@testable import Transport

/// What the route was told and what it will say; shared with the test, which steps the agent by hand.
private final class RouteLog {
    var performed: [Output] = []
    var events: [Input] = []
    var polls = 0
    /// Sequence of the newest journal record at the time of each perform.
    var journalled: [UInt64] = []
    var newestRecord: () -> UInt64 = { 0 }
    /// Whether what is performed can be handed over.
    var isOpen = true
}

/// A route without a wire: commands are logged, and refused as `OrderLinkDriver` refuses when the wire is closed.
private struct LoggedRoute: OrderRoute, ~Copyable {
    let log: RouteLog

    mutating func poll(at now: Nanoseconds, wallNow: Nanoseconds) -> Int {
        log.polls += 1
        return 0
    }
    mutating func takeEvent() -> Input? { log.events.isEmpty ? nil : log.events.removeFirst() }

    mutating func perform(_ output: Output, at now: Nanoseconds, wallNow: Nanoseconds) -> Bool {
        guard case .place(let order) = output else {
            switch output {
            case .cancel, .cancelAll, .query:
                log.performed.append(output)
                return log.isOpen
            default: return false
            }
        }
        log.performed.append(output)
        log.journalled.append(log.newestRecord())
        if log.isOpen { return true }
        log.events.append(
            .orderReply(
                OrderReply(
                    kind: .place, outcome: .refused, instrument: order.instrument, client: order.client, venueOrder: .none,
                    error: .venueUnavailable, venueCode: 0, venueTime: .zero)))
        return false
    }
}

/// The trade agent with the other ends of all its rings.
private struct Bench: ~Copyable {
    var agent: TradeAgent<LoggedRoute, SingleStrategy<Quoter>>
    let log = RouteLog()
    var market: RingProducer<Input>
    var cold: RingProducer<Input>
    var urgent: RingProducer<Input>
    let kills = KillGauge.board()
    var journal: RingConsumer<Record>
    var heartbeat: LatestReader<EngineBeat>
    var status: LatestReader<EngineStatus>
    let stalls: CounterReader
    /// The cold side's beat; silent unless a test beats.
    var coldBeat = HeartbeatWriter()
    var now = Nanoseconds(seconds: 100)
    var records: [Record] = []
    var update: UInt64 = 0

    init(journal journalCapacity: Int = 65_536) throws {
        let q = { (t: String) in try Quantity(t) }
        let instrument = Instrument(
            id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText("BTCUSDT")!,
            tickSize: try Price("0.01"), lotSize: try q("0.00001"), minQuantity: try q("0.00001"),
            maxQuantity: try q("100"), minNotional: try Notional("5"))
        let limits = RiskLimits(
            maxOrderQuantity: try q("1"), maxOrderNotional: try Notional("1000000"), maxPosition: try q("5"),
            maxOpenOrders: 10, priceCollarBps: 500, maxDataAge: Nanoseconds(seconds: 60), maxOrdersPerSecond: 50,
            maxOrdersPerMinute: 500, maxDailyLoss: try Notional("100000"))
        let configuration = CoreConfiguration(
            mode: .live, run: 7, venue: VenueID(0), prefix: ClientOrderIDFormat(prefix: "nt-")!, instruments: [instrument],
            limits: [limits], configHash: 1)
        let quoter = try Quoter(
            instrument: InstrumentID(0),
            parameters: [
                "orderQuantity": 1_000_000, "halfSpreadTicks": 5, "halfSpreadBps": 0, "skewTicks": 2,
                "maxInventory": 100_000_000, "minReplaceInterval": 0, "minPriceChangeTicks": 1,
            ])
        let marketEnds = makeRing(of: Input.self, capacity: 1024)
        let coldEnds = makeRing(of: Input.self, capacity: 64)
        let urgentEnds = makeRing(of: Input.self, capacity: 8)
        let journalEnds = makeRing(of: Record.self, capacity: journalCapacity)
        let beatEnds = makeLatest(of: EngineBeat.self)
        let statusEnds = makeLatest(of: EngineStatus.self)
        let stallCounter = SharedCounter()
        stalls = stallCounter.reader()
        agent = TradeAgent(
            core: TradingCore(configuration: configuration, strategies: SingleStrategy(quoter)),
            outputCapacity: configuration.outputCapacity, orders: LoggedRoute(log: log),
            inlets: TradeInlets(market: marketEnds.consumer, cold: coldEnds.consumer, urgent: urgentEnds.consumer),
            journal: journalEnds.producer, session: 0,
            telemetry: TradeTelemetry(
                status: statusEnds.writer, heartbeat: beatEnds.writer, process: EngineBeat(process: 7, startedAt: .zero),
                histograms: StageHistograms(), stalls: stallCounter),
            stallLimit: Nanoseconds(milliseconds: 500),
            cold: ColdWatch(coldBeat.reader(), limit: Nanoseconds(seconds: 5)), kills: kills)
        urgent = urgentEnds.producer
        market = marketEnds.producer
        cold = coldEnds.producer
        journal = journalEnds.consumer
        heartbeat = beatEnds.reader
        status = statusEnds.reader
    }

    @discardableResult mutating func turn(after milliseconds: Int64 = 1) -> Int {
        now = now + Nanoseconds(milliseconds: milliseconds)
        return agent.doWork(now: now)
    }

    /// Takes what the journal ring holds, as the cold side would.
    mutating func drain() { while let record = journal.tryPop() { records.append(record) } }

    mutating func tell(_ kind: CommandKind) {
        let taken = cold.tryPush(.command(Command(kind: kind, operatorID: 5, hash: 9, lifetime: Nanoseconds(seconds: 3600))))
        precondition(taken)
    }

    mutating func tick(_ bid: Int64) {
        update += 1
        let taken = market.tryPush(
            .topOfBook(
                TopOfBook(
                    instrument: InstrumentID(0), bidPrice: Price(raw: bid * fixedPointUnit),
                    bidQuantity: Quantity(raw: fixedPointUnit), askPrice: Price(raw: (bid + 1) * fixedPointUnit),
                    askQuantity: Quantity(raw: fixedPointUnit), updateID: update, venueTime: now, receivedAt: now)))
        precondition(taken)
    }

    /// Links up, account proved, a price, the ceremony: LIVE.
    mutating func goLive() {
        log.events.append(.link(LinkChange(venue: VenueID(0), role: .orders, state: .up, reason: 0)))
        _ = market.tryPush(.link(LinkChange(venue: VenueID(0), role: .marketData, state: .up, reason: 0)))
        turn()
        for isEnd in [false, true] {
            _ = cold.tryPush(
                .snapshot(SnapshotMark(id: 1, venue: VenueID(0), isEnd: isEnd, isComplete: true, requestedAt: now)))
            for asset: UInt16 in isEnd ? [] : [0, 1] {
                _ = cold.tryPush(
                    .balance(
                        VenueBalance(
                            asset: AssetID(asset), venue: VenueID(0), source: .snapshot,
                            free: Quantity(raw: 1_000_000 * fixedPointUnit), locked: .zero, venueTime: now)))
            }
        }
        tick(50_000)
        turn()
        for kind in [CommandKind.stage, .arm, .confirm] {
            tell(kind)
            turn()
        }
        drain()
    }

    /// Inputs in the journal, in order.
    var inputs: [Input] { records.compactMap { Input(record: $0) } }
    var placed: Int { log.performed.count { if case .place = $0 { true } else { false } } }

    mutating func state() -> SystemState? {
        for _ in 0..<30 { turn() }
        var value = EngineStatus()
        return status.tryRead(&value) ? value.state : nil
    }
}

@Suite struct TradeAgentTests {
    @Test func `Stepped by hand it goes through the ceremony, quotes, and journals each step before it sends`() throws {
        var bench = try Bench()
        bench.goLive()
        bench.tick(50_010)
        bench.turn()
        bench.drain()
        let (placed, state) = (bench.placed, bench.state())
        #expect(state == .live)
        #expect(placed == 2)
        let records = bench.records
        // Sequence without gaps, and every order the route was given has its own record.
        #expect(records.map(\.sequence) == Array(1...UInt64(records.count)))
        let journalled = records.compactMap { record -> NewOrder? in
            if case .place(let order)? = Output(record: record) { order } else { nil }
        }
        let sent = bench.log.performed.compactMap { output -> NewOrder? in
            if case .place(let order) = output { order } else { nil }
        }
        #expect(journalled.map(\.client) == sent.map(\.client))
    }

    @Test func `A kill goes ahead of all that waits, is stamped, and changes nothing the second time`() throws {
        var bench = try Bench()
        bench.goLive()
        bench.tick(50_010)
        bench.turn()
        let resting = bench.log.performed.count { if case .place = $0 { true } else { false } }
        #expect(resting == 2)
        bench.drain()
        let before = bench.records.count
        // A burst of ticks and commands waits, and the kill comes last.
        for price: Int64 in 0..<40 { bench.tick(50_020 + price) }
        bench.tell(.disarm)
        let asked = bench.now.raw + 1
        let command = Command(
            kind: .kill, operatorID: 5, hash: 0, lifetime: .zero, subject: Command.ahead, value: asked)
        let isTaken = bench.urgent.tryPush(.command(command))
        #expect(isTaken)
        bench.log.performed = []
        bench.turn()
        bench.drain()
        guard case .command(let first)? = Input(record: bench.records[before]) else {
            Issue.record("the turn did not begin with the kill")
            return
        }
        #expect(first.kind == .kill && first.value == asked)
        guard case .cancelAll? = bench.log.performed.first else {
            Issue.record("the first thing that left is no cancel")
            return
        }
        let kills = bench.kills
        #expect(kills.read(.kills) == 1 && kills.read(.made) == 1 && kills.read(.asked) == asked)
        #expect(kills.read(.cancels) == 1 && kills.read(.orders) == 2)
        #expect(kills.read(.safe) >= kills.read(.taken) && kills.read(.taken) > 0)
        // The operator's own command follows: it is carried out, and is no second kill to anybody who reads the stamps.
        bench.tell(.kill)
        bench.turn()
        #expect(kills.read(.kills) == 2 && kills.read(.made) == 1 && kills.read(.asked) == asked)
        let state = bench.state()
        #expect(state == .halted)
    }

    @Test func `A kill without a link sends nothing and says so`() throws {
        var bench = try Bench()
        let command = Command(kind: .kill, operatorID: 5, hash: 0, lifetime: .zero, subject: Command.ahead, value: 7)
        let isTaken = bench.urgent.tryPush(.command(command))
        #expect(isTaken)
        bench.turn()
        #expect(bench.kills.read(.kills) == 1 && bench.kills.read(.made) == 0 && bench.kills.read(.safe) == 0)
        #expect(bench.kills.read(.cancels) == 0)
    }

    @Test func `A last cancel behind an earlier send counts when it leaves`() {
        let board = KillGauge.board()
        var stamps = KillStamps(board)
        var link = LinkStamps()
        (link.sealed, link.submitted) = (20, 10)
        let command = Command(kind: .kill, operatorID: 5, hash: 0, lifetime: .zero, value: 100)
        stamps.took(
            command, wasHalted: false, at: Nanoseconds(raw: 110), orders: 3, cancels: 2, link: link, now: Nanoseconds(raw: 120))
        #expect(board.read(.kills) == 1 && board.read(.safe) == 0)
        stamps.settle(link, now: Nanoseconds(raw: 130))
        #expect(board.read(.safe) == 0)
        link.submitted = 25
        stamps.settle(link, now: Nanoseconds(raw: 140))
        #expect(board.read(.safe) == 140 && board.read(.made) == 1)
        stamps.settle(link, now: Nanoseconds(raw: 150))
        #expect(board.read(.safe) == 140)
    }

    @Test func `A cold side that hangs takes the mandate although the journal has room`() throws {
        var bench = try Bench()
        bench.goLive()
        bench.coldBeat.enter(.running)
        bench.coldBeat.turn(work: 1, began: bench.now, tookNs: 0)
        for _ in 0..<48 { bench.turn(after: 100) }
        let before = bench.state()
        #expect(before == .live, "4.8 s and a little")
        for _ in 0..<4 { bench.turn(after: 100) }
        bench.drain()
        let told = bench.inputs.compactMap { if case .command(let command) = $0, command.kind == .stalled { command } else { nil } }
        #expect(told.count == 1, "once for each silence")
        #expect(told[0].subject == ColdWatch.threadNumber && told[0].lifetime > Nanoseconds(seconds: 5))
        #expect(told[0].operatorID == Command.engineOperator)
        let after = bench.state()
        #expect(after == .safe)
        // It turns again, and hangs again: told again.
        bench.coldBeat.turn(work: 1, began: bench.now, tookNs: 0)
        for _ in 0..<56 { bench.turn(after: 100) }
        bench.drain()
        #expect(bench.inputs.count { if case .command(let command) = $0 { command.kind == .stalled } else { false } } == 2)
    }

    @Test func `A cold side that beats, has not begun or has ended is left alone`() throws {
        for isBeating in [false, true] {
            var bench = try Bench()
            bench.goLive()
            for _ in 0..<80 {
                if isBeating {
                    bench.coldBeat.enter(.running)
                    bench.coldBeat.turn(work: 1, began: bench.now, tookNs: 0)
                }
                bench.turn(after: 100)
            }
            bench.coldBeat.enter(.stopped)
            for _ in 0..<80 { bench.turn(after: 100) }
            let state = bench.state()
            #expect(state == .live)
        }
    }

    @Test func `A journal without room for a whole step stops everything, and nothing is lost when it has room again`() throws {
        // Twice the largest step: full after the first steps.
        var bench = try Bench(journal: 4096)
        bench.log.events.append(.link(LinkChange(venue: VenueID(0), role: .orders, state: .up, reason: 0)))
        var stepped = 0
        for _ in 0..<20_000 {
            if bench.turn() == 0, bench.stalls.value > 0 { break }
            stepped += 1
        }
        #expect(stepped < 20_000)
        let before = bench.stalls.value
        let polls = bench.log.polls
        bench.tell(.stop)
        bench.tick(50_000)
        bench.log.events.append(.link(LinkChange(venue: VenueID(0), role: .orders, state: .down, reason: 0)))
        for _ in 0..<10 {
            let work = bench.turn()
            #expect(work == 0)
        }
        #expect(bench.stalls.value == before + 10)
        #expect(bench.log.polls == polls && bench.log.events.count == 1)
        // The guard sees silence and acts: an engine that can decide nothing cannot stop itself either.
        var beat = EngineBeat(process: 0, startedAt: .zero)
        let isRead = bench.heartbeat.tryRead(&beat)
        #expect(isRead && beat.beatAt < bench.now)
        bench.drain()
        bench.turn()
        bench.drain()
        let last = bench.inputs.suffix(3)
        var seen: [String] = []
        for input in last {
            switch input {
            case .link(let change): seen.append("link \(change.state)")
            case .command(let command): seen.append("\(command.kind)")
            case .topOfBook: seen.append("top")
            case .timer: seen.append("timer")
            default: seen.append("?")
            }
        }
        #expect(seen.filter { $0 != "timer" } == Array(["link down", "stop", "top"].suffix(seen.filter { $0 != "timer" }.count)))
        #expect(bench.inputs.contains { if case .command(let c) = $0 { c.kind == .stop } else { false } })
        #expect(bench.records.map(\.sequence) == Array(1...UInt64(bench.records.count)))
    }

    @Test func `An order that could not be handed over is told to the core, which knows it as rejected and not as unknown`() throws {
        var bench = try Bench()
        bench.log.isOpen = false
        bench.goLive()
        for bid in 1...5 {
            bench.tick(50_000 + Int64(bid))
            bench.turn()
        }
        // What was refused in one turn is told in the next, and asking again is refused again: until the wire opens.
        bench.log.isOpen = true
        let refused = bench.placed
        bench.turn()
        bench.drain()
        #expect(refused >= 2)
        let replies = bench.inputs.filter { if case .orderReply(let r) = $0 { r.outcome == .refused } else { false } }
        #expect(replies.count == refused)
        var status = EngineStatus()
        for _ in 0..<30 { bench.turn() }
        let isRead = bench.status.tryRead(&status)
        #expect(isRead && status.unknownOrders == 0)
    }

    @Test func `A thread that stood still takes its own mandate away before it looks at anything else`() throws {
        var bench = try Bench()
        bench.goLive()
        let live = bench.state()
        #expect(live == .live)
        bench.drain()
        let known = bench.records.count
        bench.tick(50_700)
        bench.turn(after: 501)
        bench.drain()
        let inputs = bench.records[known...].compactMap { Input(record: $0) }
        guard case .command(let command)? = inputs.first else {
            Issue.record("the first input after the stall is \(String(describing: inputs.first))")
            return
        }
        #expect(command.kind == .stop && command.operatorID == Command.engineOperator)
        #expect(command.lifetime >= Nanoseconds(milliseconds: 501))
        let after = bench.state()
        #expect(after != .live)
    }

    @Test func `A turn just within the limit is no stall`() throws {
        var bench = try Bench()
        bench.goLive()
        for _ in 0..<5 { bench.turn(after: 500) }
        let state = bench.state()
        #expect(state == .live)
    }

    @Test func `The operator's stop does not wait behind a burst of ticks`() throws {
        var bench = try Bench()
        bench.goLive()
        bench.drain()
        let known = bench.records.count
        for bid in 0..<500 { bench.tick(50_000 + Int64(bid % 3)) }
        bench.tell(.stop)
        bench.turn()
        bench.drain()
        let inputs = bench.records[known...].compactMap { Input(record: $0) }
        guard case .command(let command)? = inputs.first else {
            Issue.record("the first input is \(String(describing: inputs.first))")
            return
        }
        #expect(command.kind == .stop)
        // A bounded turn: the burst is taken in portions.
        #expect(inputs.count <= 66)
    }

    @Test func `The last beat of an orderly end says so`() throws {
        var bench = try Bench()
        bench.turn()
        bench.agent.onStop()
        var beat = EngineBeat(process: 0, startedAt: .zero)
        let isRead = bench.heartbeat.tryRead(&beat)
        #expect(isRead && beat.hasEnded && beat.isValid && beat.process == 7)
    }
}

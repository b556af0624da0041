import Core
import Foundation
import Journal
import Model
import Replay
import Rings
import StrategyKit
import Units
import VenueKit
import Wire

/// The engine's side: process, steps, journal, timers.
extension World where Market: ~Copyable, Orders: ~Copyable {
    private var lifeDirectory: String { settings.directory + "/life\(life)" }
    private var ringFile: String { lifeDirectory + "/journal.shm" }
    private var coreConfiguration: CoreConfiguration {
        var limits = engine.limits
        if settings.canary == .capIgnored {
            limits.maxPosition = Quantity(raw: limits.maxPosition.raw * 10)
        }
        return CoreConfiguration(
            mode: .live, run: run, venue: engine.instrument.venue, prefix: engine.clientIDs,
            instruments: [engine.instrument], limits: [limits], configHash: 1)
    }

    func startProcess() {
        guard process == nil else { return }
        life += 1
        run = Swift.max(run, strangerRun) + 1
        report.lives += 1
        report.alertsOfLife = 0
        isJournalBroken = false
        isTruthUnderWay = false
        heldBack = []
        placesSent = 0
        historyFloor = nil
        booked = []
        lastTurn = now
        stalledUntil = .zero
        clockOffset = .zero
        diskStalledUntil = .zero
        disk.calm()
        do {
            try FileManager.default.createDirectory(atPath: lifeDirectory, withIntermediateDirectories: true)
            let bytes = ringByteCount(of: Record.self, capacity: 8192)
            let memory = MemoryBlock(
                mapping: try SharedRegion(path: ringFile, byteCount: bytes, opening: .existingOrNew))
            let ring = makeRing(of: Record.self, capacity: 8192, in: memory)
            process = try EngineProcess(
                configuration: coreConfiguration, strategies: engine.makeStrategies(), market: engine.makeMarket(),
                orders: engine.makeOrders(), ring: ring, directory: lifeDirectory, identity: identity, disk: disk,
                now: now, canary: settings.canary)
        } catch {
            fatalError("the simulated world cannot use \(lifeDirectory): \(error)")
        }
        checker.begin(run: run)
        heap.schedule(.linkOpens(.marketData, life: life), at: now + Nanoseconds(milliseconds: 20))
        heap.schedule(.linkOpens(.orders, life: life), at: now + Nanoseconds(milliseconds: 30))
        heap.schedule(.timer(life: life), at: now + timerInterval)
        heap.schedule(.drain(life: life), at: now + Nanoseconds(milliseconds: 250))
        heap.schedule(.truthAsked(life: life), at: now + Nanoseconds(milliseconds: 500))
    }

    private var identity: JournalIdentity {
        JournalIdentity(build: "simulated", configurationHash: 1, mode: .live, run: run, name: "world",
            session: (UInt64(run) << 32 | UInt64(life)) &* 0x9E37_79B9_7F4A_7C15)
    }

    var timerInterval: Nanoseconds { Nanoseconds(milliseconds: 50) }

    /// The process dies now, wherever it is.
    func crash() {
        guard process != nil else { return }
        report.kills += 1
        endLife(crash: true)
        for role in [LinkRole.marketData, .orders] { forgetLink(role) }
        heap.schedule(.processStarts, at: now + dice.process.pause(10))
    }

    /// Ends a life, completes its journal as the next start would, and replays it.
    func endLife(crash: Bool) {
        guard process != nil else { return }
        let hash = process!.stepped.status.decisionHash
        report.digest(hash)
        let records = process!.stepped.nextSequence - 1
        if !crash, !isJournalBroken { _ = try? process!.writer.drain(wall: now, engine: now) }
        for reason in FeedRefusal.allCases {
            report.cover("market message refused as \(reason.name)", Int(process!.marketSink.refusals[reason]))
        }
        process = nil
        defer { try? FileManager.default.removeItem(atPath: lifeDirectory) }
        guard checker.violations.isEmpty else { return }
        do {
            let recovery = try recoverJournal(ringFile: ringFile, directory: lifeDirectory, name: "world")
            if recovery.recovered > 0 { report.cover("journal completed from the ring") }
            if recovery.cutBytes > 0 { report.cover("torn tail cut") }
            let box = ReplayedCore(coreConfiguration, engine.makeStrategies())
            let result = try replay(
                JournalReader(directory: lifeDirectory, name: "world"), run: run,
                capacity: coreConfiguration.outputCapacity
            ) { input, time, outputs in box.step(input, time, &outputs) }
            report.replays += 1
            if result.inputs + result.recordedOutputs != records {
                checker.fail(
                    .inputsJournalledFirst, "\(records) records were journalled, \(result.inputs + result.recordedOutputs) recovered")
            } else if !result.isEqual || result.replayedHash != hash {
                checker.fail(.replayIsEqual, "run \(run): first difference at \(result.firstDifference ?? 0)")
            }
        } catch {
            checker.fail(.replayIsEqual, "the journal of run \(run) cannot be read: \(error)")
        }
    }

    // MARK: steps

    /// One input through the core; what it decides is carried out, unless the process dies on the way.
    func step(_ input: Input) {
        guard process != nil else { return }
        guard process!.stepped.canStep else {
            report.cover("journal ring full: no step")
            return
        }
        if settings.canary == .orderSentAfterStop { releaseHeldBack() }
        checker.input(input, at: now)
        remember(input)
        if case .link(let change) = input { report.cover(change) }
        let before = process!.stepped.inputsJournalled
        process!.stepped.step(input, at: now)
        if process!.stepped.inputsJournalled == before { checker.fail(.inputsJournalledFirst, "an input left no record") }
        let count = process!.stepped.outputs.count
        if count > 0 { judge(input, count) }
        if case .fill(let fill) = input, booked.contains(fill.trade.low), !hasPosition(count) {
            report.cover("repeated fill counted once")
        }
        let diesAt = count > 0 && strikes(.processKillInStep) ? Int(faults.dice.next() % UInt64(count)) : -1
        for index in 0..<count {
            if index == diesAt {
                dies = true
                report.cover("killed between decision and send")
                break
            }
            perform(process!.stepped.outputs[index])
        }
        let position = process!.stepped.core.position(of: engine.instrument.id).quantity
        if count > 0 {
            let status = process!.stepped.status
            checker.afterStep(position: position, worstLong: status.worstLong, worstShort: status.worstShort)
        } else {
            checker.afterStep(position: position, worstLong: .zero, worstShort: .zero)
        }
        if dies { return }
        collectSent()
        takeOrderEvents()
    }

    private func hasPosition(_ count: Int) -> Bool {
        for index in 0..<count { if case .position = process!.stepped.outputs[index] { return true } }
        return false
    }

    /// Lets the checker see what was decided.
    private func judge(_ input: Input, _ count: Int) {
        var wasLive = false
        if case .command(let command) = input, command.kind == .kill { wasLive = checker.liveOrders }
        var placed = false
        var cancelsAll = false
        let origin = InputOrigin(input)
        for index in 0..<count {
            let output = process!.stepped.outputs[index]
            checker.output(output)
            remember(output)
            switch output {
            case .place: placed = true
            case .cancelAll: cancelsAll = settings.canary != .killWithoutCancel
            case .state(let change):
                report.cover("state \(change.from.name) to \(change.to.name)\(change.error == .none ? "" : " for \(change.error.name)")")
                if change.to == .live { report.tripsLive += 1 }
            case .position(let change):
                if change.isLate { report.cover("late fill booked") }
                if case .fill(let fill) = input {
                    booked.insert(fill.trade.low)
                    if fill.source == .tradeHistory { report.cover("fill booked from the trade history") }
                    if fill.client.run != run, !fill.client.isNone { report.cover("fill of an earlier run's order booked") }
                }
            case .order(let change): report.cover(change, by: origin)
            case .verdict(let verdict) where verdict.verdict != .passed: report.cover("verdict \(verdict.verdict.name)")
            case .command(let result): report.cover("command \(result.command.kind) \(result.accepted ? "obeyed" : "refused")")
            case .alert(let alert):
                report.cover("alert \(alert.severity) \(alert.error.name) by \(origin)")
                if alert.severity == .critical { report.alertsOfLife += 1 }
            default: break
            }
        }
        if settings.canary == .terminalRevived { reviveTerminal(count) }
        if case .command(let command) = input, command.kind == .kill {
            checker.afterKill(placed: placed, cancelsAll: cancelsAll, liveOrders: wasLive)
        }
    }

    private func reviveTerminal(_ count: Int) {
        for index in 0..<count {
            guard case .order(var change) = process!.stepped.outputs[index], change.to.isTerminal else { continue }
            change.from = change.to
            change.to = .open
            checker.output(.order(change))
        }
    }

    private func perform(_ output: Output) {
        switch output {
        case .place(let order):
            if settings.canary == .orderSentAfterStop, heldBack.isEmpty, faults.isOn, dice.canary.unit() < 0.05 {
                heldBack.append(order)
                return
            }
            sendOrder(order)
        case .cancel(let reference):
            if !process!.cancel(reference, at: now, wallNow: wallNow) {
                refused(.cancel, reference.client)
            }
        case .cancelAll(let instrument):
            if !process!.cancelAll(instrument, at: now, wallNow: wallNow) {
                refused(.cancelAll, .none)
            }
        case .query(let reference):
            if settings.canary == .noLookUps { return }
            report.cover("unknown order looked up")
            if !process!.query(reference, at: now, wallNow: wallNow) {
                refused(.query, reference.client)
            }
        case .amend(let amendment): sendAmendment(amendment)
        case .verdict, .order, .position, .state, .alert, .command, .switched, .review: break
        }
    }

    var wallNow: Nanoseconds { now + clockOffset }

    private func sendOrder(_ order: NewOrder) {
        process!.link.isFull = strikes(.refusedSend)
        let sent = process!.place(order, at: now, wallNow: wallNow)
        process!.link.isFull = false
        guard sent else { return refused(.place, order.client) }
        placesSent += 1
        report.orders += 1
        checker.sent(
            order, link: orderLink.number, placesJournalled: process!.stepped.placesJournalled, placesSent: placesSent)
        checkExposure()
    }

    /// As the live driver does; a new name is a placement to the checker.
    private func sendAmendment(_ amendment: OrderAmendment) {
        process!.link.isFull = strikes(.refusedSend)
        let sent = process!.amend(amendment, at: now, wallNow: wallNow)
        process!.link.isFull = false
        report.cover(amendment.isInPlace ? "order reduced in place" : "order replaced")
        guard sent else {
            refused(.amend, amendment.order.client)
            if !amendment.isInPlace { refused(.amend, amendment.client) }
            return
        }
        if amendment.isInPlace { return }
        checker.amended(amendment, link: orderLink.number)
        checkExposure()
    }

    /// Canary: what was kept back leaves once the engine has stopped.
    private func releaseHeldBack() {
        guard !heldBack.isEmpty, process!.stepped.core.state != .live else { return }
        let orders = heldBack
        heldBack = []
        for order in orders { sendOrder(order) }
    }

    /// As the live driver does: what could not be handed to the link never left, and the core is told so.
    private func refused(_ kind: RequestKind, _ client: ClientOrderID) {
        report.cover("request refused by the link")
        process!.orderEvents.order(
            .orderReply(
                OrderReply(
                    kind: kind, outcome: .refused, instrument: engine.instrument.id, client: client, venueOrder: .none,
                    error: .venueUnavailable, venueCode: 0, venueTime: .zero)))
    }

    /// Frames the adapter queued go on their way.
    func collectSent() {
        guard process != nil, !process!.link.sent.isEmpty else { return }
        let frames = process!.link.sent
        process!.link.sent = []
        for frame in frames {
            var sum: UInt64 = 0
            for byte in frame { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            report.digest(sum)
            toVenue(frame)
        }
    }

    /// What the order adapter reported, into the core in order.
    func takeOrderEvents() {
        while process != nil, !dies, !process!.orderEvents.inputs.isEmpty, process!.stepped.canStep {
            var input = process!.orderEvents.inputs.removeFirst()
            if settings.canary == .fillCountedTwice, case .fill(var fill) = input, dice.canary.unit() < 0.2 {
                fill.trade = TradeID(low: fill.trade.low + 1_000_000_000)
                input = .fill(fill)
                process!.orderEvents.inputs.insert(input, at: 0)
                fill.trade = TradeID(low: fill.trade.low - 1_000_000_000)
                input = .fill(fill)
            }
            if settings.canary == .resentOnTimeout, case .orderReply(let reply) = input, reply.kind == .place,
                reply.outcome == .unknown, let again = checker.order(reply.client)
            {
                sendOrder(again)
            }
            step(input)
        }
        if process != nil, process!.orderEvents.wantsReconnect {
            process!.orderEvents.wantsReconnect = false
            linkCloses(.orders, orderLink.number)
        }
    }

    /// A thread that stood still takes its own mandate away before it looks at anything else, as the trade agent does.
    func wake() {
        let gap = now - lastTurn
        lastTurn = now
        guard gap > Nanoseconds(milliseconds: 500), process != nil else { return }
        report.cover("stop after a stall")
        step(.command(Command(kind: .stop, operatorID: Command.engineOperator, hash: 0, lifetime: gap)))
    }

    // MARK: timers

    func timer() {
        guard process != nil else { return }
        heap.schedule(.timer(life: life), at: now + timerInterval)
        guard now >= stalledUntil else { return }
        wake()
        process?.ordersTimer(at: now, wallNow: wallNow)
        process?.marketTimer(at: now)
        takeMarket()
        takeOrderEvents()
        step(.timer)
    }

    /// Journal from ring to disk; a failure is final for this life: the ring fills and nothing more is stepped.
    func drain() {
        guard process != nil else { return }
        heap.schedule(.drain(life: life), at: now + Nanoseconds(milliseconds: 250))
        guard !isJournalBroken, now >= diskStalledUntil else { return }
        do throws(JournalError) {
            _ = try process!.writer.drain(wall: now, engine: now)
        } catch {
            if disk.isDead {
                report.cover("killed in a write")
                dies = true
                return
            }
            isJournalBroken = true
            report.cover(journal: error)
            // As the host does: the engine is killed; a person repairs the disk and starts it anew.
            step(.command(Command(kind: .kill, operatorID: 0, hash: 0, lifetime: .zero)))
            repairAt = now + dice.process.pause(60)
        }
    }
}

/// Holds the core for a closure to step.
final class ReplayedCore<Strategies: StrategySet> {
    private var core: TradingCore<Strategies>
    init(_ configuration: CoreConfiguration, _ strategies: Strategies) {
        core = TradingCore(configuration: configuration, strategies: strategies)
    }
    func step(_ input: Input, _ time: Nanoseconds, _ outputs: inout OutputBuffer) {
        core.step(input, at: time, into: &outputs)
    }
}

import Core
import Foundation
import Journal
import Model
import Orders
import Replay
import Rings
import StrategyKit
import Telemetry
import Units
import VenueKit
import Wire

/// The engine's side: process, steps, journal, timers.
extension World where Market: ~Copyable, Orders: ~Copyable {
    private var coreConfiguration: CoreConfiguration {
        var limits = engine.limits
        if settings.canary == .capIgnored {
            limits.maxPosition = Quantity(raw: limits.maxPosition.raw * 10)
        }
        if settings.canary == .tradesUnreconciled { limits.maxUnreconciled = Nanoseconds(raw: .max) }
        var core = CoreConfiguration(
            mode: .live, run: run, venue: engine.instrument.venue, prefix: engine.clientIDs,
            instruments: [engine.instrument], limits: [limits], configHash: 1)
        core.firstDayEnds = nextMidnight
        core.cancelSwitch = WorldTemper.cancelSwitch(seed: settings.seed)
        return core
    }

    func startProcess() {
        guard process == nil else { return }
        let left: CarriedBooks?
        switch readLeft() {
        case .success(let books): left = books
        case .failure(let refusal): return refuseStart(refusal)
        }
        if carry.isDamaged { return checker.fail(.replayIsEqual, "a damaged journal was accepted") }
        life += 1
        run = Swift.max(run, strangerRun) + 1
        report.lives += 1
        isJournalBroken = false
        isTruthUnderWay = false
        heldBack = []
        conservation = ConservationCheck()
        servers.begin()
        doubtedAmends = []
        generations = []
        placesSent = 0
        trades = TradeHistory()
        booked = []
        lastTurn = now
        lastTop = nil
        stalledUntil = .zero
        clockOffset = .zero
        diskStalledUntil = .zero
        disk.calm()
        do {
            let bytes = ringByteCount(of: Record.self, capacity: 8192)
            let memory = MemoryBlock(
                mapping: try SharedRegion(path: ringFile, byteCount: bytes, opening: .existingOrNew))
            let ring = makeRing(of: Record.self, capacity: 8192, in: memory)
            let configuration = coreConfiguration
            process = try EngineProcess(
                configuration: configuration, strategies: engine.makeStrategies(), market: engine.makeMarket(),
                second: hasSecondFeed ? engine.makeMarket() : nil,
                orders: engine.makeOrders(), ring: ring, directory: journalDirectory, identity: identity, disk: disk,
                now: now, canary: settings.canary)
            let last = JournalSegments.last(directory: journalDirectory, name: "world")
            carry.begin(configuration, segment: last?.number ?? 0)
        } catch {
            fatalError("the simulated world cannot use \(journalDirectory): \(error)")
        }
        checker.begin(run: run, at: now)
        carryOver(left)
        if dies { return }
        step(.command(Command(kind: .seed, operatorID: Command.engineOperator, hash: dice.process.next() | 1, lifetime: .zero)))
        heap.schedule(.linkOpens(.marketData, life: life), at: now + Nanoseconds(milliseconds: 20))
        heap.schedule(.linkOpens(.orders, life: life), at: now + Nanoseconds(milliseconds: 30))
        if hasSecondFeed { heap.schedule(.secondOpens(life: life), at: now + Nanoseconds(milliseconds: 25)) }
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
        second.link.isOpen = false
        meanwhile()
        heap.schedule(.processStarts, at: now + dice.process.pause(10))
    }

    /// The operator ends it in order, and starts it again.
    func restart() {
        guard process != nil, !isSettling else { return }
        report.cover("ended in order and started again")
        endLife(crash: false)
        for role in [LinkRole.marketData, .orders] { forgetLink(role) }
        second.link.isOpen = false
        meanwhile()
        heap.schedule(.processStarts, at: now + dice.process.pause(5))
    }

    /// Ends a life, completes its journal as the next start would, and replays it twice.
    func endLife(crash: Bool) {
        guard process != nil else { return }
        let hash = process!.stepped.status.decisionHash
        report.digest(hash)
        let records = process!.stepped.nextSequence - 1
        if !crash, !isJournalBroken { endJournal() }
        for reason in FeedRefusal.allCases {
            report.cover("market message refused as \(reason.name)", Int(process!.marketSink.refusals[reason]))
        }
        dropUnsent()
        process = nil
        guard checker.violations.isEmpty, let configuration = carry.configuration else { return }
        defer { keepSegments() }
        do {
            let recovery = try recoverJournal(ringFile: ringFile, directory: journalDirectory, name: "world")
            if recovery.recovered > 0 { report.cover("journal completed from the ring") }
            if recovery.cutBytes > 0 { report.cover("torn tail cut") }
            let files = JournalSegments.list(directory: journalDirectory, name: "world").filter { $0.number >= carry.segment }
            for _ in 0..<2 where checker.violations.isEmpty {
                let box = ReplayedCore(configuration, engine.makeStrategies())
                let result = try replay(
                    JournalReader(files: files.map(\.path)), run: run, capacity: configuration.outputCapacity
                ) { input, time, outputs in box.step(input, time, &outputs) }
                report.replays += 1
                if result.inputs + result.recordedOutputs != records {
                    checker.fail(
                        .inputsJournalledFirst,
                        "\(records) records were journalled, \(result.inputs + result.recordedOutputs) recovered")
                } else if !result.isEqual || result.replayedHash != hash {
                    checker.fail(.replayIsEqual, "run \(run): first difference at \(result.firstDifference ?? 0)")
                }
            }
        } catch {
            checker.fail(.replayIsEqual, "the journal of run \(run) cannot be read: \(error)")
        }
    }

    /// What the adapter wrote and nobody handed to the kernel never leaves.
    private func dropUnsent() {
        for frame in process!.link.sent {
            withView(frame) { if let request = dialect.read($0) { checker.landed(request.client) } }
        }
    }

    private func endJournal() {
        do throws(JournalError) {
            _ = try process!.writer.drain(wall: now, engine: now)
            try process!.writer.end(wall: now, engine: now)
        } catch {
            report.cover(journal: error)
        }
    }

    // MARK: timers

    func timer() {
        guard process != nil else { return }
        heap.schedule(.timer(life: life), at: now + timerInterval)
        guard now >= stalledUntil else { return }
        wake()
        heedServers()
        guard process != nil else { return }
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

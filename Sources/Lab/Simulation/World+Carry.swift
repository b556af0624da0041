import Core
import Foundation
import Journal
import Model
import Replay
import StrategyKit
import Units

/// What a life is told of those before it, and what its host keeps of it.
struct WorldCarry {
    /// Journal directories before this one: a person names another where what was left is not known.
    var place = 0
    /// Of the lives in this directory: the first segment, and whether a reading of what was left may begin there.
    var lives: [(segment: UInt64, isWhole: Bool)] = []
    /// The journal was damaged since the last life ended.
    var isDamaged = false

    // Of the present life.
    var configuration: CoreConfiguration?
    var segment: UInt64 = 0
    /// Finds what was executed while no engine looked; `nil` where nothing was carried over.
    var downtime: DowntimeFills?
    var isTold = false
    var hasComplete = false
    var marks = HistoryMarks()
    var isWhole = false
    /// Why nobody can arm.
    var problem: DowntimeFills.Doubt?

    mutating func begin(_ configuration: CoreConfiguration, segment: UInt64) {
        self.configuration = configuration
        self.segment = segment
        downtime = nil
        isTold = false
        hasComplete = false
        marks = HistoryMarks()
        isWhole = false
        problem = nil
    }
}

/// Restarts: each life reads from the journal what those before it left, by the live engine's own code, and tells its core.
extension World where Market: ~Copyable, Orders: ~Copyable {
    var journalDirectory: String { settings.directory + "/journal\(carry.place)" }
    var ringFile: String { journalDirectory + "/journal.shm" }
    private var instruments: [CarriedBooks.Instrument] {
        [CarriedBooks.Instrument(symbol: engine.instrument.symbol.string, base: "BASE", baseID: engine.instrument.base)]
    }
    /// Known by their places.
    private var strategies: [CarriedBooks.Strategy] {
        let set = engine.makeStrategies()
        return (0..<set.count).map { CarriedBooks.Strategy(name: "strategy \($0)", symbol: engine.instrument.symbol.string) }
    }
    /// The most rows of one answer about the account's executions.
    static var historyPage: Int { 200 }

    /// The end of the trading day that `now` lies in: engine and wall clock are one in this world.
    var nextMidnight: Nanoseconds { Nanoseconds(raw: (now.raw / Checker.dayLength + 1) * Checker.dayLength) }

    /// What the lives before left; `nil` in a new directory. Why the start is refused, where the journal does not say it.
    func readLeft() -> Result<CarriedBooks?, WorldRefusal> {
        do {
            try FileManager.default.createDirectory(atPath: journalDirectory, withIntermediateDirectories: true)
            _ = try recoverJournal(ringFile: ringFile, directory: journalDirectory, name: "world")
            let (told, parts) = (instruments, strategies)
            let books = try CarriedBooks.read(directory: journalDirectory, name: "world") { _ in told } strategies: { _ in parts }
            return .success(books.hasRun ? books : nil)
        } catch {
            return .failure(WorldRefusal(cause: "\(error)"))
        }
    }

    /// A start that is refused is no start. The person's cure: all of ours is cancelled, what is held closed by hand, and another
    /// directory named.
    func refuseStart(_ refusal: WorldRefusal) {
        guard carry.isDamaged else { return checker.fail(.settlesAfterFaults, "a start was refused: \(refusal.cause)") }
        report.cover("start refused: the journal is damaged")
        let thinks = isSettling ? Nanoseconds(seconds: 15) : Nanoseconds(seconds: 12) + dice.process.pause(60)
        heap.schedule(.personCures, at: now + thinks)
    }

    func cure() {
        guard process == nil else { return }
        for index in (0..<venue.openCount).reversed() where venue.openOrder(index).client != stranger {
            _ = venue.expire(client: venue.openOrder(index).client, as: .cancelled, at: now)
        }
        tellEvents()
        let held = Quantity(raw: checker.heldAtVenue)
        let price = book.bids[0].price
        if !held.isZero, let fill = venue.tradeByHand(held.isNegative ? .buy : .sell, Quantity(raw: abs(held.raw)), at: price, now: now) {
            history.append(fill)
        }
        try? FileManager.default.removeItem(atPath: journalDirectory)
        carry = WorldCarry(place: carry.place + 1)
        checker.beginAnew()
        report.cover("journal begun anew by a person")
        startProcess()
    }

    /// Before any other word to the core. The process may die between any two of them.
    func carryOver(_ books: CarriedBooks?) {
        defer { if !dies { checker.isTold = true } }
        guard let books else { return }
        let resume = settings.canary == .downtimeTwice
            ? SequenceMarks(marks: [engine.instrument.id: SequenceMarks.Mark(trade: 0)]) : books.resume(instruments)
        carry.downtime = DowntimeFills(resume: resume, page: Self.historyPage)
        if !carry.lives.isEmpty, !carry.lives.last!.isWhole { report.cover("read back over a life that was not told all") }
        for command in books.commands(instruments, strategies, at: now) where !isForgotten(command) {
            if strikes(.killBeforeCarried) {
                report.cover("killed before all was carried over")
                dies = true
            }
            step(.command(command))
            if dies { return }
            guard isTaken() else { return checker.fail(.positionIsSumOfFills, "the core refused \(command)") }
            report.cover(carried: command)
        }
        carry.isTold = true
    }

    private func isForgotten(_ command: Command) -> Bool {
        settings.canary == .carryDropped && command.kind == .carryPosition
            || settings.canary == .dayForgotten && command.kind == .carryDay
    }

    private func isTaken() -> Bool {
        for index in 0..<process!.stepped.outputs.count {
            if case .command(let result) = process!.stepped.outputs[index] { return result.accepted }
        }
        return false
    }

    // MARK: the first answers

    /// Whether an answer about the account waits for another one, as the live host decides it.
    func isTorn(_ executions: [Fill], _ orders: [OrderUpdate], isComplete: Bool) -> Bool {
        guard carry.downtime != nil, process!.stepped.status.ordersSent == 0 else { return false }
        let rows = isComplete ? [(instrument: engine.instrument.id, rows: executions)] : []
        return carry.downtime!.isTorn(rows, orders: orders, isComplete: isComplete, isFirst: !carry.hasComplete)
    }

    func addDowntime(_ executions: [Fill]) {
        guard carry.downtime != nil, process!.stepped.status.ordersSent == 0 else { return }
        let isFirst = trades.newest(engine.instrument.id) == nil
        let (missed, doubt) = carry.downtime!.missed(executions, of: engine.instrument.id, isFirst: isFirst)
        if let doubt {
            carry.problem = doubt
            report.cover("carried over in doubt: \(doubt)")
        }
        for fill in missed { step(.fill(fill)) }
    }

    /// Journals up to where the account's executions were processed.
    func markHistory() {
        guard let newest = trades.newest(engine.instrument.id),
            let passed = carry.marks.passed(
                newest, of: engine.instrument.id, at: now, isSettled: process!.stepped.status.unknownOrders == 0)
        else { return }
        let text = SequenceMarks.text(engine.instrument.id, trade: passed)
        for piece in Note.pieces(.mark, operatorID: Command.engineOperator, text) { step(.note(piece)) }
        // Far from the end of the first segment, which is where a reading looks for it.
        if carry.isTold, process!.stepped.nextSequence < 10_000 { carry.isWhole = true }
    }

    // MARK: between two lives

    /// What is older than the second newest life that was told all is never read again.
    func keepSegments() {
        carry.lives.append((carry.segment, carry.isWhole))
        let whole = carry.lives.indices.filter { carry.lives[$0].isWhole }
        guard whole.count > 1 else { return }
        let first = carry.lives[whole[whole.count - 2]].segment
        for segment in JournalSegments.list(directory: journalDirectory, name: "world") where segment.number < first {
            try? FileManager.default.removeItem(atPath: segment.path)
        }
        carry.lives.removeSubrange(..<whole[whole.count - 2])
    }

    /// While no engine runs: an order of ours that rests executes; a bit of the journal flips.
    func meanwhile() {
        var ours: [ClientOrderID] = []
        for index in 0..<venue.openCount where venue.openOrder(index).client != stranger {
            ours.append(venue.openOrder(index).client)
        }
        if !ours.isEmpty, strikes(.fillWhileDown) {
            let client = ours[Int(faults.dice.next() % UInt64(ours.count))]
            _ = venue.meet(client: client, quarters: 1 + Int64(faults.dice.next() % 4), at: now)
            tellEvents()
        }
        if strikes(.journalDamage) { damage() }
    }

    /// One bit, in a record of the last life with others behind it.
    private func damage() {
        guard let file = JournalSegments.list(directory: journalDirectory, name: "world").first(where: { $0.number == carry.segment })
        else { return }
        var reader = JournalReader(files: [file.path])
        var records = 0
        while (try? reader.next()) != nil { records += 1 }
        guard records > 2, let handle = FileHandle(forUpdatingAtPath: file.path) else { return }
        let place = UInt64(JournalHeader.byteCount) + faults.dice.next() % UInt64((records - 2) * Record.byteCount)
        try? handle.seek(toOffset: place)
        guard let byte = try? handle.read(upToCount: 1)?.first else { return }
        try? handle.seek(toOffset: place)
        try? handle.write(contentsOf: [byte ^ 1 << UInt8(faults.dice.next() % 8)])
        try? handle.close()
        carry.isDamaged = true
    }
}

/// Why a start is no start.
struct WorldRefusal: Error { var cause: String }

import Journal
import Model
import Units

/// Finding where to begin, and reading to the end.
extension CarriedBooks {
    /// Segments of one start of the engine, in order.
    private struct Run {
        var header: JournalHeader
        var files: [String]
        var first: UInt64
    }

    /// Reads what the LIVE runs of a name left. `instruments`, `strategies`: those of a run by its number. Time: one pass over
    /// the newest run as a rule. Cold, before the engine's threads begin.
    package static func read(
        directory: String, name: String, instruments: (UInt32) -> [Instrument]?,
        strategies: (UInt32) -> [Strategy]? = { _ in nil }
    ) throws(CarryDamage) -> CarriedBooks {
        var books = CarriedBooks()
        let runs = try runs(directory, name)
        var from = runs.count
        var isTold = false
        while from > 0, !isTold {
            from -= 1
            guard runs[from].header.identity.mode == .live else { continue }
            let number = runs[from].header.identity.run
            let count = instruments(number)?.count ?? 0
            if count > 0 { isTold = try tellsAll(runs[from], instruments: count, strategies: strategies(number)?.count ?? 0) }
        }
        for run in runs[from...] where run.header.identity.mode == .live { try books.add(run, instruments, strategies) }
        books.keepMarks()
        if !isTold, let first = runs.first, first.first > 1, books.hasActed { throw .missing(first.files[0]) }
        return books
    }

    private static func runs(_ directory: String, _ name: String) throws(CarryDamage) -> [Run] {
        var runs: [Run] = []
        for segment in JournalSegments.list(directory: directory, name: name) {
            var reader = JournalReader(files: [segment.path])
            do throws(JournalDamage) { _ = try reader.next() } catch { throw .journal(error) }
            guard let header = reader.header else { continue }
            if let last = runs.indices.last, runs[last].header.identity == header.identity {
                runs[last].files.append(segment.path)
            } else {
                runs.append(Run(header: header, files: [segment.path], first: segment.number))
            }
        }
        return runs
    }

    /// Whether the run was told what came before it, each strategy's part too, and knew up to where each instrument's trades
    /// were processed, by its first segment.
    private static func tellsAll(_ run: Run, instruments: Int, strategies: Int) throws(CarryDamage) -> Bool {
        var reader = JournalReader(files: [run.files[0]])
        var marks = SequenceMarks()
        var isCarried = false
        var results = 0
        do throws(JournalDamage) {
            while let record = try reader.next() {
                marks.observe(record)
                if record.stream == .output, case .command(let result)? = Output(record: record) {
                    if result.accepted, result.command.kind == .carryStrategyResult { results += 1 }
                    if result.accepted, result.command.kind == .carried { isCarried = true }
                }
                if isCarried, results >= strategies, marks.marks.count >= instruments { return true }
            }
        } catch { throw .journal(error) }
        return false
    }

    private mutating func add(
        _ run: Run, _ instruments: (UInt32) -> [Instrument]?, _ strategies: (UInt32) -> [Strategy]?
    ) throws(CarryDamage) {
        var reader = JournalReader(files: run.files)
        let number = run.header.identity.run
        begin(run.header, instruments(number), strategies(number))
        while true {
            let record: Record?
            do throws(JournalDamage) { record = try reader.next() } catch { throw .journal(error) }
            guard let record, let header = reader.header else { return }
            try take(
                record, wall: Nanoseconds(raw: header.createdWall.raw &+ (record.time &- header.createdEngine.raw)))
        }
    }
}

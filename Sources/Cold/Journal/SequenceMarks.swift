import Model
import Units

/// Up to where the run before had processed an instrument's trades, read from the end of its journal.
///
/// The engine journals a mark, a note of kind `mark`, with the venue's newest trade id after every trade history that it
/// has taken (`HistoryMarks` says which); the fills that the core booked beyond the mark are in the journal themselves. What the
/// venue's history holds beyond both was executed while no engine looked: by a resting order of the run before, or by hand; or it
/// was shown to a core that could not book it yet, because the order's answer had not come.
package struct SequenceMarks: Sendable, Equatable {
    /// Of one instrument.
    package struct Mark: Sendable, Equatable {
        /// Every trade up to this id was processed.
        package var trade: UInt64
        /// Trades beyond it that were processed too.
        package var booked: Set<UInt64> = []
        package init(trade: UInt64, booked: Set<UInt64> = []) {
            self.trade = trade
            self.booked = booked
        }
    }

    package private(set) var marks: [InstrumentID: Mark] = [:]
    private var booked: [InstrumentID: Set<UInt64>] = [:]
    private var pieces: [UInt8] = []
    /// Told to the core, which has not said yet that it booked it.
    private var pending: Pending?
    private struct Pending: Sendable, Equatable {
        var instrument: InstrumentID
        var trade: UInt64
    }

    package init() {}
    /// Where what came before is known.
    package init(marks: [InstrumentID: Mark]) {
        self.marks = marks
        booked = marks.mapValues(\.booked)
    }

    /// What a mark's note says.
    package static func text(_ instrument: InstrumentID, trade: UInt64) -> String { "\(instrument.raw) \(trade)" }

    /// Takes one record, in the order of the journal.
    package mutating func observe(_ record: Record) {
        if record.stream == .output {
            guard let fill = pending, case .position? = Output(record: record) else { return }
            pending = nil
            booked[fill.instrument, default: []].insert(fill.trade)
            marks[fill.instrument]?.booked.insert(fill.trade)
            return
        }
        pending = nil
        switch Input(record: record) {
        case .fill(let fill)?: pending = fill.trade.high == 0 ? Pending(instrument: fill.instrument, trade: fill.trade.low) : nil
        case .note(let note)? where note.kind == .mark:
            if note.part == 0 { pieces = [] }
            pieces += note.bytes
            guard Int(note.part) + 1 >= Int(note.parts) else { return }
            let words = String(decoding: pieces, as: UTF8.self).split(separator: " ")
            guard words.count == 2, let raw = UInt16(words[0]), let trade = UInt64(words[1]) else { return }
            let instrument = InstrumentID(raw)
            let beyond = (booked[instrument] ?? []).filter { $0 > trade }
            booked[instrument] = beyond
            marks[instrument] = Mark(trade: trade, booked: beyond)
        default: return
        }
    }

    /// The marks of a run name's journal. Reads from the newest segment back until every instrument has one, at most
    /// eight segments; damage ends the reading of a segment, and what was found before it counts.
    package init(directory: String, name: String, instruments: Int) {
        self.init()
        let segments = JournalSegments.list(directory: directory, name: name).map(\.path)
        for count in 0..<min(8, segments.count) where marks.count < instruments {
            self = SequenceMarks()
            for path in segments.suffix(count + 1) {
                var reader = JournalReader(files: [path])
                while let record = try? reader.next() { observe(record) }
            }
        }
    }

    /// What a venue's answer to the first question of a run says about the time before it.
    package enum Downtime: Sendable {
        /// No mark: nothing is known of a run before.
        case unknown
        /// The venue counts its trades anew (a test net that was reset): the mark means nothing.
        case restarted
        /// Trades that nobody had processed, oldest first; `isComplete` says whether the answer reached back to the mark.
        case trades([Fill], isComplete: Bool)
    }

    /// `rows`: the venue's newest trades, oldest first, at most `page` of them.
    package func downtime(_ rows: [Fill], of instrument: InstrumentID, page: Int) -> Downtime {
        guard let mark = marks[instrument] else { return .unknown }
        let newest = rows.map(\.trade.low).max() ?? 0
        if newest < mark.trade { return .restarted }
        let missed = rows.filter { $0.trade.low > mark.trade && !mark.booked.contains($0.trade.low) }
        let oldest = rows.map(\.trade.low).min() ?? 0
        return .trades(missed, isComplete: rows.count < page || oldest <= mark.trade)
    }
}

import Model
import Units

/// Which of the account's trades a run journals as processed; `SequenceMarks` reads it back. Cold thread.
///
/// The newest trade of the first answer was before the run. From then on a trade is passed over only when it was the newest a
/// while ago and no order's outcome is unknown: an execution names its order by the venue's number alone, and cannot be booked
/// before the order's answer has told that number. What was booked beyond the mark is in the journal itself.
package struct HistoryMarks {
    /// Longer than an order may be without its answer before it is unknown.
    package static let pause = Nanoseconds(seconds: 60)

    private struct Mark {
        var trade: UInt64
        /// The newest trade when the pause began.
        var next: UInt64
        var since: Nanoseconds
    }
    private var marks: [InstrumentID: Mark] = [:]

    package init() {}

    /// The mark to journal behind the fills of this answer; `nil` where it stays. `newest`: the newest trade that an answer
    /// showed. `isSettled`: no order's outcome is unknown.
    package mutating func passed(
        _ newest: UInt64, of instrument: InstrumentID, at now: Nanoseconds, isSettled: Bool
    ) -> UInt64? {
        guard var mark = marks[instrument] else {
            marks[instrument] = Mark(trade: newest, next: newest, since: now)
            return newest
        }
        guard isSettled, now - mark.since >= Self.pause else { return nil }
        let isNew = mark.next != mark.trade
        mark = Mark(trade: mark.next, next: newest, since: now)
        marks[instrument] = mark
        return isNew ? mark.trade : nil
    }
}

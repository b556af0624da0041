import Journal
import Model
import Testing
import Units

private let instrument = InstrumentID(0)

/// A run's answers, one after the other.
private final class Answers {
    private var marks = HistoryMarks()
    func newest(_ trade: UInt64, at seconds: Int64, isSettled: Bool = true, of id: InstrumentID = instrument) -> UInt64? {
        marks.passed(trade, of: id, at: Nanoseconds(seconds: seconds), isSettled: isSettled)
    }
}

@Suite struct HistoryMarksTests {
    @Test func `What the first answer shows was before the run`() {
        let run = Answers()
        #expect(run.newest(7, at: 1) == 7)
        #expect(run.newest(3, at: 1, of: InstrumentID(1)) == 3, "each instrument by itself")
        let empty = Answers()
        #expect(empty.newest(0, at: 1) == 0, "no trade at all is a mark too")
    }

    @Test func `A trade is passed over once it is a while old`() {
        let run = Answers()
        #expect(run.newest(7, at: 0) == 7)
        #expect(run.newest(9, at: 5) == nil)
        #expect(run.newest(9, at: 60) == nil, "what was newest a while ago is marked already; 9 begins its pause")
        #expect(run.newest(12, at: 119) == nil)
        #expect(run.newest(12, at: 120) == 9)
        #expect(run.newest(12, at: 180) == 12)
        #expect(run.newest(12, at: 240) == nil, "nothing new")
    }

    @Test func `An order whose outcome is unknown holds the mark`() {
        let run = Answers()
        #expect(run.newest(7, at: 0) == 7)
        #expect(run.newest(9, at: 60) == nil)
        #expect(run.newest(9, at: 120, isSettled: false) == nil)
        #expect(run.newest(9, at: 500, isSettled: false) == nil)
        #expect(run.newest(9, at: 505) == 9)
    }
}

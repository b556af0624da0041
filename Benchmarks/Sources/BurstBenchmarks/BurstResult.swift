import Gateway
import Journal
import Model
import Rings
import Units
import VenueKit

/// What a run came to.
struct BurstResult {
    let seen: BurstSeen
    var before = LatencySnapshot()
    var during = LatencySnapshot()
    /// How late the producer itself was after the burst.
    var lateness = LatencySnapshot()
    /// What a frame took the parser, nanoseconds.
    var decode = LatencySnapshot()
    var framesTaken = 0
    /// The hot thread's, from the first frame of the burst on.
    var hot = BurstCounts()

    init(_ seen: BurstSeen) { self.seen = seen }

    /// Frames that the adapter did not believe: it was told too late of what happened, since these frames are sound.
    var refused: UInt64 { seen.counters.refusals.total + seen.counters.droppedTrades }

    /// Whether the engine traded from before the burst to the end.
    var tradedOn: Bool { seen.statusAfter.state == .live }

    /// In words what was refused.
    var refusals: String {
        let named = FeedRefusal.allCases.filter { seen.counters.refusals[$0] > 0 }
            .map { "\(seen.counters.refusals[$0]) \($0.name)" }
        return (named + ["\(seen.counters.droppedTrades) trades dropped"]).joined(separator: ", ")
    }

    /// Reads the journal back and compares; the ledger, closed, and whatever was lost without being counted.
    func audit(directory: String) -> (ledger: BurstLedger, problems: [String]) {
        var ledger = BurstLedger(deeds: seen.deeds)
        let schedule = seen.schedule
        var problems: [String] = []
        if let problem = seen.problem { problems.append(problem) }
        var reader = JournalReader(directory: directory, name: "burst")
        do throws(JournalDamage) {
            while let record = try reader.next() { ledger.take(record) }
        } catch {
            problems.append("the journal is damaged: \(error.sentence)")
        }
        if reader.sequence != seen.records { problems.append("the journal has \(reader.sequence) of \(seen.records) records") }
        if let tail = reader.tornTail { problems.append("the journal ends in \(tail.byteCount) bytes that are no record") }
        ledger.close(seen.status)
        // What was refused is counted by reason; without a refusal every frame has an event.
        if refused == 0 { ledger.closeMarket(frames: framesTaken, conflated: seen.counters.conflated) }
        problems += ledger.problems
        if framesTaken != seen.offer.frames {
            problems.append("\(seen.offer.frames) frames were put into the ring and \(framesTaken) taken out")
        }
        if seen.offer.frames != schedule.frames {
            problems.append("\(seen.offer.frames) of \(schedule.frames) frames were offered")
        }
        return (ledger, problems)
    }
}

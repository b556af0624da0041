import Config
import Guard
import Journal
import Model
import Units

/// A halt of the run before whose latch was not written: the process died in between.
enum KillTrail {
    /// Writes the latch that is missing. What it says of why; `nil` when none was.
    static func mend(_ configuration: RunConfiguration, wall: Nanoseconds) throws(LatchError) -> String? {
        let latch = KillLatch(path: configuration.latchFile)
        guard !latch.isSet else { return nil }
        let files = JournalSegments.list(directory: configuration.journal.directory, name: configuration.name)
        // The latch follows its halt within milliseconds, so a halt without one is at the journal's end.
        guard let halt = HaltTrail.unlatched(in: files.suffix(2).map(\.path)) else { return nil }
        let by = halt.command == CommandKind.kill.rawValue ? "a kill" : "the core itself (\(halt.error.name))"
        let reason = "the run before was halted by \(by) and died before the latch was written"
        try latch.set(LatchRecord(reason: reason, time: wall, by: "the start"))
        return reason
    }
}

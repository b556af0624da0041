import Foundation

/// What the kernel counted of one thread of this process, read from another: the thread itself makes no call for it.
struct ThreadFacts: Equatable {
    var minorFaults: Int64 = 0
    var majorFaults: Int64 = 0
    /// The thread gave its core up, or waited.
    var voluntarySwitches: Int64 = 0
    /// The scheduler took the core away.
    var involuntarySwitches: Int64 = 0

    /// `nil` when there is no such thread.
    init?(thread: Int32) {
        let place = "/proc/self/task/\(thread)"
        guard let stat = try? String(contentsOfFile: place + "/stat", encoding: .utf8),
            let status = try? String(contentsOfFile: place + "/status", encoding: .utf8),
            let name = stat.lastIndex(of: ")")
        else { return nil }
        let words = stat[stat.index(after: name)...].split(separator: " ")
        guard words.count > 9, let minor = Int64(words[7]), let major = Int64(words[9]) else { return nil }
        minorFaults = minor
        majorFaults = major
        for line in status.split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == ":" || $0 == "\t" })
            guard parts.count == 2, let value = Int64(parts[1]) else { continue }
            if parts[0] == "voluntary_ctxt_switches" { voluntarySwitches = value }
            if parts[0] == "nonvoluntary_ctxt_switches" { involuntarySwitches = value }
        }
    }

    static func - (now: ThreadFacts, then: ThreadFacts) -> ThreadFacts {
        var facts = now
        facts.minorFaults -= then.minorFaults
        facts.majorFaults -= then.majorFaults
        facts.voluntarySwitches -= then.voluntarySwitches
        facts.involuntarySwitches -= then.involuntarySwitches
        return facts
    }
}

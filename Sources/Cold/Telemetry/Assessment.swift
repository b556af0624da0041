import Model
import Units

/// What one mark of a control left in the journals.
package struct ControlActs: Sendable, Equatable {
    package var count: UInt64 = 0
    /// Wall clock of the last.
    package var last = Nanoseconds.zero

    package init(count: UInt64 = 0, last: Nanoseconds = .zero) {
        self.count = count
        self.last = last
    }

    package mutating func add(at wall: Nanoseconds) {
        count &+= 1
        last = max(last, wall)
    }
}

/// A stop that somebody gave, or a mandate that somebody confirmed.
package struct Drill: Sendable, Equatable {
    package var wall: Nanoseconds
    /// `kill`, `flatten`, `stop`, `disarm`, `confirm`.
    package var kind: String
    package var mode: RunMode
    /// User id; the engine's own are left out.
    package var operatorID: UInt32
    package var reason: String

    package init(wall: Nanoseconds, kind: String, mode: RunMode, operatorID: UInt32, reason: String) {
        self.wall = wall
        self.kind = kind
        self.mode = mode
        self.operatorID = operatorID
        self.reason = reason
    }
}

/// What the journals of a run say.
package struct JournalEvidence: Sendable {
    package var directories: [String] = []
    package var records: UInt64 = 0
    package var runs = 0
    /// Wall clock of the first and the last record.
    package var first = Nanoseconds.zero
    package var last = Nanoseconds.zero
    package var acts: [String: ControlActs] = [:]
    package var drills: [Drill] = []
    package var orders: UInt64 = 0
    package var fills: UInt64 = 0
    /// Of the newest run.
    package var build = ""
    package var configurationHash: UInt64 = 0
    package var mode = RunMode.shadow
    /// What tripped last and has no note or no new mandate since; empty when nothing is open.
    package var openIncident = ""
    /// What could not be read, one sentence each.
    package var damage: [String] = []

    package init() {}
}

/// Something an owner has to know before signing.
package struct Gap: Sendable, Equatable {
    package var place: String
    package var what: String
    package var cure: String

    package init(_ place: String, _ what: String, cure: String) {
        self.place = place
        self.what = what
        self.cure = cure
    }
}

/// The yearly self-assessment of one configuration: every control with its value, what it did, and what shows it. Pure:
/// the same facts give the same report.
package struct Assessment: Sendable {
    /// How a control stands in this configuration.
    package enum Standing: String, Sendable {
        case on, lifted, unused = "not used"
    }

    package struct Row: Sendable {
        package var control: Control
        package var standing: Standing
        package var value: String
        package var acts: ControlActs
    }

    /// What is asked about.
    package struct Subject: Sendable {
        package var wall = Nanoseconds.zero
        package var file = ""
        package var name = ""
        package var mode = RunMode.shadow
        package var owner = ""
        package var deputy = ""
        package var account = ""
        package var alerts = ""
        package var areAlertsOn = false
        package var build = ""
        package var configurationHash: UInt64 = 0
        /// Settings by dotted path, as people read them; limits that are off with their reasons by name.
        package var settings: [(key: String, value: String)] = []
        package var lifted: [(name: String, reason: String)] = []

        package init() {}
    }

    package let subject: Subject
    package let evidence: JournalEvidence
    package let rows: [Row]
    package let gaps: [Gap]

    package init(_ subject: Subject, _ evidence: JournalEvidence) {
        self.subject = subject
        self.evidence = evidence
        rows = Control.all.map { Self.row($0, subject, evidence) }
        gaps = Self.gaps(subject, evidence)
    }

    private static func row(_ control: Control, _ subject: Subject, _ evidence: JournalEvidence) -> Row {
        var acts = ControlActs()
        for mark in control.marks {
            guard let found = evidence.acts[mark] else { continue }
            acts.count &+= found.count
            acts.last = max(acts.last, found.last)
        }
        let keys = control.keys
        var values: [String] = []
        var lifted = 0
        var found = 0
        for key in keys {
            for setting in subject.settings where matches(setting.key, key) {
                found += 1
                let limit = setting.key.split(separator: ".").last.map(String.init) ?? ""
                if setting.key.hasPrefix("limits."), let off = subject.lifted.first(where: { $0.name == limit }) {
                    lifted += 1
                    values.append("no limit: \(off.reason)")
                } else {
                    values.append(setting.value)
                }
            }
        }
        // What is not written is not used, or works without a setting.
        let options = keys.filter { optional.contains($0) }
        let isUnused = !options.isEmpty && !subject.settings.contains { setting in
            isUse(setting.value) && options.contains { matches(setting.key, $0) }
        }
        let standing: Standing = isUnused ? .unused : found > 0 && lifted == found ? .lifted : .on
        return Row(control: control, standing: standing, value: values.joined(separator: ", "), acts: acts)
    }

    private static let optional: Set = [
        "venue.cancel_switch", "venue.secondary_feed", "venue.failover", "preset", "alerts", "operator",
    ]

    private static func isUse(_ value: String) -> Bool {
        value != "none" && value != "none configured" && !value.hasPrefix("NOBODY") && value != "nobody is named"
    }

    /// Whether a setting is the one that a key of a control names: itself, a part of it, or a limit of that name.
    static func matches(_ setting: String, _ key: String) -> Bool {
        let name = setting.hasPrefix("limits.") ? String(setting.dropFirst(7)) : setting
        let parts = key.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1 else { return name == key || name.hasPrefix(key + ".") }
        guard name.hasPrefix(parts[0]), name.hasSuffix(parts[parts.count - 1]) else { return false }
        return name.count >= parts.reduce(0) { $0 + $1.count }
    }
}

/// What an owner has to be told first.
extension Assessment {
    private static let year = Nanoseconds(seconds: 366 * 86_400)

    static func gaps(_ subject: Subject, _ evidence: JournalEvidence) -> [Gap] {
        gapsOfConfiguration(subject) + gapsOfJournals(subject, evidence)
    }

    private static func gapsOfConfiguration(_ subject: Subject) -> [Gap] {
        var gaps: [Gap] = []
        if subject.owner.isEmpty {
            gaps.append(Gap("operator.owner", "nobody answers for this run", cure: "name the owner under operator:"))
        }
        if subject.deputy.isEmpty {
            gaps.append(Gap("operator.deputy", "nobody stands in for the owner", cure: "name a deputy"))
        }
        if !subject.areAlertsOn {
            let cure = "name a program, a file or a socket under alerts:"
            gaps.append(Gap("alerts", "a stop wakes nobody: \(subject.alerts)", cure: cure))
        }
        return gaps + subject.lifted.map { limit in
            Gap("limits.\(limit.name)", "the limit is off: \(limit.reason)", cure: "set it, or sign for the reason")
        }
    }

    private static func gapsOfJournals(_ subject: Subject, _ evidence: JournalEvidence) -> [Gap] {
        var gaps = evidence.damage.map { Gap("journal", $0, cure: "restore it from a copy, and find out what changed it") }
        guard evidence.records > 0 else {
            let what = "no journal was read: what the controls did is not known"
            return gaps + [Gap("journal", what, cure: "give its directory with --journal")]
        }
        if !evidence.openIncident.isEmpty {
            let cure = "needletail ctl incident, then stage, arm and confirm"
            gaps.append(Gap("incident", "\(evidence.openIncident) is open", cure: cure))
        }
        let since = subject.wall - year
        for (kind, what) in [("kill", "the kill switch was not tried"), ("flatten", "flattening was not tried")]
        where !evidence.drills.contains(where: { $0.kind == kind && $0.wall >= since }) {
            let cure = "rehearse it at the loopback venue or with the smallest caps: needletail ctl \(kind) rehearsal"
            gaps.append(Gap("drill: \(kind)", "\(what) within a year, as far as these journals go", cure: cure))
        }
        if evidence.configurationHash != subject.configurationHash {
            let what = "the newest run had another configuration, of hash \(hexText(evidence.configurationHash))"
            gaps.append(Gap("configuration", what, cure: "assess the configuration that runs, or start with this one"))
        }
        if evidence.build != subject.build {
            let what = "the newest run was of build \(evidence.build)"
            gaps.append(Gap("build", what, cure: "assess with the program that runs"))
        }
        return gaps
    }
}

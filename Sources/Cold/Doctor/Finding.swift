/// What the doctor thinks of one thing it looked at. The order is that of gravity.
package enum Verdict: String, Sendable, Comparable, CaseIterable {
    /// As it should be.
    case ok
    /// It could not be looked at: nothing vouches for it, nothing speaks against it.
    case unseen
    /// The engine works and is slower or less even than this machine allows.
    case advice
    /// LIVE would be unwise.
    case problem

    private var gravity: Int {
        switch self {
        case .ok: 0
        case .unseen: 1
        case .advice: 2
        case .problem: 3
        }
    }
    package static func < (left: Verdict, right: Verdict) -> Bool { left.gravity < right.gravity }
}

/// One row of the doctor's table.
package struct Finding: Sendable, Equatable {
    /// `cpu`, `memory`, `clock`, …: the name of the script in tuning/ that cures it, where there is one.
    package let area: String
    package let name: String
    package let verdict: Verdict
    /// What was found, a short phrase.
    package let found: String
    /// What it does to the engine; empty where all is well.
    package let cause: String
    /// What to do about it; empty where all is well.
    package let cure: String

    package init(
        _ area: String, _ name: String, _ verdict: Verdict, _ found: String, cause: String = "", cure: String = ""
    ) {
        self.area = area
        self.name = name
        self.verdict = verdict
        self.found = found
        self.cause = cause
        self.cure = cure
    }

    /// A finding about what could not be read. Nothing is said for or against it.
    static func unseen(_ area: String, _ name: String, _ reading: Reading, cure: String? = nil) -> Finding {
        Finding(
            area, name, .unseen, reading.whyUnseen, cause: "nothing vouches for it",
            cure: cure ?? (reading == .forbidden ? "run the doctor as root to see it" : "look at it from the host"))
    }
}

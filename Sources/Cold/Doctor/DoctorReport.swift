package import Telemetry

/// Everything the doctor found, for people, for programs, and as an exit status.
package struct DoctorReport: Sendable {
    package var findings: [Finding]
    package var jitter: [CoreJitter]
    package var paths: [PathTiming]
    package var ringFeatures: [String]

    package init(
        findings: [Finding], jitter: [CoreJitter] = [], paths: [PathTiming] = [], ringFeatures: [String] = []
    ) {
        self.findings = findings + jitter.map(JitterProbe.judge) + paths.map(PathProbe.judge)
        self.jitter = jitter
        self.paths = paths
        self.ringFeatures = ringFeatures
    }

    /// The gravest of all; with nothing looked at, nothing vouches for the machine.
    package var verdict: Verdict { findings.map(\.verdict).max() ?? .unseen }

    /// Whether LIVE would be wise: no problem was found, and something was looked at.
    package var isWise: Bool { !findings.isEmpty && verdict != .problem }

    /// 0: LIVE is wise, advice may stand. 2: it is not. 3: no problem, but advice or unseen, when that counts.
    package func exitStatus(strict: Bool) -> Int32 {
        guard isWise else { return 2 }
        return strict && verdict != .ok ? 3 : 0
    }

    package func count(_ verdict: Verdict) -> Int { findings.count { $0.verdict == verdict } }

    /// The gravest first, otherwise in the order in which they were looked at.
    package var ordered: [Finding] {
        Verdict.allCases.sorted(by: >).flatMap { verdict in findings.filter { $0.verdict == verdict } }
    }

    /// One sentence for the end.
    package var sentence: String {
        let counts = "problem \(count(.problem)), advice \(count(.advice)), unseen \(count(.unseen)), ok \(count(.ok))"
        return (isWise ? "LIVE would be wise here: " : "LIVE would NOT be wise here: ") + counts
    }

    package var json: JSONValue {
        .make([
            "wise": .bool(isWise),
            "verdict": .string(verdict.rawValue),
            "findings": .array(findings.map { finding in
                .make([
                    "area": .string(finding.area), "name": .string(finding.name),
                    "verdict": .string(finding.verdict.rawValue),
                    "found": .string(finding.found), "cause": .string(finding.cause), "cure": .string(finding.cure),
                ])
            }),
            "jitter": .array(jitter.map(Self.json)),
            "paths": .array(paths.map(Self.json)),
            "io_uring_features": .array(ringFeatures.map { .string($0) }),
        ])
    }

    private static func json(_ jitter: CoreJitter) -> JSONValue {
        guard let gaps = jitter.gaps else {
            return .make(["core": .integer(Int64(jitter.core)), "measured_ns": .integer(0)])
        }
        return .make([
            "core": .integer(Int64(jitter.core)), "measured_ns": .integer(gaps.measuredNs),
            "lost_ns": .integer(gaps.lostNs),
            "largest_ns": .array(gaps.largestNs.map { .integer($0) }),
            "histogram": .array(zip(GapRecorder.classesNs, gaps.counts).map { from, count in
                .make(["from_ns": .integer(from), "count": .count(count)])
            }),
        ])
    }

    private static func json(_ timing: PathTiming) -> JSONValue {
        func step(_ ns: Int64?) -> JSONValue { ns.map { .integer($0) } ?? .null }
        return .make([
            "host": .string(timing.target.host), "port": .integer(Int64(timing.target.port)),
            "name_ns": step(timing.nameNs),
            "tcp_ns": step(timing.connectNs), "tls_ns": step(timing.tlsNs), "tls": .string(timing.agreed),
            "failure": timing.failure.map { .string($0) } ?? .null,
        ])
    }
}

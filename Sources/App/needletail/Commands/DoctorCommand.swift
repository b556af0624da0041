import Agents
import ArgumentParser
import Config
import Console
import Doctor
import Foundation
import Signals

/// `needletail doctor`: what this machine would do to a run.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say whether this machine is fit for LIVE; changes nothing.",
        discussion: """
            Looks at cores, interrupts, power states, memory, clock, io_uring,
            scheduler and network settings, then spins on each core in turn and counts
            the gaps in which somebody else had it. Needs no privilege: what this user
            may not see is a row of the table. Each row that is not ok has its cause
            and its cure; most cures are a script in tuning/ that can be undone.

            With --config it also walks the way to the run's venue: name, TCP and TLS
            with the certificate checked, each timed. It logs in nowhere and reads no
            key.

            To spin beside a trading engine would disturb it: where an engine runs,
            cores are measured only by --cores.

            Exit status:
              0  LIVE would be wise; advice may stand
              2  a problem was found: LIVE would not be wise
              3  with --strict: no problem, but advice, or something that could not be seen
              1  the doctor could not do what was asked; 64 the command line is wrong

            Examples:
              needletail doctor
              needletail doctor --cores 1 --seconds 60
              needletail doctor --config run.yaml --json > doctor.json
              needletail doctor --seconds 0 && needletail start --config run.yaml
            """)

    @Option(help: "Seconds of the jitter measurement on each core, 0 to 3600; 0 leaves it out.")
    var seconds = 5
    @Option(help: "The cores to measure, as 1 or 0-3,8; all that this process may use when not given.")
    var cores: String?
    @Option(help: "The run's YAML file: walk the way to its venue.")
    var config: String?
    @Option(name: .customLong("connect"), help: "HOST:PORT: walk the way to this place. May be given several times.")
    var places: [String] = []
    @Option(name: .customLong("ca"), help: "PEM file of the authorities to trust at --connect; else the system's.")
    var authorities: String?
    @Flag(help: "One JSON document instead of the table.")
    var json = false
    @Flag(help: "Advice and what was not seen count too: exit status 3.")
    var strict = false

    func validate() throws {
        guard (0...3600).contains(seconds) else { throw ValidationError("--seconds is 0 to 3600") }
    }

    func run() async throws {
        EndSignal.install()
        let targets = try targets()
        let tree = SystemTree()
        let measured = try measuredCores(tree)
        let findings = Examination.asked() + Examination.files(tree) + measured.findings
        let paths = targets.map { target in
            say("walking to \(target.host):\(target.port)")
            return PathProbe.walk(target)
        }
        let (cores, seconds, isTold) = (measured.cores, seconds, isTold)
        let jitter = JitterProbe.measure(cores: cores, seconds: seconds) { core, second in
            if isTold {
                let done = (cores.firstIndex(of: core) ?? 0) * seconds + second
                Self.show("jitter of core \(core): \(cores.count * seconds - done) s left")
            }
            return !EndSignal.isAsked
        }
        if isTold { Self.show("") }
        if EndSignal.isAsked { throw ToolError("interrupted; nothing was changed") }
        let report = DoctorReport(
            findings: findings, jitter: jitter, paths: paths, ringFeatures: Examination.ringFeatures())
        print(json ? report.json.text() : Self.lines(report).joined(separator: "\n"))
        let status = report.exitStatus(strict: strict)
        if status != 0 { throw ExitCode(status) }
    }

    /// Which cores are spun on, and what is said where none is.
    private func measuredCores(_ tree: SystemTree) throws -> (cores: [Int], findings: [Finding]) {
        guard seconds > 0 else {
            let finding = Finding(
                "cpu", "jitter", .unseen, "not measured", cause: "nothing vouches for the cores",
                cure: "give --seconds a number above 0")
            return ([], [finding])
        }
        if let cores {
            guard let list = CoreList.parse(cores), !list.isEmpty else {
                throw ToolError("--cores \(cores) is no list of cores", cure: "write it as 1 or 0-3,8")
            }
            return (list.sorted(), [])
        }
        if let engine = Examination.engines(tree).first {
            let finding = Finding(
                "cpu", "jitter", .unseen, "an engine runs here, process \(engine)",
                cause: "spinning on its cores would disturb it",
                cure: "measure before it starts, or name free cores with --cores")
            return ([], [finding])
        }
        return (MachineCores.allowed().sorted(), [])
    }

    /// Each place once: several links of a run often share one.
    private func targets() throws -> [PathTarget] {
        var found: [PathTarget] = []
        if let config {
            let venue = try RunConfiguration.load(file: config, overrides: [], catalogue: Roster.catalogue).venue
            found += [venue.marketData, venue.orders, venue.rest].map {
                PathTarget(host: $0.host, port: $0.port, caFile: venue.caFile)
            }
        }
        for place in places {
            guard let colon = place.lastIndex(of: ":"), colon != place.startIndex,
                  let port = UInt16(place[place.index(after: colon)...]), port > 0
            else { throw ToolError("--connect \(place) is no HOST:PORT", cure: "write it as api.example.com:443") }
            let host = place[..<colon].drop { $0 == "[" }.prefix { $0 != "]" }
            found.append(PathTarget(host: String(host), port: port, caFile: authorities))
        }
        return found.enumerated().filter { item in !found[..<item.offset].contains(item.element) }.map(\.element)
    }

    /// Progress goes to the terminal, if there is one, and never into the output.
    private var isTold: Bool { isatty(STDERR_FILENO) == 1 }
    private func say(_ text: String) { if isTold { Self.show(text) } }
    private static func show(_ text: String) { FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8)) }

    /// The table, then the cure of each row that needs one, then the jitter and the sentence.
    private static func lines(_ report: DoctorReport) -> [String] {
        var lines = Tables.table(
            ["verdict", "area", "what", "found"],
            report.ordered.map { finding in
                let word = finding.verdict.rawValue
                return [finding.verdict == .ok ? word : word.uppercased(), finding.area, finding.name, finding.found]
            })
        let treated = report.ordered.filter { $0.verdict == .problem || $0.verdict == .advice }
        if !treated.isEmpty { lines += ["", "CAUSE AND CURE"] }
        for finding in treated {
            lines += ["\(finding.area), \(finding.name): \(finding.cause)", "    cure: \(finding.cure)"]
        }
        if !report.jitter.isEmpty {
            lines += ["", "GAPS, seen by a thread that only looks at the clock"] + gaps(report.jitter)
        }
        return lines + ["", report.sentence]
    }

    private static func gaps(_ jitter: [CoreJitter]) -> [String] {
        let header = ["core"] + GapRecorder.classesNs.map { "≥ \(JitterProbe.span($0))" } + ["largest"]
        let rows = jitter.compactMap { item in
            item.gaps.map { gaps in
                ["\(item.core)"] + gaps.counts.map { "\($0)" }
                    + [gaps.largestNs.map(JitterProbe.span).joined(separator: ", ")]
            }
        }
        return Tables.table(header, rows, right: Set(0...GapRecorder.classesNs.count))
    }
}

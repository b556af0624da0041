import Telemetry
import Testing
import Uring

@testable import Doctor

@Suite struct VerdictTests {
    private func finding(_ verdict: Verdict) -> Finding { Finding("area", "name", verdict, "found") }

    @Test func `The exit status follows the gravest row, and advice counts only when asked`() {
        let cases: [(verdicts: [Verdict], plain: Int32, strict: Int32)] = [
            ([], 2, 2), ([.ok], 0, 0), ([.ok, .unseen], 0, 3), ([.ok, .advice], 0, 3), ([.ok, .advice, .problem], 2, 2),
        ]
        for item in cases {
            let report = DoctorReport(findings: item.verdicts.map(finding))
            #expect(report.exitStatus(strict: false) == item.plain, "\(item.verdicts)")
            #expect(report.exitStatus(strict: true) == item.strict, "\(item.verdicts)")
        }
    }

    @Test func `The table begins with the gravest and loses none`() {
        let report = DoctorReport(findings: [.ok, .advice, .problem, .unseen, .ok].map(finding))
        #expect(report.ordered.map(\.verdict) == [.problem, .advice, .unseen, .ok, .ok])
    }

    @Test func `One core is a problem, two are not`() {
        #expect(ProcessorProbes.cores(allowed: 1).verdict == .problem)
        #expect(ProcessorProbes.cores(allowed: 2).verdict == .ok)
    }

    @Test func `A refused ring is a problem with the refusal's own cure`() {
        #expect(KernelProbes.ring(.success(UringFeatures(bits: 3, operations: 63))).verdict == .ok)
        for error: UringError in [.notImplemented, .refused(sysctl: 2), .kernelTooOld, .outOfMemory, .other(errno: 5)] {
            let finding = KernelProbes.ring(.failure(error))
            #expect(finding.verdict == .problem)
            #expect(finding.cause == error.description)
        }
    }

    @Test func `Feature bits have the kernel's names, and unknown ones their number`() {
        #expect(UringFeatures(bits: 1 | 1 << 11 | 1 << 31, operations: 1).names == ["single_mmap", "cqe_skip", "bit 31"])
    }

    @Test func `A clock that nobody keeps is a problem, and so is one far off`() {
        func verdict(_ synchronised: Bool, _ offsetNs: Int64, _ errorUs: Int64) -> Verdict {
            ClockProbes.discipline(.init(isSynchronised: synchronised, offsetNs: offsetNs, maxErrorUs: errorUs)).verdict
        }
        #expect(verdict(true, 999_000, 99_999) == .ok)
        #expect(verdict(true, -1_000_000, 0) == .advice)
        #expect(verdict(true, 0, 100_000) == .advice)
        #expect(verdict(true, -100_000_000, 0) == .problem)
        #expect(verdict(true, 0, 1_000_000) == .problem)
        #expect(verdict(false, 0, 0) == .problem)
        #expect(verdict(true, .min, .max) == .problem)
        #expect(ClockProbes.discipline(nil).verdict == .unseen)
    }

    @Test func `A list of cores is read as the kernel writes it, and nothing else is`() {
        #expect(CoreList.parse("0-2,8") == [0, 1, 2, 8])
        for bad in ["", ",", "1-", "-1", "2-1", "1-2-3", "a", "4096", "0-99999999999"] { #expect(CoreList.parse(bad) == nil, "\(bad)") }
    }
}

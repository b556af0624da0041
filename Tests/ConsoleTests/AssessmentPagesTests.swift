import Model
import Telemetry
import Testing
import Units

@testable import Console

@Suite struct AssessmentPagesTests {
    private func report() -> Assessment {
        var subject = Assessment.Subject()
        subject.wall = Nanoseconds(seconds: 1_795_000_000)
        subject.file = "config/\u{1B}[2Jproduction.yaml"
        subject.alerts = String(repeating: "none configured ", count: 12)
        subject.settings = [("limits.max_position", String(repeating: "long | value ", count: 10))]
        subject.lifted = [("max_order_age", String(repeating: "a long reason ", count: 20))]
        var evidence = JournalEvidence()
        evidence.records = 10
        evidence.acts["verdict:MAX_POSITION"] = ControlActs(count: .max, last: Nanoseconds(seconds: 1_794_000_000))
        evidence.drills = [Drill(wall: Nanoseconds(seconds: 1), kind: "kill", mode: .live, operatorID: 1000, reason: "a|b\nc")]
        return Assessment(subject, evidence)
    }

    @Test(arguments: [100, 120]) func `The text fits its width, and gaps come before everything else`(width: Int) {
        let lines = AssessmentPages.text(report(), width: width)
        for line in lines { #expect(line.count <= width, "\(line.count): \(line)") }
        let gaps = lines.firstIndex { $0.contains(" GAPS") } ?? .max
        let controls = lines.firstIndex { $0.contains(" controls: ") } ?? 0
        #expect(gaps < controls)
        #expect(lines.joined().unicodeScalars.allSatisfy { $0.value >= 0x20 })
        for control in Control.all { #expect(lines.contains { $0.hasPrefix("  \(control.id) ") }, "\(control.id)") }
        #expect(lines.contains { $0.contains("owner  ___") }, "there is a line to sign")
    }

    @Test func `The Markdown's tables keep their columns whatever stands in a cell`() {
        var columns = 0
        for line in AssessmentPages.markdown(report()) {
            guard line.hasPrefix("|") else { columns = 0; continue }
            let bars = line.replacing("\\|", with: "").filter { $0 == "|" }.count
            if columns > 0 { #expect(bars == columns, "\(line)") }
            columns = bars
        }
    }

    @Test func `Days are those of the calendar`() {
        for (seconds, day) in [
            (0, "-"), (1, "1970-01-01"), (951_782_400, "2000-02-29"), (951_868_800, "2000-03-01"), (1_609_459_199, "2020-12-31"),
            (1_795_305_600, "2026-11-22"), (4_107_542_400, "2100-03-01"),
        ] as [(Int64, String)] { #expect(AssessmentPages.day(Nanoseconds(seconds: seconds)) == day) }
    }
}

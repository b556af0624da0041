import Model
import Telemetry
import Units

/// The self-assessment as people read it: 100 columns of plain text, or Markdown to be filed. Gaps come first.
package enum AssessmentPages {
    /// A day of the calendar, UTC; `-` for none.
    static func day(_ wall: Nanoseconds) -> String {
        guard wall.raw > 0 else { return "-" }
        // Days since 0000-03-01, by the civil calendar.
        let days = wall.raw / 86_400_000_000_000 + 719_468
        let era = days / 146_097
        let ofEra = days - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let civil = month < 10 ? month + 3 : month - 9
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(year + era * 400 + (civil <= 2 ? 1 : 0))-\(two(civil))-\(two(ofYear - (153 * month + 2) / 5 + 1))"
    }

    private static func moment(_ wall: Nanoseconds) -> String {
        guard wall.raw > 0 else { return "-" }
        let seconds = wall.raw / 1_000_000_000 % 86_400
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(day(wall)) \(two(seconds / 3600)):\(two(seconds / 60 % 60)) UTC"
    }

    private static func or(_ text: String, _ other: String) -> String { text.isEmpty ? other : Columns.clean(text) }

    /// What is assessed, by whom it is answered for, and what was read.
    private static func head(_ report: Assessment) -> [(String, String)] {
        let (subject, evidence) = (report.subject, report.evidence)
        let span = evidence.records == 0
            ? "none read"
            : "\(evidence.runs) runs, \(Figures.count(evidence.records)) records, \(Figures.count(evidence.orders)) orders, "
                + "\(Figures.count(evidence.fills)) fills, \(day(evidence.first)) to \(day(evidence.last))"
        return [
            ("run", "\(or(subject.name, "-")), mode \(subject.mode.name)"), ("assessed", moment(subject.wall)),
            ("owner", or(subject.owner, "NOBODY")), ("deputy", or(subject.deputy, "NOBODY")),
            ("account", or(subject.account, "none: this mode holds no key")), ("alerts", or(subject.alerts, "none")),
            ("build", or(subject.build, "-")),
            ("configuration", "\(Columns.clean(subject.file)), hash \(hexText(subject.configurationHash))"),
            ("journals", span),
        ]
    }

    private static func counts(_ report: Assessment) -> String {
        func count(_ standing: Assessment.Standing) -> Int { report.rows.count { $0.standing == standing } }
        let acted = report.rows.count { $0.acts.count > 0 }
        return "\(report.rows.count) controls: \(count(.on)) on, \(count(.lifted)) lifted, \(count(.unused)) not used; "
            + "\(acted) acted in these journals"
    }

    private static func drill(_ drill: Drill) -> [String] {
        [moment(drill.wall), drill.kind, drill.mode.name, "uid \(drill.operatorID)", or(drill.reason, "no reason given")]
    }

    /// The newest of each kind, and how many there were.
    private static func drills(_ report: Assessment) -> [[String]] {
        var rows: [[String]] = []
        for kind in ["kill", "flatten", "stop", "disarm", "confirm"] {
            let all = report.evidence.drills.filter { $0.kind == kind }
            guard let newest = all.max(by: { $0.wall < $1.wall }) else {
                rows.append(["never", kind, "", "", ""])
                continue
            }
            rows.append(drill(newest) + ["\(all.count)"])
        }
        return rows
    }

    /// Plain text of this width.
    package static func text(_ report: Assessment, width: Int = 100) -> [String] {
        let bar = String(repeating: "═", count: width)
        let thin = String(repeating: "─", count: width)
        var lines = [bar, "  SELF-ASSESSMENT OF THE CONTROLS", bar]
        lines += head(report).map { "  \(Columns.left($0.0, 14)) \(Columns.cut($0.1, width - 17))" }
        lines += ["", report.gaps.isEmpty ? "  NO GAPS" : "  \(report.gaps.count) GAPS", thin]
        for (index, gap) in report.gaps.enumerated() {
            let number = Columns.right("\(index + 1)", 4)
            lines += wrapped(number, "\(Columns.clean(gap.place)): \(Columns.clean(gap.what))", width)
            lines += wrapped("     →", Columns.clean(gap.cure), width)
        }
        lines += ["", "  \(counts(report))", thin]
        for section in Control.Section.allCases {
            lines += ["", "  \(section.rawValue)"]
            lines.append("  \(Columns.left("", 4)) \(Columns.left("control", 38)) \(Columns.left("", 8)) "
                + "\(Columns.left("value", width - 84)) \(Columns.right("acted", 9)) \(Columns.left("last", 10)) tests")
            for row in report.rows where row.control.section == section { lines.append(line(row, width)) }
        }
        lines += ["", "  Drills and mandates: the newest of each", thin]
        lines += drills(report).map { row in
            "  \(Columns.left(row[1], 9)) \(Columns.left(row[0], 21)) \(Columns.left(row[2], 9)) \(Columns.left(row[3], 10)) "
                + "\(Columns.cut(row[4], width - 62))\(row.count > 5 ? " (of \(row[5]))" : "")"
        }
        let line = String(repeating: "_", count: 28)
        lines += ["", thin, "  I have read this report and the reasons of every limit that is off.", ""]
        lines.append("  owner  \(line)   date  ____________    deputy  \(line.prefix(20))")
        lines += ["", bar]
        return lines
    }

    private static func line(_ row: Assessment.Row, _ width: Int) -> String {
        let state = row.standing == .lifted ? "LIFTED" : row.standing.rawValue
        let tests = Columns.right(row.control.tests.isEmpty ? "-" : "\(row.control.tests.count)", 4)
        return "  \(Columns.left(row.control.id, 4)) \(Columns.left(row.control.name, 38)) \(Columns.left(state, 8)) "
            + "\(Columns.left(Columns.clean(row.value), width - 84)) "
            + "\(Columns.right(row.acts.count == 0 ? "-" : Figures.count(row.acts.count), 9)) "
            + "\(Columns.left(day(row.acts.last), 10)) \(tests)"
    }

    /// Broken at spaces; what follows the first line is indented.
    private static func wrapped(_ start: String, _ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = start
        for word in text.split(separator: " ") {
            // A word that is longer than a line is cut.
            let word = Columns.cut(String(word), width - start.count - 1)
            if line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: start.count)
            }
            line += " " + word
        }
        return lines + [line]
    }

    /// Markdown with everything, the tests' names included.
    package static func markdown(_ report: Assessment) -> [String] {
        func cell(_ text: String) -> String { Columns.clean(text).replacing("|", with: "\\|") }
        func table(_ header: [String], _ rows: [[String]]) -> [String] {
            ["| " + header.joined(separator: " | ") + " |", "|" + String(repeating: "---|", count: header.count)]
                + rows.map { "| " + $0.map(cell).joined(separator: " | ") + " |" }
        }
        var lines = ["# Self-assessment of the controls: \(cell(report.subject.name))", ""]
        lines += table(["", ""], head(report).map { [$0.0, $0.1] })
        lines += ["", "## Gaps", ""]
        let gaps = report.gaps.enumerated().map { index, gap in ["\(index + 1)", gap.place, gap.what, gap.cure] }
        lines += gaps.isEmpty ? ["None."] : table(["", "where", "what", "cure"], gaps)
        lines += ["", "## Controls", "", counts(report) + "."]
        for section in Control.Section.allCases {
            lines += ["", "### \(section.rawValue)", ""]
            lines += table(
                ["", "control", "what it does", "state", "value", "acted", "last", "shown by"],
                report.rows.filter { $0.control.section == section }.map { row in
                    [
                        row.control.id, row.control.name, row.control.does, row.standing.rawValue, row.value,
                        "\(row.acts.count)", day(row.acts.last), row.control.tests.joined(separator: ", "),
                    ]
                })
        }
        lines += ["", "## Drills and mandates", ""]
        lines += table(["when", "what", "mode", "by", "reason"], report.evidence.drills.map(drill))
        lines += ["", "I have read this report and the reasons of every limit that is off.", ""]
        let blank = "____________________  Date: ____________"
        return lines + ["Owner: \(blank)", "", "Deputy: \(blank)"]
    }
}

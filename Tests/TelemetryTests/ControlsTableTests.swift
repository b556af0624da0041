import Foundation
import Model
import Testing

@testable import Telemetry

/// docs/CONTROLS.md by sections: the rows of its tables, without headings.
private func page() throws -> [String: [String]] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "docs/CONTROLS.md"), encoding: .utf8)
    var rows: [String: [String]] = [:]
    var section = ""
    var isHeading = true
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
        if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
        guard line.hasPrefix("|") else { isHeading = true; continue }
        if !isHeading, !line.hasPrefix("|---") { rows[section, default: []].append(line) }
        isHeading = false
    }
    return rows
}

/// The table in `Telemetry/Controls` is the source; the page shows it.
@Suite struct ControlsTableTests {
    @Test(arguments: Control.Section.allCases) func `The page of controls shows the table row by row`(section: Control.Section) throws {
        let shown = try #require(try page()[section.rawValue], "docs/CONTROLS.md has no section '\(section.rawValue)'")
        let rows = Control.all.filter { $0.section == section }.map(\.row)
        for row in rows where !shown.contains(row) {
            Issue.record("docs/CONTROLS.md lacks this row of Telemetry/Controls:\n\(row)")
        }
        for row in shown where !rows.contains(row) {
            Issue.record("Telemetry/Controls lacks this row of docs/CONTROLS.md; add a Control(...) with these texts:\n\(row)")
        }
        #expect(rows == shown || rows.count != shown.count || Set(rows) != Set(shown), "the rows stand in another order")
    }

    @Test func `Ids are unique and the checklist is whole`() {
        #expect(Set(Control.all.map(\.id)).count == Control.all.count)
        for number in 1...30 { #expect(Control.all.contains { $0.id == "S\(number)" }, "S\(number)") }
    }

    @Test func `Every verdict and every trip belongs to a control, and every mark can be in a journal`() {
        let marks = Set(Control.all.filter { $0.section == .gate || $0.section == .running }.flatMap(\.marks))
        for verdict in RiskVerdict.allCases where verdict != .passed {
            #expect(marks.contains("verdict:\(verdict.name)"), "no control is the verdict \(verdict.name)")
        }
        for trip in Trip.allCases where trip != .none && trip != .other {
            #expect(marks.contains("trip:\(trip.name)"), "no control is the trip \(trip.name)")
        }
        for control in Control.all {
            for mark in control.marks { #expect(Control.possibleMarks.contains(mark), "\(control.id): nothing writes \(mark)") }
        }
    }

    @Test func `Every control of the page says what shows it, the risk matrix by its rows above`() {
        for control in Control.all where control.section != .risks {
            let isReferred = control.section == .asked && control.shown.contains("above")
            #expect(!control.tests.isEmpty || isReferred || control.shown.contains("Tests"), "\(control.id) \(control.name): '\(control.shown)'")
        }
    }

    @Test func `Keys are read with their stems and wildcards`() {
        let unknown = Control.all.first { $0.name == "unknown order" }
        #expect(unknown?.keys == ["timeouts.request", "timeouts.place", "timeouts.cancel", "timeouts.amend", "timeouts.query"])
        #expect(Control.all.first { $0.id == "S4" }?.keys == ["max_position", "max_*_exposure", "max_portfolio_*"])
        #expect(Assessment.matches("limits.max_net_exposure", "max_*_exposure") && Assessment.matches("limits.max_portfolio_net", "max_portfolio_*"))
        #expect(!Assessment.matches("limits.max_position", "max_*_exposure") && !Assessment.matches("limits.max_position_x", "max_position"))
        #expect(Assessment.matches("venue.failover.0", "venue.failover") && Assessment.matches("mode", "mode"))
        #expect(Control.all.first { $0.name == "silent engine" }?.tests.contains("guard.sh") == true)
    }
}

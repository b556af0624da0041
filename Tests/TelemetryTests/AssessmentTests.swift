import Model
import Testing
import Units

@testable import Telemetry

@Suite struct AssessmentTests {
    private static let now = Nanoseconds(seconds: 1_795_000_000)

    /// A configuration with nothing to complain of.
    private func subject() -> Assessment.Subject {
        var subject = Assessment.Subject()
        subject.wall = Self.now
        subject.name = "production"
        subject.mode = .live
        subject.owner = "A. Person"
        subject.deputy = "B. Person"
        subject.alerts = "program /usr/local/bin/page"
        subject.areAlertsOn = true
        subject.build = "needletail-1"
        subject.configurationHash = 7
        subject.settings = [
            ("limits.max_position", "0.1 BTC"), ("limits.max_daily_loss", "100 USDT"), ("limits.on_daily_loss", "halt"),
            ("alerts", "program /usr/local/bin/page"), ("operator.owner", "A. Person"),
        ]
        return subject
    }

    private func evidence() -> JournalEvidence {
        var evidence = JournalEvidence()
        evidence.records = 1000
        evidence.runs = 2
        evidence.first = Self.now - Nanoseconds(seconds: 86_400)
        evidence.last = Self.now
        evidence.build = "needletail-1"
        evidence.configurationHash = 7
        evidence.acts["verdict:MAX_POSITION"] = ControlActs(count: 3, last: Self.now)
        evidence.acts["trip:DAILY_LOSS"] = ControlActs(count: 1, last: Self.now)
        for kind in ["kill", "flatten"] {
            evidence.drills.append(Drill(wall: Self.now, kind: kind, mode: .live, operatorID: 1000, reason: "drill"))
        }
        return evidence
    }

    @Test func `A run in order has no gaps, and each control its value and what it did`() throws {
        let report = Assessment(subject(), evidence())
        #expect(report.gaps.isEmpty, "\(report.gaps)")
        #expect(report.rows.count == Control.all.count)
        func row(_ name: String) throws -> Assessment.Row { try #require(report.rows.first { $0.control.name == name }) }
        let position = try row("MAX_POSITION")
        #expect(position.value == "0.1 BTC" && position.standing == .on && position.acts.count == 3)
        let loss = try row("daily loss")
        #expect(loss.value == "100 USDT, halt" && loss.acts.count == 1 && loss.acts.last == Self.now)
        #expect(try row("dead-man's switch").standing == .unused)
        #expect(try row("NET_EXPOSURE, GROSS_EXPOSURE").acts.count == 0)
        #expect(report.rows.first { $0.control.id == "S4" }?.acts.count == 3, "by the verdicts that it names")
    }

    @Test func `Whatever is missing is a gap of its own`() {
        func gaps(_ change: (inout Assessment.Subject, inout JournalEvidence) -> Void) -> [String] {
            var (subject, evidence) = (subject(), evidence())
            change(&subject, &evidence)
            return Assessment(subject, evidence).gaps.map(\.place)
        }
        #expect(gaps { s, _ in s.owner = "" } == ["operator.owner"])
        #expect(gaps { s, _ in s.deputy = "" } == ["operator.deputy"])
        #expect(gaps { s, _ in s.areAlertsOn = false } == ["alerts"])
        #expect(gaps { s, _ in s.lifted = [("max_position", "only a test account")] } == ["limits.max_position"])
        #expect(gaps { _, e in e.drills.removeFirst() } == ["drill: kill"])
        let longAgo = Self.now - Nanoseconds(seconds: 400 * 86_400)
        #expect(gaps { _, e in e.drills[0].wall = longAgo } == ["drill: kill"], "longer ago than a year")
        #expect(gaps { _, e in e.drills.removeLast() } == ["drill: flatten"])
        #expect(gaps { _, e in e.damage = ["a segment is damaged"] } == ["journal"])
        #expect(gaps { _, e in e.openIncident = "DAILY_LOSS" } == ["incident"])
        #expect(gaps { _, e in e.configurationHash = 8 } == ["configuration"])
        #expect(gaps { _, e in e.build = "needletail-2" } == ["build"])
        #expect(gaps { _, e in e = JournalEvidence() } == ["journal"])
    }

    @Test func `A limit that is off is lifted with its reason where it stands`() throws {
        var subject = subject()
        subject.settings[0].value = "NO LIMIT, because: only a test account"
        subject.lifted = [("max_position", "only a test account")]
        let report = Assessment(subject, evidence())
        let row = try #require(report.rows.first { $0.control.name == "MAX_POSITION" })
        #expect(row.standing == .lifted && row.value == "no limit: only a test account")
    }

    @Test func `The JSON holds every control with its tests`() throws {
        let json = Assessment(subject(), evidence()).json
        let controls = try #require(json["controls"]?.array)
        #expect(controls.count == Control.all.count && json["gaps"]?.array?.isEmpty == true)
        #expect(controls.allSatisfy { $0["id"]?.string != nil && $0["standing"]?.string != nil })
        #expect(try JSONValue(parsing: json.text(pretty: true)) == json)
        #expect(json["drills"]?.array?.count == 2)
    }
}

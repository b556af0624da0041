import Units

/// Who answers for the run, by name: shown by `stage`, part of its hash, journalled at the start.
package struct OperatorSettings: Sendable, Equatable {
    package var owner: String
    /// Who is called when the owner does not answer; `nil` where nobody is named.
    package var deputy: String?
}

/// How an alert leaves the machine, or why none does.
package struct AlertSettings: Sendable, Equatable {
    package enum Outlet: Sendable, Equatable {
        /// Started once for each alert, which it reads as one JSON object on its standard input.
        case program(path: String, arguments: [String])
        /// A line of JSON for each is appended.
        case file(String)
        /// A Unix datagram socket: a datagram of JSON for each.
        case socket(String)
        /// Nobody is told; the written reason.
        case none(reason: String)
    }
    package enum Level: String, Sendable, CaseIterable { case critical, warning }

    package var outlet: Outlet
    /// `warning` also passes what a person need not wake up for, refusals by the gate included.
    package var level = Level.critical
    /// A delivery that takes longer has failed, and its program is ended.
    package var timeout = Nanoseconds(seconds: 5)
    /// Between two deliveries of an alert that nobody acknowledged.
    package var repeats = Nanoseconds(seconds: 60)

    /// As people read it: `program /usr/local/bin/page`.
    package var outletText: String {
        switch outlet {
        case .program(let path, let arguments): return (["program", path] + arguments).joined(separator: " ")
        case .file(let path): return "file \(path)"
        case .socket(let path): return "socket \(path)"
        case .none(let reason): return "NOBODY, because: \(reason)"
        }
    }
}

extension RunConfiguration {
    /// What a run that may lose money must say and a recorded one need not: how a person is woken, or why nobody is.
    package var missingForLive: ConfigurationError? {
        guard mode == .live, alerts == nil else { return nil }
        return ConfigurationError(
            file: file, line: 0, column: 0, path: "alerts", cause: "is missing: in LIVE somebody must be told of a stop",
            cure: "write alerts: {program: /absolute/path}, {file: PATH} or {socket: PATH}, "
                + "or {none: \"why nobody has to be told\"}")
    }

    /// The lines of `canonicalText`; none where neither is written, so that older configurations keep their hash.
    var operatorText: [String] {
        var lines: [String] = []
        if let person = self.operator { lines.append("operator=\(person.owner)\noperator.deputy=\(person.deputy ?? "")") }
        if let alerts {
            lines.append("alerts=\(alerts.outlet) \(alerts.level.rawValue) \(alerts.timeout.raw) \(alerts.repeats.raw)")
        }
        return lines
    }

    var operatorFacts: [(key: String, value: String)] {
        var facts = [
            ("operator.owner", self.operator?.owner ?? "nobody is named"),
            ("operator.deputy", self.operator?.deputy ?? "nobody is named"),
            ("alerts", alerts?.outletText ?? "none configured"),
        ]
        if let alerts, alerts.isOn {
            facts += [
                ("alerts.level", alerts.level.rawValue), ("alerts.timeout", Self.text(alerts.timeout)),
                ("alerts.repeat", Self.text(alerts.repeats)),
            ]
        }
        return facts
    }

    var explainOperator: [String] {
        var lines: [String] = []
        if let person = self.operator {
            lines.append("\(person.owner) answers for the run" + (person.deputy.map { ", \($0) is the deputy." } ?? "; no deputy is named."))
        }
        guard let alerts else { return lines }
        guard alerts.isOn else { return lines + ["Alerts go to \(alerts.outletText)."] }
        let passes = alerts.level == .warning ? "Critical alerts and warnings" : "Critical alerts"
        return lines + [
            "\(passes) go to \(alerts.outletText); a delivery may take \(Self.text(alerts.timeout)), and each is repeated every "
                + "\(Self.text(alerts.repeats)) until somebody acknowledges it."
        ]
    }
}

extension AlertSettings {
    /// Whether anybody is told.
    package var isOn: Bool {
        if case .none = outlet { return false }
        return true
    }

    init?(_ section: Section) {
        let cure = "write one of program, file, socket, or none with the reason"
        let named = ["program", "file", "socket", "none"].filter(section.contains)
        section.allow("program", "arguments", "file", "socket", "none", "level", "timeout", "repeat")
        guard named.count == 1 else {
            section.reader.fail(
                section.path, at: section.place, named.isEmpty ? "names no outlet" : "names \(named.joined(separator: " and "))",
                cure: cure)
            section.finish()
            return nil
        }
        switch named[0] {
        case "program":
            let path = section.absolute("program", cure: "write the absolute path of a program, such as /usr/local/bin/page")
            let list = section.contains("arguments")
                ? section.list("arguments", cure: "write the arguments as a list, such as [--from, needletail]") : []
            let words = list.compactMap { setting -> String? in
                if case .text(let text) = setting.content, !text.utf8.contains(0) { return text }
                section.fail("arguments", "holds something that is not a word", cure: "write words, in quotes where needed")
                return nil
            }
            outlet = .program(path: path, arguments: words)
        case "file": outlet = .file(section.absolute("file", cure: "write the absolute path of a file"))
        case "socket":
            let path = section.absolute("socket", cure: "write the absolute path of a Unix datagram socket")
            if path.utf8.count > 107 { section.fail("socket", "is longer than the 107 bytes the kernel takes", cure: "shorten it") }
            outlet = .socket(path)
        default:
            let reason = section.text("none", cure: "write {none: \"the reason\"}") ?? ""
            if reason.utf8.count < 8 {
                section.fail("none", "gives no reason that a reader could weigh", cure: "write the reason in a few words")
            }
            outlet = .none(reason: reason)
        }
        if named[0] != "program", section.contains("arguments") {
            section.fail("arguments", "belongs to a program", cure: "remove it")
        }
        level = section.choice("level", Level.allCases.map { ($0.rawValue, $0) }, else: .critical, default: .critical)
        timeout = section.duration("timeout", cure: "write how long a delivery may take, such as 5s", default: timeout)
        repeats = section.duration("repeat", cure: "write the pause between deliveries, such as 60s", default: repeats)
        if timeout < Nanoseconds(milliseconds: 100) || timeout > Nanoseconds(seconds: 60) {
            section.fail("timeout", "is not from 100ms to 60s", cure: "write a few seconds")
        }
        if repeats < Nanoseconds(seconds: 1) || repeats > Nanoseconds(seconds: 3600) {
            section.fail("repeat", "is not from 1s to 1h", cure: "write a pause such as 60s")
        }
        section.finish()
    }
}

extension OperatorSettings {
    init(_ section: Section) {
        owner = section.person("owner", required: true) ?? ""
        deputy = section.person("deputy", required: false)
        section.finish()
    }
}

extension Section {
    /// A person's name: printable text of 2 to 60 bytes.
    fileprivate func person(_ key: String, required: Bool) -> String? {
        let cure = "write the name of the person"
        guard let text = text(key, required: required, cure: cure) else { return nil }
        let isPrintable = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        if !(2...60).contains(text.utf8.count) || !isPrintable || text == "REPLACE_ME" {
            fail(key, "is not a person's name of 2 to 60 letters", cure: cure)
        }
        return text
    }

    /// A path from the root, so that the directory the engine was started in does not matter.
    fileprivate func absolute(_ key: String, cure: String) -> String {
        let path = path(key, fallback: nil, cure: cure)
        if !path.isEmpty, !path.hasPrefix("/") { fail(key, "'\(shown(path))' is not an absolute path", cure: cure) }
        return path
    }
}

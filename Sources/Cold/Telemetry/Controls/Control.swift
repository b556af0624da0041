/// One control: a rule that stops the engine from losing, doubling or overreaching, or something that is asked for. This
/// table is the source: docs/CONTROLS.md shows it (a test compares them row by row), `needletail assess` reports on it.
package struct Control: Sendable, Equatable {
    /// Where docs/CONTROLS.md shows it.
    package enum Section: String, Sendable, CaseIterable {
        case gate = "Before an order leaves"
        case running = "While it runs"
        case right = "The right to trade"
        case asked = "What regulators and the industry ask for"
        case risks = "The risk matrix"
    }

    /// Short and unique: a letter of the section and a number, `S1` to `S30` as in the checklist.
    package var id: String
    package var section: Section
    /// Rules of the gate by the names of their verdicts.
    package var name: String
    package var does: String
    /// The files it is in, quoted; empty for the gate's, which are in `Risk/RiskGate`.
    package var code: String
    /// The settings it is told by, quoted; `-` for none.
    package var key: String
    /// The tests that show it.
    package var shown: String
    /// What the journal holds when it acts, beside its verdicts: `trip:`, `alert:`, `switched:` or `command:` and a name.
    package var acts: [String]

    init(
        _ id: String, _ section: Section, _ name: String, does: String, code: String = "", key: String = "",
        shown: String = "", acts: [String] = []
    ) {
        self.id = id
        self.section = section
        self.name = name
        self.does = does
        self.code = code
        self.key = key
        self.shown = shown
        self.acts = acts
    }

    /// Every control, in the order of the page.
    package static let all = gate + gateAmounts + losses + doubt + books + right + asked + risks

    /// Its row of docs/CONTROLS.md.
    package var row: String {
        let cells: [String]
        switch section {
        case .gate: cells = [name, does, key, shown]
        case .running: cells = [name, does, code, key, shown]
        case .right: cells = [name, does, code, shown]
        case .asked: cells = [id, name, does, key, shown]
        case .risks: cells = [name, does, key]
        }
        return "| " + cells.joined(separator: " | ") + " |"
    }

    /// What stands in `quotes`.
    static func quoted(_ text: String) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
            .map { String($0.element) }
    }

    /// Dotted paths of the settings, `*` standing for any letters; what is no setting is left out.
    package var keys: [String] {
        var stem = ""
        return Self.quoted(key).compactMap { text in
            guard !text.hasPrefix("-"), !text.hasPrefix("{"), let first = text.split(separator: ":").first else { return nil }
            let word = String(first)
            if word.hasPrefix(".") { return stem + word }
            stem = word.lastIndex(of: ".").map { String(word[..<$0]) } ?? word
            return word
        }
    }

    /// Tests, suites and scripts that are named.
    package var tests: [String] {
        let names = Self.quoted(shown)
        let rest = shown.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 0 }.map { $0.element }.joined(separator: " ")
        let files = rest.split { " ,;:()".contains($0) }.map(String.init).filter { $0.hasSuffix("Tests") || $0.hasSuffix(".sh") }
        return names + files.filter { file in !names.isEmpty ? file.hasSuffix(".sh") || shown.hasPrefix(file) : true }
    }
}

import Model

extension Control {
    /// Everything in a journal that says that it acted. Rules of the gate, the checklist and the risk matrix act by verdicts
    /// whose names stand in their texts; a name that ends in `_` stands for all that begin with it.
    package var marks: [String] {
        let text = section == .gate ? name : section == .asked || section == .risks ? does : ""
        let words = text.split { !($0.isUppercase || $0 == "_") }.map(String.init)
        let verdicts = RiskVerdict.allCases.filter { verdict in
            verdict != .passed && words.contains { $0 == verdict.name || ($0.hasSuffix("_") && verdict.name.hasPrefix($0)) }
        }
        return verdicts.map { "verdict:\($0.name)" } + acts
    }

    /// Every mark that a journal can hold.
    package static let possibleMarks: Set<String> = Set(
        RiskVerdict.allCases.map { "verdict:\($0.name)" } + Trip.allCases.map { "trip:\($0.name)" }
            + ErrorCode.allCases.flatMap { ["alert:\($0.name)", "switched:\($0.name)"] }
            + CommandKind.allCases.map { "command:\($0.name)" })
}

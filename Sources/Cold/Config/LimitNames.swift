/// The limits that a configuration must name, for whoever writes one.
extension RunConfiguration {
    /// In the order of the documentation; `isAction` where a word stands instead of a value that may be unlimited.
    package static var limitNames: [(name: String, isAction: Bool)] {
        LimitRule.all.map { rule in
            if case .action = rule.kind { return (rule.name, true) }
            return (rule.name, false)
        }
    }
}

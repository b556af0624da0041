import Model

/// What a run does about a program or a configuration that is no longer on disk as it runs: nobody arms what he has not read,
/// and nobody trades on under what nobody could read any more. Told by looks at an interval; two in a row that find the same
/// kind of thing count, so that a file that is just being written does not end a mandate. Plain value; one thread.
package struct DriftWatch: Sendable, Equatable {
    /// What follows from a look.
    package struct Answer: Sendable, Equatable {
        /// What a person has to know; told once.
        package var news: String?
        /// Whether the mandate is to be taken, again with each look until it is gone.
        package var disarms = false
        package init(news: String? = nil, disarms: Bool = false) {
            self.news = news
            self.disarms = disarms
        }
    }

    private var isDoubted = false
    /// What was told of and not yet taken back.
    package private(set) var told: String?

    package init() {}

    /// One look: `cause` says what differs, `nil` that nothing does. REDUCING keeps its state: it only closes positions, and
    /// taking that away would leave them open.
    package mutating func look(_ cause: String?, state: SystemState) -> Answer {
        guard let cause else {
            isDoubted = false
            guard told != nil else { return Answer() }
            told = nil
            return Answer(news: "program and configuration on disk are again what runs")
        }
        guard isDoubted else {
            isDoubted = true
            return Answer()
        }
        let news = told == cause ? nil : cause
        told = cause
        return Answer(news: news, disarms: state == .live || state == .armed)
    }
}

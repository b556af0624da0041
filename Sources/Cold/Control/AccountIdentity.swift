/// Whose key the engine has, by the venue's own number for the account: the number that the configuration names
/// (`venue.account.number`), and the one that the venue's answers told. A key is one account's for ever, so a number that
/// changes is news, and one that is not the configured one takes every right to trade. Plain value; one thread.
package struct AccountIdentity: Sendable, Equatable {
    /// What a person has to know of an answer.
    package struct News: Sendable, Equatable {
        /// `ACCOUNT_CHANGED` or `OTHER_ACCOUNT`, as events and alerts are called.
        package var kind: String
        package var text: String
    }

    /// What the configuration names; `nil` where it names none, or the mode has no account.
    package let configured: UInt64?
    /// By the last complete answer that told one.
    package private(set) var told: UInt64?

    package init(configured: UInt64?) { self.configured = configured }

    /// The venue says another number than the configuration.
    package var isAnother: Bool {
        guard let configured, let told else { return false }
        return configured != told
    }

    /// Takes the number of a complete answer, `nil` where it tells none: an answer without a number unsays nothing.
    package mutating func hear(_ number: UInt64?) -> News? {
        guard let number, number != told else { return nil }
        let before = told
        told = number
        if let configured, isAnother {
            return News(
                kind: "OTHER_ACCOUNT", text: "the key is that of account number \(number), the configuration names \(configured)")
        }
        return before.map { News(kind: "ACCOUNT_CHANGED", text: "the account's number was \($0) and is \(number)") }
    }

    /// Why nothing may be staged, armed, confirmed or sent by hand; `nil` where the numbers allow it.
    package func refusal(_ place: String) -> ControlError? {
        guard let configured else { return nil }
        guard let told else {
            return ControlError(
                place: place,
                cause: "venue.account.number names account \(configured), and the venue has told no number for this key yet",
                cure: "wait for its first answer (ctl status); at a venue that tells none, remove venue.account.number and start again")
        }
        if told == configured { return nil }
        return ControlError(
            place: place, cause: "the key is that of account number \(told); venue.account.number names \(configured)",
            cure: "find out which is meant; correct the key's variable or venue.account.number, then start again")
    }
}

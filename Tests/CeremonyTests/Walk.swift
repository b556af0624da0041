import Core
import Model

/// Every sequence of words up to a length, as a graph: two sequences after which the core's decision-relevant state and
/// the rules' state are the same are continued once. That this is allowed is shown by the graph itself, which foretells
/// what other sequences lead to (`EnumerationTests`).
///
/// Each word is followed by a tick that tempts the strategy. A sequence that has let an order out is not continued.
struct Walk {
    struct Place: Hashable {
        var digest: [UInt64]
        var rules: Ceremony
    }
    /// What one more word did.
    struct Step: Equatable {
        /// The place it leads to; `nil` when an order left.
        var place: Int?
        var hasSent: Bool { place == nil }
    }

    private(set) var numbers: [Place: Int] = [:]
    /// The shortest sequence to each place, and the core's state after it.
    private(set) var prefixes: [[Word]] = []
    private var digests: [[UInt64]] = []
    /// By place and word; empty where the length ends.
    private(set) var steps: [[Step]] = []
    /// Longer or later sequences that ended where another one was: continued by that one.
    private(set) var merged: [(sequence: [Word], place: Int)] = []
    private(set) var wordsSaid = 0
    private(set) var problems: [String] = []
    private let rules: Ceremony
    /// Without the core's own state, to prove that what follows from a place would then be foretold wrongly.
    private let isBlind: Bool

    init(length: Int, rules: Ceremony = Ceremony(), isBlind: Bool = false) throws {
        self.rules = rules
        self.isBlind = isBlind
        let desk = try Desk.ready()
        _ = place(desk.digest, rules, [])
        var next = 0
        while next < prefixes.count, problems.isEmpty {
            let prefix = prefixes[next]
            if prefix.count < length {
                for word in Word.all {
                    guard let step = try say(word, after: prefix) else { return }
                    steps[next].append(step)
                }
            }
            next += 1
        }
    }

    private mutating func place(_ digest: [UInt64], _ rules: Ceremony, _ sequence: [Word]) -> Int {
        let place = Place(digest: isBlind ? [] : digest, rules: rules)
        if let known = numbers[place] {
            merged.append((sequence, known))
            return known
        }
        numbers[place] = prefixes.count
        prefixes.append(sequence)
        digests.append(digest)
        steps.append([])
        return prefixes.count - 1
    }

    /// The last word of a sequence, compared with the rules; `nil` when the two differ.
    private mutating func say(_ word: Word, after prefix: [Word]) throws -> Step? {
        var desk = try Desk.ready()
        var ceremony = rules
        for spoken in prefix {
            desk.hear(spoken)
            ceremony.hear(spoken)
        }
        wordsSaid += prefix.count + 1
        let sequence = prefix + [word]
        let before = desk.digest
        word.say(to: &desk)
        ceremony.hear(word)
        if (desk.state == .live) != ceremony.isLive {
            problems.append("\(sequence): \(desk.state), the rules say \(ceremony.isLive ? "live" : "not live")")
            return nil
        }
        // A new review voids the one before, and a confirmation uses its review up, whatever comes of it.
        if word != .reconciled, word != .intent, word != .confirmIntent, !desk.accepted, desk.digest != before {
            problems.append("\(sequence): the last word was refused and changed something")
            return nil
        }
        let byHand = desk.ordersSent
        desk.tick()
        if (desk.ordersSent > 0) != ceremony.maySend || ceremony.hasSentByHand && (byHand != 1 || desk.ordersSent != 1) {
            problems.append("\(sequence): \(desk.ordersSent) orders sent, the rules say \(ceremony.maySend ? "some" : "none")")
            return nil
        }
        if desk.ordersSent > 0 { return Step(place: nil) }
        return Step(place: place(desk.digest, ceremony, sequence))
    }

    /// Says a sequence to a new core and holds what it decides, word by word, against what the graph foretells; what
    /// differs, `nil` when nothing does.
    func contradiction(_ sequence: [Word]) throws -> String? {
        var desk = try Desk.ready()
        var at = 0
        for (index, word) in sequence.enumerated() {
            let step = steps[at][Word.all.firstIndex(of: word)!]
            desk.hear(word)
            if (desk.ordersSent > 0) != step.hasSent { return "\(sequence[...index]): \(desk.ordersSent) orders sent" }
            guard let place = step.place else { return nil }
            if desk.digest != digests[place] { return "\(sequence[...index]) is not as \(prefixes[place])" }
            at = place
        }
        return nil
    }

    /// How many sequences of up to `length` words the graph stands for, and how many of them let an order out.
    func count(_ length: Int) -> (all: UInt64, sent: UInt64) {
        var after = [(all: UInt64, sent: UInt64)](repeating: (0, 0), count: steps.count)
        for _ in 0..<length {
            after = steps.map { row in
                row.reduce(into: (all: UInt64(0), sent: UInt64(0))) { sum, step in
                    sum.all += 1 + (step.place.map { after[$0].all } ?? 0)
                    sum.sent += step.place.map { after[$0].sent } ?? 1
                }
            }
        }
        return after[0]
    }
}

import Matching
import Units

/// What can be switched on to go wrong at the venue.
package enum FaultKind: String, Sendable, CaseIterable {
    // At a request of the WebSocket API, by chance each.
    /// The request is carried out; its answer never comes.
    case replyLost = "reply_lost"
    /// The request is carried out and answered with 503, `-1006`: execution status unknown.
    case errorAfterAcceptance = "error_after_acceptance"
    case replyLate = "reply_late"
    case replyTwice = "reply_twice"
    /// The answer comes after the next one's.
    case repliesReordered = "replies_reordered"
    /// The order's events, fills among them, come before the answer.
    case eventBeforeReply = "event_before_reply"
    // At an event of the private stream, by chance each.
    case eventLost = "event_lost"
    case eventTwice = "event_twice"
    case eventLate = "event_late"
    // At a diff of the book, by chance each.
    /// It is never sent, and the next one does not follow.
    case depthGap = "depth_gap"
    /// The last two messages of every market stream come again.
    case streamReplayed = "stream_replayed"
    // At a REST answer, by chance each.
    /// The account without one of its assets, the open orders without one of them.
    case snapshotIncomplete = "snapshot_incomplete"
    case restError = "rest_error"
    /// The account with another account's number.
    case accountChanged = "account_changed"
    /// `exchangeInfo` tells a tick size ten times what it was; orders are judged as before.
    case rulesChanged = "rules_changed"
    // By time: so many a second.
    case unsolicitedCancel = "unsolicited_cancel"
    /// Market streams say nothing, and lose what they would have said; pings are answered.
    case streamFrozen = "stream_frozen"
    /// Every request is answered with 429, and one in two with 418.
    case banned = "banned"
    /// Placements are refused: the market is closed.
    case halted = "halted"
    /// The venue's clock is ten seconds ahead.
    case clockSkewed = "clock_skewed"
    /// A connection breaks without a word.
    case linkCut = "link_cut"
    /// A connection is told of a shutdown and closed a second later.
    case serverShutdown = "server_shutdown"
    // Of the first of two ports only, by time.
    /// Its market streams say nothing; pings are answered.
    case firstFrozen = "first_frozen"
    /// Its market streams are cut.
    case firstStreamsCut = "first_streams_cut"
    /// Everything on it is cut.
    case firstCut = "first_cut"

    /// How long it lasts, or by how much it is late, where nothing else is said.
    var usualDuration: Nanoseconds {
        switch self {
        case .replyLate, .eventLate: Nanoseconds(milliseconds: 300)
        case .repliesReordered: Nanoseconds(milliseconds: 200)
        case .streamFrozen, .firstFrozen: Nanoseconds(seconds: 4)
        case .banned, .halted, .clockSkewed: Nanoseconds(seconds: 3)
        default: .zero
        }
    }

    var isByTime: Bool {
        switch self {
        case .unsolicitedCancel, .streamFrozen, .banned, .halted, .clockSkewed, .linkCut, .serverShutdown, .firstFrozen,
            .firstStreamsCut, .firstCut: true
        default: false
        }
    }
}

/// The fault switches of a venue, from text: one `<fault> <chance or times a second> [milliseconds]` a line, `seed N`,
/// and `#` for remarks. The same seed draws the same chances.
package struct VenueFaults: Sendable {
    struct Setting: Sendable {
        var rate: Double
        var duration: Nanoseconds
    }
    private var settings: [FaultKind: Setting] = [:]
    private var random = SeededRandom(seed: 1)
    /// How often each has struck.
    private(set) var counts: [FaultKind: Int] = [:]

    package init() {}

    package init(_ text: String) throws(VenueStartError) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(separator: " ")
            guard let name = words.first else { continue }
            func refuse(_ why: String) -> VenueStartError {
                VenueStartError("faults, line \(number + 1): \(why); a line is '<fault> <rate> [milliseconds]' or 'seed <number>'")
            }
            if name == "seed" {
                guard words.count == 2, let seed = UInt64(words[1]) else { throw refuse("'\(line)' names no seed") }
                random = SeededRandom(seed: seed)
                continue
            }
            guard let kind = FaultKind(rawValue: String(name)) else {
                throw refuse("there is no fault '\(name)'; there are " + FaultKind.allCases.map(\.rawValue).joined(separator: ", "))
            }
            guard words.count == 2 || words.count == 3, let rate = Double(words[1]), rate >= 0, rate.isFinite,
                kind.isByTime || rate <= 1
            else { throw refuse("'\(line)' has no rate (a chance is at most 1)") }
            let milliseconds = words.count == 3 ? Int64(words[2]) : kind.usualDuration.milliseconds
            guard let milliseconds, (0...3_600_000).contains(milliseconds) else { throw refuse("'\(words[2])' is no number of milliseconds") }
            settings[kind] = Setting(rate: rate, duration: Nanoseconds(milliseconds: milliseconds))
        }
    }

    /// Takes over from other switches: their counts go on.
    mutating func replace(with other: VenueFaults) {
        let counts = counts
        self = other
        self.counts = counts
    }

    func duration(_ kind: FaultKind) -> Nanoseconds { settings[kind]?.duration ?? kind.usualDuration }

    /// Whether it strikes this time. A fault that is off draws nothing, so the others' chances do not depend on it.
    mutating func strikes(_ kind: FaultKind) -> Bool { draw(kind, scale: 1) }

    /// Whether one that goes by time strikes within the last `span`.
    mutating func strikes(_ kind: FaultKind, within span: Nanoseconds) -> Bool { draw(kind, scale: Double(span.raw) / 1e9) }

    private mutating func draw(_ kind: FaultKind, scale: Double) -> Bool {
        guard let rate = settings[kind]?.rate, rate > 0, random.unit() < rate * scale else { return false }
        counts[kind, default: 0] += 1
        return true
    }

    mutating func pick(below count: Int) -> Int { Int(random.next() % UInt64(count)) }

    /// Counts by name, as JSON.
    var json: String {
        "{" + FaultKind.allCases.map { "\"\($0.rawValue)\":\(counts[$0] ?? 0)" }.joined(separator: ",") + "}"
    }
}

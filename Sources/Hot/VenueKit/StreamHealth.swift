import Memory
import Model
import Units

/// When silence begins to mean something. No value decides alone: each opens a kind of evidence, and only two kinds
/// together make a stream suspect.
public struct StreamHealthRules: BitwiseCopyable, Sendable {
    /// The book stands for as long: QUIET, and the venue is asked over REST.
    public var quietAfter: Nanoseconds
    /// Standing for as long with two kinds of evidence against it, or suspect for as long: DEAD.
    public var deadAfter: Nanoseconds
    /// Without any byte for as long, pings included, a connection proves nothing: half as long again as venues ping.
    public var linkSilentAfter: Nanoseconds
    /// Trades count when the first of them is this old: the book follows a trade within 100 ms.
    public var tradeGrace: Nanoseconds
    /// How far the book may be behind a REST answer's for a moment.
    public var probeGrace: Nanoseconds
    /// Between two questions over REST; doubled while the answers agree, up to a minute.
    public var probeInterval: Nanoseconds
    /// Trades that must print while the book stands.
    public var trades: UInt32 = 3
    /// Changes of other books of the connection; and how many of its own usual pauses a book must have stood.
    public var peerChanges: UInt64 = 50
    public var pauses: Int64 = 20
    /// Changes of the ticker without a depth diff.
    public var tickerChanges: UInt32 = 20
    /// Changes of the book that lead out of QUIET.
    public var recovery: UInt32 = 3

    /// Everything in proportion to the silence that is borne.
    public init(quietAfter: Nanoseconds) {
        precondition(quietAfter.raw > 0 && quietAfter.raw < Int64.max / 8, "silence is borne for a while")
        self.quietAfter = quietAfter
        deadAfter = Nanoseconds(raw: quietAfter.raw * 5)
        linkSilentAfter = Nanoseconds(seconds: 30)
        tradeGrace = Nanoseconds(milliseconds: 500)
        probeGrace = Nanoseconds(seconds: 1)
        probeInterval = Nanoseconds(seconds: 5)
    }
}

/// What is thought of the streams of one market-data connection: LIVE, QUIET, SUSPECT or DEAD for each instrument.
///
/// A machine without clock or I/O: it is told what was heard, with the time of it, and judges when asked. Evidence that
/// the book should move: trades that print, the ticker that moves without depth diffs, other books that move, the
/// venue's REST book that is ahead, no REST answer, no ping. Silence alone is QUIET, whatever its length; silence with
/// one kind of evidence is SUSPECT; with two kinds, or for long, DEAD. One thread; O(1) for each call, never allocates
/// after `init`.
public struct StreamHealth: ~Copyable, Sendable {
    /// The streams of an instrument.
    public enum Stream: Sendable { case depth, ticker, trades }

    struct Row: BitwiseCopyable, Sendable {
        var verdict = StreamVerdict.live
        var reason = StreamReason.none
        /// When the book last changed; and its update id then.
        var changedAt = Nanoseconds.zero
        var bookID: UInt64 = 0
        /// Usual time between two changes, by an exponential mean over sixteen.
        var usualPause: Int64 = 0
        /// Changes since the verdict last became worse.
        var changes: UInt32 = 0
        var doubtedAt = Nanoseconds.zero
        /// Trades since the book changed, and the first of them.
        var trades: UInt32 = 0
        var tradedAt = Nanoseconds.zero
        /// Changes of the ticker since the last depth diff.
        var tickerChanges: UInt32 = 0
        var depthAt = Nanoseconds.zero
        /// Changes of all books when this one last changed.
        var othersBefore: UInt64 = 0
        /// The venue's answer over REST: when, and its update id.
        var probedAt = Nanoseconds.zero
        var probeID: UInt64 = 0
        var probeAskedAt = Nanoseconds.zero
        var isProbing = false
        var isProved = false
        var failedProbes: UInt32 = 0
        var probeInterval = Nanoseconds.zero
    }

    public let rules: StreamHealthRules
    private var rows: Slab<Row>
    /// Changes of all books of the connection.
    private var changes: UInt64 = 0
    /// When the connection last brought a byte.
    private var linkAt = Nanoseconds.zero
    private var isOpen = false

    public init(instruments: Int, rules: StreamHealthRules) {
        self.rules = rules
        rows = Slab(repeating: Row(), count: instruments)
    }

    public func verdict(_ row: Int) -> StreamVerdict { rows[row].verdict }
    public func reason(_ row: Int) -> StreamReason { rows[row].reason }
    /// Update id of a row's book; 0 before the first.
    public func bookID(_ row: Int) -> UInt64 { rows[row].bookID }
    /// For how long the book of a row has stood.
    public func standing(_ row: Int, at now: Nanoseconds) -> Nanoseconds { now - rows[row].changedAt }
    /// Whether the venue's last answer showed the very book that we have, since it last changed.
    public func isProved(_ row: Int) -> Bool { rows[row].isProved }

    /// A new connection: nothing is held against it.
    public mutating func opened(at now: Nanoseconds) {
        for index in rows.indices {
            rows[index] = Row()
            rows[index].changedAt = now
            rows[index].depthAt = now
            rows[index].probeInterval = rules.probeInterval
        }
        changes = 0
        linkAt = now
        isOpen = true
    }

    /// The connection is gone: the link's state says all there is to say.
    public mutating func closed() {
        isOpen = false
        for index in rows.indices { rows[index] = Row() }
    }

    /// A byte came over the connection; pings and pongs count.
    public mutating func proof(at time: Nanoseconds) { linkAt = max(linkAt, time) }

    /// A message of a stream came, believed or not.
    public mutating func heard(_ row: Int, _ stream: Stream, at now: Nanoseconds) {
        linkAt = max(linkAt, now)
        guard stream == .depth else { return }
        rows[row].depthAt = now
        rows[row].tickerChanges = 0
    }

    /// The book took a new state: `id` is its update id.
    public mutating func changed(_ row: Int, id: UInt64, by stream: Stream, at now: Nanoseconds) {
        changes &+= 1
        let pause = max(0, (now - rows[row].changedAt).raw)
        rows[row].usualPause += (pause - rows[row].usualPause) / 16
        rows[row].changedAt = now
        rows[row].bookID = max(rows[row].bookID, id)
        rows[row].trades = 0
        rows[row].othersBefore = changes
        rows[row].isProved = rows[row].probeID != 0 && rows[row].probeID == rows[row].bookID
        rows[row].failedProbes = 0
        rows[row].probeInterval = rules.probeInterval
        if rows[row].changes < .max { rows[row].changes += 1 }
        if stream == .ticker, rows[row].tickerChanges < .max { rows[row].tickerChanges += 1 }
    }

    /// A trade of others printed.
    public mutating func traded(_ row: Int, at now: Nanoseconds) {
        if rows[row].trades == 0 { rows[row].tradedAt = now }
        if rows[row].trades < .max { rows[row].trades += 1 }
    }

    /// Whether the venue is to be asked over REST for its book; marks it as asked.
    public mutating func wantsProbe(_ row: Int, at now: Nanoseconds) -> Bool {
        guard isOpen, !rows[row].isProbing, rows[row].bookID != 0, rows[row].verdict != .dead,
            now - rows[row].changedAt > rules.quietAfter || rows[row].verdict == .suspect,
            rows[row].probeAskedAt == .zero || now - rows[row].probeAskedAt >= rows[row].probeInterval
        else { return false }
        rows[row].isProbing = true
        rows[row].probeAskedAt = now
        return true
    }

    /// Whether an answer over REST is awaited.
    public func isProbing(_ row: Int) -> Bool { rows[row].isProbing }

    /// The venue's answer: the update id of its book, `nil` when there was none.
    public mutating func probed(_ row: Int, id: UInt64?, at now: Nanoseconds) {
        guard rows[row].isProbing else { return }
        rows[row].isProbing = false
        guard let id, id > 0 else {
            if rows[row].failedProbes < .max { rows[row].failedProbes += 1 }
            return
        }
        rows[row].failedProbes = 0
        rows[row].probeID = id
        rows[row].probedAt = now
        if id <= rows[row].bookID {
            rows[row].isProved = id == rows[row].bookID
            rows[row].probeInterval = min(
                Nanoseconds(raw: rows[row].probeInterval.raw * 2), Nanoseconds(seconds: 60))
        }
    }

    /// Judges a row as of now. `true` when the verdict or its reason is another one.
    public mutating func judge(_ row: Int, at now: Nanoseconds) -> Bool {
        guard isOpen else { return false }
        expireProbe(row, at: now)
        let held = rows[row]
        let standing = now - held.changedAt
        let evidence = evidence(held, standing, at: now)
        var verdict = StreamVerdict.live
        var reason = StreamReason.none
        if evidence.count > 0 {
            verdict = .suspect
            reason = evidence.first
            let isOld = held.verdict >= .suspect && now - held.doubtedAt > rules.deadAfter
            if held.verdict == .dead || isOld || (evidence.count > 1 && standing > rules.deadAfter) { verdict = .dead }
        } else if standing > rules.quietAfter || (held.verdict > .live && held.changes < rules.recovery) {
            verdict = .quiet
            reason = .silence
        }
        guard verdict != held.verdict || reason != held.reason else { return false }
        if verdict >= .suspect, held.verdict < .suspect { rows[row].doubtedAt = now }
        if verdict > held.verdict { rows[row].changes = 0 }
        rows[row].verdict = verdict
        rows[row].reason = reason
        return true
    }

    /// A question without an answer for long enough is one that was not answered.
    private mutating func expireProbe(_ row: Int, at now: Nanoseconds) {
        guard rows[row].isProbing, now - rows[row].probeAskedAt > rules.probeInterval else { return }
        probed(row, id: nil, at: now)
    }

    private struct Evidence {
        var count = 0
        var first = StreamReason.none
        mutating func add(_ reason: StreamReason, _ holds: Bool) {
            guard holds else { return }
            if count == 0 { first = reason }
            count += 1
        }
    }

    /// What speaks against a book that stands, the weightiest first.
    private func evidence(_ row: Row, _ standing: Nanoseconds, at now: Nanoseconds) -> Evidence {
        var found = Evidence()
        // The depth stream's own silence beside a ticker that moves: the book as a whole does not stand.
        found.add(
            .streamSilent, row.tickerChanges >= rules.tickerChanges && now - row.depthAt > rules.quietAfter)
        guard standing > rules.quietAfter else { return found }
        found.add(.probeAhead, row.probeID > row.bookID && now - row.probedAt > rules.probeGrace)
        found.add(.tradesPrint, row.trades >= rules.trades && now - row.tradedAt > rules.tradeGrace)
        found.add(.linkSilent, now - linkAt > rules.linkSilentAfter)
        // The venue itself said that this is its book: what others do means nothing.
        if row.isProved { return found }
        found.add(.probeUnanswered, row.failedProbes >= 2)
        found.add(
            .peersMove,
            changes - row.othersBefore >= rules.peerChanges
                && standing.raw / rules.pauses > max(row.usualPause, 1) && standing.raw > rules.quietAfter.raw * 2)
        return found
    }
}

import Memory
import Model
import Units

/// Whether two feeds of the same market say the same. Two kinds of contradiction: another best bid or ask at the same
/// update id, and a bid of the one far above the ask of the other, of nearly the same exchange time.
extension FeedSelector {
    struct Agreement: BitwiseCopyable, Sendable {
        /// The newest update id that both had showed another book, since then.
        var differsSince: Nanoseconds?
        var crossedSince: Nanoseconds?
        /// Update ids in a row at which both were the same.
        var matches: UInt32 = 0
        /// They contradicted each other for too long, and did not agree since.
        var isBroken = false
        var brokenAt = Nanoseconds.zero

        func age(at now: Nanoseconds) -> Nanoseconds { now - brokenAt }
    }

    /// The newest tops of each row by update id. Plain values, O(32) to look up.
    struct RecentTops: ~Copyable, Sendable {
        private static var depth: Int { 32 }
        private var tops: Slab<TopOfBook?>
        private var next: Slab<UInt8>

        init(rows: Int) {
            tops = Slab(repeating: nil, count: rows * Self.depth)
            next = Slab(repeating: 0, count: rows)
        }

        mutating func clear(_ row: Int) {
            for index in row * Self.depth..<(row + 1) * Self.depth { tops[index] = nil }
        }

        mutating func add(_ row: Int, _ top: TopOfBook) {
            tops[row * Self.depth + Int(next[row])] = top
            next[row] = (next[row] + 1) % UInt8(Self.depth)
        }

        /// The last top of this update id.
        func find(_ row: Int, id: UInt64) -> TopOfBook? {
            for step in 1...Self.depth {
                let place = (Int(next[row]) + Self.depth - step) % Self.depth
                guard let top = tops[row * Self.depth + place] else { return nil }
                if top.updateID == id { return top }
                if top.updateID < id { return nil }
            }
            return nil
        }
    }

    /// Update ids in a row that must be the same before feeds that contradicted each other are believed again.
    private var agreeingMatches: UInt32 { 3 }

    var isDisagreeing: Bool {
        for index in 0..<count where agreements[index].isBroken { return true }
        return false
    }

    mutating func compare(_ lane: Int, _ top: TopOfBook, at now: Nanoseconds) {
        let index = top.instrument.index
        recentTops.add(lane * count + index, top)
        if top.updateID != 0, let other = recentTops.find((1 - lane) * count + index, id: top.updateID) {
            let isSame = top.bidPrice == other.bidPrice && top.bidQuantity == other.bidQuantity
                && top.askPrice == other.askPrice && top.askQuantity == other.askQuantity
            if isSame {
                agreements[index].differsSince = nil
                if agreements[index].matches < .max { agreements[index].matches += 1 }
            } else {
                agreements[index].matches = 0
                if agreements[index].differsSince == nil { agreements[index].differsSince = now }
            }
        }
        if !isCrossed(index) {
            agreements[index].crossedSince = nil
        } else if agreements[index].crossedSince == nil {
            agreements[index].crossedSince = now
            agreements[index].matches = 0
        }
    }

    private func isCrossed(_ index: Int) -> Bool {
        guard let one = rows[index].top, let two = rows[count + index].top,
            // One of them is merely late.
            (rows[index].venueTime - rows[count + index].venueTime).raw.magnitude <= rules.disagreeAfter.raw.magnitude
        else { return false }
        func isAbove(_ bid: Price, _ ask: Price) -> Bool {
            (Int128(bid.raw) - Int128(ask.raw)) * 10_000 > Int128(ask.raw) * Int128(rules.disagreeBps)
        }
        return isAbove(one.bidPrice, two.askPrice) || isAbove(two.bidPrice, one.askPrice)
    }

    /// By the clock: contradictions that last, and those that are over. Feeds that contradict each other are opened anew,
    /// both: a book that went wrong is rebuilt from the venue's own.
    mutating func judgeAgreement<M: MarketSink & ~Copyable>(at now: Nanoseconds, _ sink: inout M) {
        for index in 0..<count {
            let held = agreements[index]
            let lasts = now - (held.differsSince ?? now) > rules.disagreeAfter
                || now - (held.crossedSince ?? now) > rules.disagreeAfter
            if lasts, !held.isBroken {
                agreements[index].isBroken = true
                agreements[index].brokenAt = now
                agreements[index].matches = 0
            } else if held.isBroken, held.differsSince == nil, held.crossedSince == nil, held.matches >= agreeingMatches {
                agreements[index].isBroken = false
            }
        }
        guard isDisagreeing, lanes.0.isUp, lanes.1.isUp, now - rebuiltAt > rules.rebuildInterval else { return }
        rebuiltAt = now
        for index in 0..<count {
            // What is compared from now on is of new books.
            agreements[index].differsSince = nil
            agreements[index].crossedSince = nil
            agreements[index].matches = 0
        }
        sink.reconnect(.feedsDisagree, lane: 0)
        sink.reconnect(.feedsDisagree, lane: 1)
    }
}

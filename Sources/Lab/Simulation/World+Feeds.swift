import Matching
import Model
import StrategyKit
import Units
import VenueKit

/// A second feed of the same market, by a way of its own: its connection, and what befalls the two.
struct SecondFeed {
    var link = WorldConnection()
    var firstClosedUntil = Nanoseconds.zero
    var firstFrozenUntil = Nanoseconds.zero
    var firstFlapsUntil = Nanoseconds.zero
    /// Which feed tells another best bid, and until when.
    var lying = (lane: 0, until: Nanoseconds.zero)
    var wasContradicted = false

    /// The seed's own choice, by no stream of chance that anything else draws from.
    static func isDrawn(seed: UInt64) -> Bool {
        var random = SeededRandom(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 0xFEED)
        return random.next() % 2 == 0
    }

    static var rules: FeedRules {
        var rules = FeedRules()
        rules.switchBackAfter = Nanoseconds(seconds: 10)
        return rules
    }

    mutating func calm() {
        firstClosedUntil = .zero
        firstFrozenUntil = .zero
        firstFlapsUntil = .zero
        lying.until = .zero
    }
}

extension World where Market: ~Copyable, Orders: ~Copyable {
    // MARK: the connection

    func secondOpens(_ life: Int) {
        guard life == self.life, process != nil, !second.link.isOpen else { return }
        if now < closedUntil || now < stalledUntil || now < refusedUntil { return reopenSecond() }
        wake()
        second.link = WorldConnection(number: second.link.number + 1, isOpen: true)
        process?.secondOpened(at: now)
        takeMarket()
    }

    private func reopenSecond() {
        second.link.failures = Swift.min(second.link.failures + 1, 7)
        let longest = Swift.min(Int64(100_000_000) << second.link.failures, 10_000_000_000)
        let wait = longest / 2 + Int64(dice.network.next() % UInt64(longest / 2))
        heap.schedule(.secondOpens(life: life), at: now + Nanoseconds(raw: wait))
    }

    func secondCloses(_ number: Int) {
        guard second.link.isOpen, second.link.number == number else { return }
        second.link.isOpen = false
        guard process != nil else { return }
        wake()
        process?.secondClosed(at: now)
        takeMarket()
        if process != nil { reopenSecond() }
    }

    func tellSecond(_ message: [UInt8]) {
        guard second.link.isOpen, !strikes(.lostMarketMessage) else { return }
        second.link.lastToEngine = Swift.max(now.raw + secondDelay(), second.link.lastToEngine + 1)
        heap.schedule(
            .secondArrives(link: second.link.number, WorldFrames.frames(message)), at: Nanoseconds(raw: second.link.lastToEngine))
    }

    func secondArrives(_ link: Int, _ bytes: [UInt8]) {
        guard process != nil, second.link.isOpen, link == second.link.number else { return }
        if now < stalledUntil { return heap.schedule(.secondArrives(link: link, bytes), at: stalledUntil) }
        wake()
        let isSound = process?.secondBytes(bytes, at: now) ?? true
        takeMarket()
        if !isSound { secondCloses(link) }
    }

    // MARK: REST and wishes

    func readSecondSnapshot() {
        var body: [UInt8] = []
        if now >= closedUntil, now >= refusedUntil, !strikes(.failedSnapshot) {
            dialect.snapshot(last: Int64(book.updateID), bids: book.bids, asks: book.asks, into: &out)
            body = out.view.bytes()
        }
        heap.schedule(.secondSnapshotArrives(life: life, body), at: now + restDelay())
    }

    func takeSecondSnapshot(_ body: [UInt8]) {
        guard process != nil else { return }
        if now < stalledUntil { return heap.schedule(.secondSnapshotArrives(life: life, body), at: stalledUntil) }
        wake()
        withView(body) { process?.secondSnapshot($0, at: now) }
        takeMarket()
    }

    func heedSecondFeed() {
        guard process != nil else { return }
        if process!.marketSink.secondWantsSnapshot {
            process!.marketSink.secondWantsSnapshot = false
            heap.schedule(.secondSnapshotRead(life: life), at: now + restDelay())
        }
        if process!.marketSink.secondWantsReconnect {
            process!.marketSink.secondWantsReconnect = false
            secondCloses(second.link.number)
        }
    }

    // MARK: faults

    func feedFaults() {
        if strikes(.firstFeedGone) {
            second.firstClosedUntil = now + faults.pause(30)
            linkCloses(.marketData, marketLink.number)
        }
        if strikes(.firstFeedFrozen) { second.firstFrozenUntil = now + faults.pause(20) }
        if strikes(.firstFeedFlaps) { second.firstFlapsUntil = now + faults.pause(200) }
        if now < second.firstFlapsUntil, marketLink.isOpen, dice.network.unit() < 1.0 / 15 {
            linkCloses(.marketData, marketLink.number)
        }
        if second.link.isOpen, strikes(.secondFeedCut) { secondCloses(second.link.number) }
        if strikes(.feedsDisagree) {
            second.lying = (Int(faults.dice.next() % 2), now + faults.pause(8))
        }
    }

    /// What the feed that lies says of the best bid; `nil` when none does.
    func lie(about top: TopOfBook) -> (lane: Int, bytes: [UInt8])? {
        guard now < second.lying.until else { return nil }
        var other = top
        other.bidPrice = Price(raw: top.bidPrice.raw - engine.instrument.tickSize.raw * 7)
        dialect.ticker(other, into: &out)
        return (second.lying.lane, out.view.bytes())
    }

    // MARK: coverage

    func cover(_ change: SourceSwitch) {
        if change.role == .orders {
            return report.cover("server \(change.from + 1) to \(change.to + 1): \(change.reason)")
        }
        report.cover(
            change.reason == .flapping
                ? "feed \(change.to + 1) stays: flapping" : "feed \(change.from + 1) to \(change.to + 1): \(change.reason)")
    }

    func cover(_ health: FeedHealth) {
        if health.reason == .feedsDisagree {
            second.wasContradicted = true
            report.cover("feeds contradict each other")
        } else if second.wasContradicted, health.verdict == .live {
            second.wasContradicted = false
            report.cover("feeds agree again")
        }
    }
}

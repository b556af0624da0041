import Config
import Gateway
import Guard
import Journal
import Model
import Rings
import Telemetry
import Units
import VenueKit

/// The status document, as people and programs read it.
extension EngineHost {
    func latencies() -> LatencyTable {
        var stages = LatencyStage.allCases.compactMap { stage -> LatencySummary? in
            guard let read = hot.stages.read(stage) else { return nil }
            return LatencySummary(
                stage: stage.name, count: UInt64(read.count), p50: read.percentile(0.5), p99: read.percentile(0.99),
                p999: read.percentile(0.999), max: read.max)
        }
        // Before the last, which is the sum of the stages and is shown in bold.
        let others = view.roundTrips.summaries + [killTimes.summary].compactMap { $0 }
        stages.insert(contentsOf: others, at: max(0, stages.count - 1))
        return LatencyTable(stages)
    }

    func statusDocument() -> StatusDocument {
        let now = clock.now()
        var keepers = KeeperFacts()
        keepers.journalPath = configuration.journal.directory
        keepers.journalRecords = writer.written
        keepers.journalDurable = writer.durable
        keepers.journalBytes = writer.written * UInt64(Record.byteCount)
        keepers.journalBacklog = UInt64(writer.waiting)
        keepers.journalFailed = journalFailure != nil
        keepers.heartbeatAge = now - status.now
        keepers.latched = latched
        keepers.stopped = stopped ?? ""
        keepers.controlRefused = refusedPeers
        if let truth = latestComplete {
            keepers.venueOrders = Int64(truth.ownOrders)
            keepers.venueAge = now - truth.requestedAt
        }
        keepers.guardRunning = GuardPresence(directory: configuration.directory).isRunning
        let counters = hot.feed.read()
        var feed = FeedFacts(counters)
        feed.streams = FeedFacts.streams(
            counters.parse.streams, hasSecond: hot.gauges.second != nil, orders: hot.gauges.orders)
        feed.quarantined = quarantine.counts
        var document = StatusDocument(
            engine: status, limits: view.limits[0], latencies: latencies(), events: view.events.last(20),
            links: links(now), keepers: keepers, names: plan.names(configuration), feed: feed,
            uptime: now - started)
        document.addRows(rows)
        document.alerts = alerts.facts(now: now)
        document.threads = threadWatch.lines(
            hot.threads.watches, cold: hot.coldBeat.reader().read(), door: door?.turns ?? 0, now: now,
            coldLimit: Self.coldStallLimit)
        return document
    }

    /// Each link with what it last proved.
    func links(_ now: Nanoseconds) -> [LinkLine] {
        var lines = [
            LinkLine("market data", status.marketLink, hot.gauges.market, now: now, quietAfter: configuration.feedStaleAfter)
        ]
        if status.feed != .live, status.marketLink == .up {
            lines[0].verdict = "\(status.feed.name): \(status.feedReason.words)"
        }
        if let second = hot.gauges.second { nameFeeds(&lines, second, now) }
        if let orders = hot.gauges.orders {
            // The venue pings every 20 s at the least.
            var line = LinkLine("orders", status.orderLink, orders, now: now, quietAfter: Nanoseconds(seconds: 30))
            if latched, line.age.raw < 0 { line.verdict = "held: latched" }
            lines.append(line)
        } else {
            lines.append(
                LinkLine(name: "orders", state: .down, verdict: "none in \(configuration.mode.name)", age: Nanoseconds(raw: -1)))
        }
        let isAnswering = latestTruth?.isComplete == true
        lines.append(
            LinkLine(
                name: "REST", state: isAnswering ? .up : .down,
                verdict: isAnswering ? "healthy" : latestTruth == nil ? "not asked yet" : "no good answer",
                age: latestComplete.map { now - $0.requestedAt } ?? Nanoseconds(raw: -1)))
        return lines
    }
}

/// Two feeds of one market, and which of them is believed.
extension EngineHost {
    private func nameFeeds(_ lines: inout [LinkLine], _ second: GaugeBoard, _ now: Nanoseconds) {
        let pair = hot.feed.read().parse.pair
        let quiet = configuration.feedStaleAfter
        let boards = [hot.gauges.market, second]
        lines = [pair.primary, pair.secondary].enumerated().map { index, feed in
            var line = LinkLine(
                "market data \(index + 1)", feed.isUp ? .up : .down, boards[index], now: now, quietAfter: quiet)
            let isUsed = Int(pair.active) == index
            line.verdict = (isUsed ? "used" : "watched") + ": " + words(feed, line.verdict)
            if pair.isDisagreeing { line.verdict += "; the feeds contradict each other" }
            if pair.isFlapping, index == 0 { line.verdict += "; too many switches within a minute, so it waits" }
            return line
        }
    }

    private func words(_ feed: FeedStanding, _ verdict: String) -> String {
        if !feed.isUp { return verdict }
        if feed.verdict >= .suspect { return "\(feed.verdict.name): \(feed.reason.words)" }
        if !feed.isInSequence { return "the book is rebuilt" }
        if !feed.isSound { return "\(feed.lag.milliseconds) ms behind the other" }
        return verdict
    }
}

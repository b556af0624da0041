import Console
import Control
import Foundation
import Loopback
import Model
import Signals
import Telemetry
import Units
import VenueKit

/// Plays a recording, harder than it was, through the real engine against the loopback venue; kills it at full load.
struct StressRun {
    let stage: DemoStage
    let load: RecordingLoad
    /// How long the recording keeps its own pace, for the start and the ceremony; and how long it lasts in all.
    let calm: Nanoseconds
    let lasts: Nanoseconds
    /// The longest that the load may last.
    let seconds: Int
    let quiet: Bool

    /// Settings under which the strategies trade on while days pass in minutes.
    static let settings = [
        "limits.max_data_age=500ms", "limits.max_move_bps=5000", "limits.max_drift_bps=5000",
        "limits.price_collar_bps=200", "limits.max_order_cycles=100000", "limits.max_direction_flips=10000",
        "limits.max_executions=10000", "limits.max_orders_per_trade=100000", "limits.max_identical_orders=500",
        "limits.max_ack_latency=5s", "limits.stop_loss=5000", "limits.take_profit=5000",
        "limits.max_strategy_slippage_bps=5000",
    ]

    func play() async throws -> StressReport {
        let demo = DemoRun(stage: stage, seconds: seconds + 60, quiet: true)
        say("venue    starting; it plays \(load.peak.messages) recorded messages in \(lasts.milliseconds / 1000) s")
        let began = Date()
        try await stage.startVenue()
        try await stage.startEngine()
        var client = try ControlClient(path: stage.controlSocket)
        try await demo.waitForLinks(&client)
        try await demo.ceremony(&client)
        let since = Int(Date().timeIntervalSince(began))
        say("engine   LIVE after \(since) s; the load begins at \(calm.milliseconds / 1000) s")
        let loadEnds = Swift.min(lasts, calm + Nanoseconds(seconds: Int64(seconds)))
        var watch = LoadWatch(began: began, killAt: Nanoseconds(raw: (calm.raw + loadEnds.raw) / 2), ends: loadEnds)
        let asked = load.peak.inSecond * load.factor
        while !EndSignal.isAsked {
            guard stage.engine?.isRunning == true else {
                throw ToolError("the engine ended\n\(stage.engine?.logTail ?? "")")
            }
            watch.take(try client.status())
            if watch.mayKill(asked) {
                say("operator types: needletail ctl kill 'stress: at full load'")
                _ = try client.request(.kill(reason: "stress: at full load"))
                watch.killed()
            }
            if watch.isOver { break }
            try await Task.sleep(nanoseconds: 20_000_000)
        }
        try await waitForProof(&client)
        say("venue    asking it for every trade of the account")
        try stage.endEngine()
        let summary = try DemoSummaryFile.read(stage.summaryFile)
        let asking = VenueTrades(configuration: try stage.liveConfiguration(), secrets: try stage.accountSecrets())
        let trades = try await asking.all()
        let proof = StressProof(directory: stage.journalDirectory, name: "demo")
        return report(watch, summary, Set(trades.map(FillKey.init)), proof)
    }

    private func report(
        _ watch: LoadWatch, _ summary: RunSummary, _ trades: Set<FillKey>, _ proof: StressProof
    ) -> StressReport {
        var report = StressReport()
        report.symbol = stage.symbol
        report.factor = load.factor
        let seen = (watch.most(within: 1_000_000_000), watch.most(within: 100_000_000))
        report.loads = [
            StressReport.Load(
                name: "1 s", recorded: load.peak.inSecond, asked: load.peak.inSecond * load.factor, seen: seen.0),
            StressReport.Load(
                name: "100 ms", recorded: load.peak.inTenth, asked: load.peak.inTenth * load.factor, seen: seen.1),
        ]
        let feed = watch.feed
        // What comes late is set aside as well: that is the rule at work on a machine that stood still, not a misreading.
        let late = FeedRefusal.staleExchangeTime.name
        let strange = feed.quarantined.filter { $0.key != late }.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let refused = proof.refusals.sorted { $0.value > $1.value }.prefix(4).map { "\($0.key) \($0.value)" }
        report.facts = [
            ("frames", Figures.count(feed.frames)), ("tops conflated", Figures.count(feed.conflated)),
            ("set aside for being late", Figures.count(feed.quarantined[late] ?? 0)),
            ("trades that waited", Figures.count(feed.delayedTrades)), ("orders", "\(proof.orders)"),
            ("fills", "\(proof.fills.count)"),
            ("refused by the gate", refused.isEmpty ? "none" : refused.joined(separator: ", ")),
            ("oldest data decided on", Figures.span(proof.oldestData)),
            ("journal's longest queue", Figures.count(watch.worstBacklog)),
            ("state at the kill", watch.stateAtKill.name),
            ("orders alive at the kill", "\(proof.liveAtKill)"),
            ("from the kill to the last one's end", Figures.span(proof.killTook)),
        ]
        report.check(
            seen.0 >= load.peak.inSecond * load.factor,
            "a second with \(load.factor) times the messages of the busiest recorded")
        report.check(
            proof.orders > 0 && !trades.isEmpty,
            "the strategies traded: \(proof.orders) orders, \(trades.count) trades at the venue")
        let lost = trades.subtracting(proof.fills).count
        let invented = proof.fills.subtracting(trades).count
        report.check(lost == 0, "no fill lost: \(lost) of the venue's trades are missing in the journal")
        report.check(invented == 0, "no fill invented: \(invented) in the journal are none of the venue's")
        report.check(
            proof.doubled == 0 && proof.unsettled == 0,
            "no order lost or doubled: \(proof.unsettled) without an end, \(proof.doubled) names used twice")
        report.check(
            proof.oldestData <= Nanoseconds(milliseconds: 500), "no stale decision: none on data older than 500 ms")
        report.check(
            feed.droppedFrames == 0 && feed.droppedTrades == 0,
            "nothing dropped: \(feed.droppedFrames) frames, \(feed.droppedTrades) trades")
        report.check(
            strange.isEmpty, strange.isEmpty ? "every message understood" : "every message understood, but for " + strange)
        report.check(
            proof.isKilled && proof.cancelsInKillStep && proof.sentAfterKill == 0,
            "the kill at full load cancelled in its step, and \(proof.sentAfterKill) orders left after it")
        report.check(summary.openOrdersAtEnd == 0, "the venue shows no open order")
        report.check(
            summary.positionMatchesVenue && summary.balancesMatchVenue, "position and balances equal the venue's")
        report.check(proof.damage.isEmpty, proof.damage.isEmpty ? "the journal is whole" : proof.damage)
        return report
    }

    /// Once the load is over the venue answers again: until its word is heard that nothing of ours is open.
    private func waitForProof(_ client: inout ControlClient) async throws {
        let deadline = Date().addingTimeInterval(20)
        while Date() < deadline, !EndSignal.isAsked {
            let now = try client.status()
            let isFresh = now.keepers.venueAge.raw >= 0 && now.keepers.venueAge < Nanoseconds(seconds: 2)
            if isFresh, now.keepers.venueOrders == 0, now.engine.openOrders == 0 { return }
            try await Task.sleep(nanoseconds: 50_000_000)
        }
    }

    private func say(_ line: String) {
        guard !quiet else { return }
        print(line)
        fflush(nil)
    }
}

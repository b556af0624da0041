import Config
import Journal
import Launch
import Model
import Telemetry
import Units
import VenueKit

/// The run's summary, and the proof of balances in it.
extension EngineHost {
    var isQuiet: Bool {
        result(of: submitted) != nil && view.open.isEmpty && status.openOrders == 0 && status.unknownOrders == 0
    }

    func summary() -> RunSummary {
        var summary = RunSummary()
        summary.mode = configuration.mode
        summary.symbol = plan.instruments[0].symbol.string
        summary.ticks = view.counts.ticks
        summary.intents = view.counts.intents
        summary.ordersSent = view.counts.ordersSent
        summary.cancels = view.counts.cancels
        summary.fills = view.counts.fills
        summary.rejects = view.counts.rejects
        summary.riskRejects = view.counts.riskRejects
        summary.quarantined = quarantine.counts
        summary.openOrdersAtEnd = openOrdersAtEnd
        summary.position = view.positions[0].quantity
        summary.positionMatchesVenue = plan.instruments.allSatisfy { matchesVenue($0.base) }
        summary.balancesMatchVenue = summary.positionMatchesVenue && plan.instruments.allSatisfy { matchesVenue($0.quote) }
        summary.fees = view.positions.reduce(.zero) { $0.adding($1.fees) ?? .max }
        summary.funding = status.funding
        summary.instruments = statusDocument().instruments
        summary.realised = status.realised
        summary.net = statusDocument().net
        summary.journalRecords = writer.written
        summary.decisionHashLive = status.decisionHash
        summary.hotAllocations = HeapUse.sum(hot.threads.heaps)?.allocations
        summary.latencies = latencies()
        summary.duration = clock.now() - started
        summary.build = BuildIdentity.name
        summary.configHash = configuration.hash
        return summary
    }

    /// By the venue's word in LIVE; `nil` when it could not be had. Elsewhere nothing is at a venue, and what the core
    /// holds against its simulated one counts.
    var openOrdersAtEnd: Int? {
        guard hasAccount else { return Int(status.openOrders) }
        return latestTruth.flatMap { $0.isComplete ? $0.ownOrders : nil }
    }

    /// Whether the venue's balance of an asset is the run's first balance plus every fill and fee since. The simulated
    /// venue's balances stand in the journal; without any venue nothing may have been filled.
    func matchesVenue(_ asset: AssetID) -> Bool {
        switch configuration.mode {
        case .live: break
        case .shadow: return view.counts.ordersSent == 0 && view.counts.fills == 0 && view.balances.isEmpty
        case .dryRun, .backtest, .replay:
            guard let seen = view.balances[asset] else { return false }
            return seen.first + (view.account.changes[asset] ?? 0) == seen.last
        }
        guard let truth = latestTruth, truth.isComplete, let first = baseline[asset],
            let last = truth.balances.first(where: { $0.asset == asset })
        else { return false }
        let expected = Int128(first.free.raw) + Int128(first.locked.raw) + Int128(view.account.changes[asset] ?? 0)
        return expected == Int128(last.free.raw) + Int128(last.locked.raw)
    }

    /// Says on standard output what the hot thread asked of the heap, and who asked.
    func reportHeap() {
        guard let use = HeapUse.sum(hot.threads.heaps) else { return print("engine: hot heap: not counted (too short a run)") }
        print(
            "engine: hot heap since warm-up: \(use.allocations) allocations, \(use.frees) frees, \(use.retains) retains, "
                + "\(use.releases) releases")
        for heap in hot.threads.heaps { if let line = heap.line { print("engine: \(line)") } }
        for site in hot.threads.heaps.flatMap(\.sites) { print("engine: hot heap call from \(site)") }
    }
}

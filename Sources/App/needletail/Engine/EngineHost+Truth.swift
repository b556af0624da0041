import Control
import Foundation
import Gateway
import Journal
import Model
import Rest
import Rings
import Telemetry
import Units
import VenueKit

/// The venue's truth over REST: asked for, told to the core, marked in the journal.
extension EngineHost {
    /// What the venue said before the order link was up proves nothing about now, so it is asked at once.
    func noteOrderLink() {
        guard status.orderLink == .up, status.orderLinkSince != orderLinkSeen else { return }
        orderLinkSeen = status.orderLinkSince
        truthSchedule.hurry()
    }

    func askForTruth() {
        guard !truthUnderWay else { return }
        truthUnderWay = true
        truthSchedule.asked(at: clock.now())
        let (adapter, rest, clock, inbox, from) = (adapter, rest, clock, truths, history.from)
        Task {
            inbox.put(await VenueTruth.ask(adapter, rest, tradesFrom: from, now: { clock.now() }, wall: { clock.wall() }))
        }
    }

    func deliverTruth() -> Int {
        let arrived = truths.takeAll()
        for truth in arrived {
            truthUnderWay = false
            if let problem = truth.problem { view.append(clock.now(), "VENUE_UNAVAILABLE", .warning, problem) }
            take(truth)
        }
        return arrived.count
    }

    func take(_ answered: VenueTruth) {
        let truth = compareAccount(answered)
        if isTorn(truth) {
            // One that failed is asked for again when it is due.
            if truth.isComplete { truthSchedule.hurry() }
            return
        }
        latestTruth = truth
        if truth.isComplete { latestComplete = truth }
        if truth.isComplete, baseline.isEmpty {
            for balance in truth.balances { baseline[balance.asset] = balance }
        }
        for (instrument, rows) in truth.trades {
            if history.newest(instrument) == nil { reportDowntime(rows, of: instrument) }
            addDowntime(rows, of: instrument)
            let missing = history.take(rows, of: instrument, at: clock.now(), booked: view.booked,
                isSettled: status.unknownOrders == 0, open: Set(truth.orders.filter { !$0.client.isNone }.map(\.venueOrder)))
            for fill in missing { push(.fill(fill)) }
            mark(instrument)
        }
        snapshotSequence += 1
        push(mark(truth, isEnd: false))
        for row in truth.orders { push(.orderUpdate(row)) }
        for balance in truth.balances { push(.balance(balance)) }
        push(mark(truth, isEnd: true))
    }

    /// A key is one account's for ever: another number under a mandate is a kill, before anything is decided on the
    /// balances of that answer. Without a mandate the next `stage` shows it, and nothing that was shown can be confirmed.
    /// An account that the configuration does not name is no account of this run: nothing of its answer reaches the core,
    /// which so is not reconciled, and whose orders under our prefix are left alone.
    func compareAccount(_ truth: VenueTruth) -> VenueTruth {
        guard truth.isComplete else { return truth }
        if let news = account.hear(truth.accountNumber) {
            view.append(clock.now(), news.kind, .critical, news.text)
            note(.recovery, Command.engineOperator, news.text)
            if ![.disarmed, .staged, .armed, .halted].contains(status.state) { killOwn(reason: news.text) }
        }
        guard account.isAnother else { return truth }
        return VenueTruth(requestedAt: truth.requestedAt, isComplete: false, orders: [], balances: [])
    }

    /// Journals up to where an instrument's trades were processed. Behind the fills of the same answer, in one order.
    func mark(_ instrument: InstrumentID) {
        guard let newest = history.newest(instrument),
            let passed = marks.passed(newest, of: instrument, at: clock.now(), isSettled: status.unknownOrders == 0)
        else { return }
        note(.mark, Command.engineOperator, SequenceMarks.text(instrument, trade: passed))
    }

    /// Says what was executed while no engine looked. Where a position was carried over, `addDowntime` adds it; in a new run
    /// directory it is in the balances that the run starts from, so the core does not count it.
    func reportDowntime(_ rows: [Fill], of instrument: InstrumentID) {
        let symbol = plan.instruments[instrument.index].symbol.string
        switch resume.downtime(rows, of: instrument, page: TradeHistory.pageRows) {
        case .unknown: return
        case .restarted:
            tellDowntime("\(symbol): the venue counts its trades anew; what happened since the run before is not known")
        case .trades(let missed, let isComplete):
            guard !missed.isEmpty else { return }
            downtimeFills += missed.count
            for fill in missed.suffix(20) {
                tellDowntime(
                    "\(symbol): \(fill.side == .buy ? "bought" : "sold") \(fill.quantity) at \(fill.price) while no engine "
                        + "looked (trade \(fill.trade.low), order \(fill.venueOrder.raw))")
            }
            let net = missed.reduce(Int128(0)) { $0 + Int128($1.side == .buy ? $1.quantity.raw : -$1.quantity.raw) }
            tellDowntime(
                "\(symbol): \(isComplete ? "" : "at least ")\(missed.count) trades since the run before, net "
                    + "\(Quantity(raw: Int64(clamping: net))); "
                    + (carried == nil ? "the balances that this run starts from hold them" : "the position holds them"))
        }
    }

    func tellDowntime(_ text: String) {
        view.append(clock.now(), "DOWNTIME_FILL", .warning, text)
        note(.recovery, Command.engineOperator, text)
        print("engine: \(text)")
    }

    func mark(_ truth: VenueTruth, isEnd: Bool) -> Input {
        .snapshot(
            SnapshotMark(
                id: snapshotSequence, venue: VenueID(0), isEnd: isEnd, isComplete: truth.isComplete,
                requestedAt: truth.requestedAt))
    }

    /// A snapshot of which one row is lost would prove wrong things, so this waits for room; the trade thread takes
    /// these inputs first.
    func push(_ input: Input) {
        while !hot.cold.tryPush(input) { usleep(100) }
    }
}

import Control
import Foundation
import Journal
import Model
import Telemetry
import Units

/// What the runs before left: told to the core at the start, completed by what was executed while no engine looked, shown
/// before anybody arms.
extension EngineHost {
    /// Before any other word to the core.
    func carryOver(_ left: CarryOver?) {
        carried = left
        guard let left else { return }
        for command in left.commands { push(.command(command)) }
        for line in left.words {
            view.append(clock.now(), "CARRIED", .info, line)
            note(.recovery, Command.engineOperator, line)
            print("engine: \(line)")
        }
    }

    /// Gives the core what was executed before this run sent its first order and no run has booked: it belongs to the position
    /// that was carried over. Where that cannot be known in whole nobody can arm.
    func addDowntime(_ rows: [Fill], of instrument: InstrumentID) {
        guard carried != nil, status.ordersSent == 0 else { return }
        let symbol = plan.instruments[instrument.index].symbol.string
        let (missed, doubt) = downtime.missed(rows, of: instrument, isFirst: history.newest(instrument) == nil)
        switch doubt {
        case .restarted?: blockCarry("\(symbol): the venue counts its trades anew")
        case .outOfReach?: blockCarry("\(symbol): the venue's answer does not reach back to the run before")
        case nil: break
        }
        for fill in missed { push(.fill(fill)) }
    }

    /// Whether an answer waits for another one before anything of it is taken: see `DowntimeFills`.
    func isTorn(_ truth: VenueTruth) -> Bool {
        guard carried != nil, status.ordersSent == 0 else { return false }
        return downtime.isTorn(
            truth.trades, orders: truth.orders, isComplete: truth.isComplete, isFirst: latestComplete == nil)
    }

    private func blockCarry(_ cause: String) {
        guard carryProblem == nil else { return }
        carryProblem = cause
        view.append(clock.now(), "CARRY_UNKNOWN", .critical, "\(cause): the position is not known for certain, nobody can arm")
        note(.recovery, Command.engineOperator, "the position is not known for certain: \(cause)")
    }

    /// Why nobody may arm on what was carried over; `nil` when all of it is known.
    func carryRefusal(_ place: String) -> ControlError? {
        if view.isCarryRefused {
            return ControlError(
                place: place, cause: "the core did not take what the run before left",
                cure: "end this engine and start it again; stage shows what is carried over")
        }
        guard let carryProblem else { return nil }
        return ControlError(
            place: place, cause: "what the runs before hold is not known for certain: \(carryProblem)",
            cure: "compare the account at the venue, close by hand what is held, and name another run.directory")
    }

    /// What is held, what the day has brought and what is left of the caps, in words.
    var standing: [String] {
        var lines: [String] = []
        for (index, instrument) in plan.instruments.enumerated() {
            let held = view.positions[index]
            let base = plan.assets[Int(instrument.base.raw)]
            guard !held.quantity.isZero || carried != nil else { continue }
            let price = held.quantity.isZero ? "" : " at \(held.averagePrice) on average"
            lines.append("\(instrument.symbol.string): \(held.quantity) \(base) is held\(price)" + room(held.quantity, index))
        }
        let quote = plan.assets[Int(plan.instruments[0].quote.raw)]
        let most = view.limits.map(\.maxDailyLoss).min() ?? .max
        if carried != nil || status.dayResult != .zero {
            let left = most == .max ? "" : "; the day may come down to \(Notional(raw: -most.raw)) \(quote), then it halts"
            lines += ownLines(quote)
            lines.append("the day: \(status.dayResult) \(quote) so far, earlier runs of the day included" + left)
        }
        return lines + accountLines + (carryProblem.map { ["not known for certain: \($0)"] } ?? [])
    }

    /// What each strategy holds by its own fills, and what none of them does.
    private func ownLines(_ quote: String) -> [String] {
        guard rows.strategies.count == plan.strategies.count else { return [] }
        var nobodys = view.positions.map { Int128($0.quantity.raw) }
        var lines: [String] = []
        for (index, row) in rows.strategies.enumerated() {
            nobodys[row.instrument.index] -= Int128(row.position.raw)
            guard !row.position.isZero || row.made != .zero else { continue }
            let most = view.limits[row.instrument.index].maxStrategyLoss
            let left = most == .max ? "" : ", at \(Notional(raw: -most.raw)) it is switched off"
            lines.append(
                "\(plan.strategies[index].name): \(row.position) \(plan.instruments[row.instrument.index].symbol.string) is its own, "
                    + "\(row.made) \(quote) made in the day" + left)
        }
        for (index, rest) in nobodys.enumerated() where rest != 0 {
            lines.append("\(plan.instruments[index].symbol.string): \(Quantity(raw: Int64(clamping: rest))) is nobody's: no strategy's limit counts it")
        }
        return lines
    }

    private func room(_ held: Quantity, _ index: Int) -> String {
        let most = view.limits[index].maxPosition
        guard most != .max, let buy = most.subtracting(held), let sell = most.adding(held) else { return "" }
        return "; \(max(.zero, buy)) more may be bought, \(max(.zero, sell)) sold"
    }

    /// What the account holds of each base asset beyond the position.
    private var accountLines: [String] {
        guard let truth = latestComplete else { return [] }
        var seen: Set<AssetID> = []
        return plan.instruments.compactMap { instrument in
            guard seen.insert(instrument.base).inserted,
                let row = truth.balances.first(where: { $0.asset == instrument.base }), let total = row.free.adding(row.locked)
            else { return nil }
            let ours = plan.instruments.reduce(Int128(0)) {
                $0 + ($1.base == instrument.base ? Int128(view.positions[$1.id.index].quantity.raw) : 0)
            }
            let rest = Quantity(raw: Int64(clamping: Int128(total.raw) - ours))
            return "the account holds \(total) \(plan.assets[Int(instrument.base.raw)]), of which \(rest) is not ours: held before"
        }
    }
}

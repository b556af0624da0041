import Model
import Telemetry
import Units

/// The mandate as people read it before they arm.
extension Mandate {
    /// Lines: what is allowed, what may be at stake at most, what differs from the last approval.
    package var words: [String] {
        let orders = mode == .live ? "LIVE: real orders may be sent" : "\(mode.name): no order leaves this process"
        var lines = [
            Self.row("mode", orders), Self.row("venue", "\(venue), \(symbols.joined(separator: ", "))"),
            Self.row("account", account),
        ]
        if let owner = fact("operator.owner") {
            lines.append(Self.row("owner", "\(owner), deputy \(fact("operator.deputy") ?? "nobody is named")"))
        }
        if let alerts = fact("alerts") { lines.append(Self.row("alerts", "to \(alerts)")) }
        for (index, strategy) in strategies.enumerated() {
            lines.append(
                Self.row(
                    index == 0 ? "strategies" : "", "\(strategy.name), version \(hexText(strategy.versionHash))"
                        + (strategy.isShadow ? ", SHADOW: judged, never sent" : "")))
        }
        lines += [
            Self.row("lasts", "\(lifetime.raw / 1_000_000_000) s once confirmed, then DISARMED by itself"),
            Self.row("build", build), Self.row("config", hexText(configHash)),
        ]
        if let preset { lines.append(Self.row("preset", preset)) }
        lines += changedLimits.map { "Changed by command: \($0)." }
        let now = standing.isEmpty ? [] : ["", "as it stands:"] + standing.map { "  " + $0 }
        return lines + [""] + stake + now + [""] + (difference.isEmpty ? ["first approval: there is nothing to compare with"] : difference)
    }

    private func fact(_ key: String) -> String? { facts.first { $0.key == key }?.value }

    private static func row(_ name: String, _ text: String) -> String {
        name + String(repeating: " ", count: max(1, 13 - name.count)) + text
    }

    /// What may be at stake at most.
    private var stake: [String] {
        var lines = ["at most:"]
        let shown = caps.isEmpty
            ? [Cap(symbol: "each", base: "in base", quote: "in quote", limits: limits, mid: nil)] : caps
        for cap in shown {
            let limits = cap.limits
            lines.append(
                Self.row(
                    "  " + cap.symbol, "an order \(Self.amount(limits.maxOrderQuantity)) \(cap.base), "
                        + "\(Self.amount(limits.maxOrderNotional)) \(cap.quote)"))
            lines.append(
                Self.row(
                    "", "the position \(Self.amount(limits.maxPosition)) \(cap.base) either way, "
                        + "\(Self.amount(Self.positionValue(cap))) \(cap.quote)\(Self.atMid(cap)); "
                        + "with all orders \(Self.amount(limits.maxGrossExposure)) \(cap.quote)"))
        }
        let quote = caps.first.map { " \($0.quote)" } ?? ""
        return lines + [
            Self.row(
                "  portfolio", "\(Self.amount(limits.maxPortfolioNet))\(quote) net, "
                    + "\(Self.amount(limits.maxPortfolioGross))\(quote) gross"),
            Self.row(
                "  loss", "\(Self.amount(limits.maxDailyLoss))\(quote) in the day, \(Self.amount(limits.maxDrawdown))\(quote) "
                    + "from the highest result: either halts"),
            Self.row(
                "  pace", "\(Self.count(limits.maxOrdersPerSecond)) orders a second, \(Self.count(limits.maxOrdersPerMinute)) a "
                    + "minute, \(Self.count(limits.maxOpenOrders)) open at once"),
            Self.row(
                "  prices", "\(Self.count(limits.priceCollarBps)) bps from the mid, \(Self.count(limits.maxSlippageBps)) bps "
                    + "past the best, on data \(limits.maxDataAge.milliseconds) ms old"),
            Self.row(
                "  churn", "\(Self.count(limits.maxOrderCycles)) orders placed and cancelled, "
                    + "\(Self.count(limits.maxDirectionFlips)) flips, \(Self.count(limits.maxExecutions)) executions a side in a "
                    + "minute: SAFE"),
        ]
    }

    /// What the largest position is worth: at the mid, where there is one, and never more than the exposure's limit.
    private static func positionValue(_ cap: Cap) -> Notional {
        let worth = cap.mid.flatMap { $0.times(cap.limits.maxPosition, rounding: .ceiling) } ?? .max
        return min(worth, cap.limits.maxNetExposure)
    }
    private static func atMid(_ cap: Cap) -> String {
        guard let mid = cap.mid, let worth = mid.times(cap.limits.maxPosition, rounding: .ceiling),
            worth < cap.limits.maxNetExposure
        else { return "" }
        return " at the mid of \(mid)"
    }

    private static func amount(_ value: Quantity) -> String { value == .max ? "(no limit)" : "\(value)" }
    private static func amount(_ value: Notional) -> String { value == .max ? "(no limit)" : "\(value)" }
    private static func count(_ value: Int32) -> String { value == .max ? "(no limit)" : "\(value)" }
}

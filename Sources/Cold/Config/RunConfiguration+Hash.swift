import Model
import Units

extension RunConfiguration {
    /// Hash of what the configuration means: the same for any order of keys, spelling of numbers and comments; another
    /// for any other meaning. FNV-1a over `canonicalText`: finds differences, does not resist an attacker.
    package var hash: UInt64 {
        canonicalText.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// `hash` as people see it: 16 hexadecimal digits.
    package var hashText: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Every setting as `path=value`, one a line, in a fixed order. Holds names of variables, never their values.
    package var canonicalText: String {
        var lines = [
            "mode=\(mode.name)", "run.name=\(name)", "run.directory=\(directory)", "venue.kind=\(venue.kind)",
            "venue.market_data=\(venue.marketData.url)", "venue.orders=\(venue.orders.url)", "venue.rest=\(venue.rest.url)",
            "venue.ca_file=\(venue.caFile ?? "system")", "venue.client_id_prefix=\(venue.clientIDPrefix)",
            "feed.stale_after=\(feedStaleAfter.raw)", "control.socket=\(controlSocket)",
            "journal=\(journal.directory) \(journal.segmentBytes) \(journal.syncInterval.raw)",
            "timeouts=\(timeouts.request.raw) \(timeouts.heartbeat.raw) \(timeouts.guardSilence.raw)",
            "timeouts.kinds=\(timeouts.place.raw) \(timeouts.cancel.raw) \(timeouts.amend.raw)",
            "timeouts.look_ups=\(timeouts.query.raw) \(timeouts.queryMax.raw) \(timeouts.unknown.raw)",
            "reconcile.tolerance_bps=\(reconcileToleranceBps)",
        ]
        if venue.ownsTLSRecords { lines.append("venue.tls_records=own") }
        if let second = venue.secondaryFeed { lines.append("venue.secondary_feed=\(second.text)") }
        for server in venue.failover {
            lines.append("venue.failover=\(server.orders.url) \(server.rest?.url ?? "-") \(venue.failoverAfter)")
        }
        if let rule = venue.cancelSwitch {
            lines.append("venue.cancel_switch=\(rule.period.raw) \(rule.interval.raw) \(rule.maxAge.raw)")
        }
        lines += venue.feeAssets.map { "venue.fee_asset=\($0.name) \($0.price.raw)" }
        let retries = "timeouts.retries=\(timeouts.retry.raw) \(timeouts.retryMax.raw) \(timeouts.cancelTries)"
        if retries != "timeouts.retries=100000000 5000000000 6" { lines.append(retries) }
        if let preset { lines.append("preset=\(preset.rawValue)") }
        if let account = venue.account {
            lines.append("venue.account=\(account.apiKeyVariable) \(account.method.rawValue) \(account.keyVariable)")
            if let number = account.number { lines.append("venue.account.number=\(number)") }
        }
        for instrument in instruments {
            let rules = instrument.rules.map {
                "\($0.tickSize) \($0.lotSize) \($0.minQuantity) \($0.maxQuantity) \($0.minNotional)"
            }
            lines.append("instrument=\(instrument.symbol) \(instrument.base) \(instrument.quote) \(rules ?? "from venue")")
            if let own = instrument.limits {
                for rule in LimitRule.all where own.written.contains(rule.name) {
                    lines.append("instrument.limit=\(instrument.symbol) \(rule.name) \(rule.raw(own.values))")
                }
                lines += own.unlimited.map { "instrument.unlimited=\(instrument.symbol) \($0.name) \($0.reason)" }
            }
        }
        for strategy in strategies {
            lines.append("strategy=\(strategy.name) \(strategy.instrument.raw)\(strategy.isShadow ? " shadow" : "")")
            lines += strategy.parameters.map { "parameter=\($0.name) \($0.kind.rawValue) \($0.raw)" }
        }
        lines += limitValues.map { "limits.\($0.name)=\($0.raw)" }
        lines += unlimited.map { "unlimited=\($0.name) \($0.reason)" }
        for runner in topology.runners {
            lines.append("runner=\(runner.name) \(runner.core) \(runner.idle) \(runner.agents)")
        }
        lines += operatorText
        return lines.joined(separator: "\n")
    }

    var limitValues: [(name: String, raw: Int64)] { LimitRule.all.map { ($0.name, $0.raw(limits)) } }
}

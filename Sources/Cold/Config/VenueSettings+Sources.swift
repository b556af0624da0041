import Model
import Units

/// A second feed of the same market, and when it is used.
package struct SecondaryFeedSettings: Sendable, Equatable {
    package var endpoint: Endpoint
    /// How far the exchange time of a feed may be behind the other's.
    package var maxLag: Nanoseconds
    /// How long the first feed must have been sound before it is used again.
    package var switchBackAfter: Nanoseconds
    package var maxSwitchesPerMinute: Int
    /// How long the two feeds may contradict each other, and how far they may stand across each other, basis points.
    package var disagreeAfter: Nanoseconds
    package var disagreeBps: Int
}

/// A further server of the venue: for orders, and for REST where it has one of its own.
package struct FailoverSettings: Sendable, Equatable {
    package var orders: Endpoint
    /// `nil`: the first server's.
    package var rest: Endpoint?
}

extension SecondaryFeedSettings {
    init(_ section: Section) {
        endpoint = Endpoint(section, scheme: "wss", isWhole: false)
        let lag = "write how far a feed may be behind the other, from 100ms to 60s, such as 1s"
        maxLag = section.duration("max_lag", cure: lag, default: Nanoseconds(seconds: 1))
        let back = "write how long the first feed must be sound before it is used again, from 1s to 1h, such as 30s"
        switchBackAfter = section.duration("switch_back_after", cure: back, default: Nanoseconds(seconds: 30))
        maxSwitchesPerMinute = section.whole(
            "max_switches_per_minute", in: 2...60, cure: "write how often a minute feeds may be switched, both ways: 2 to 60",
            default: 4)
        let disagree = "write how long the feeds may contradict each other, from 50ms to 60s, such as 500ms"
        disagreeAfter = section.duration("disagree_after", cure: disagree, default: Nanoseconds(milliseconds: 500))
        disagreeBps = section.whole(
            "disagree_bps", in: 0...1000, cure: "write how far the feeds may stand across each other: 0 to 1000 basis points",
            default: 20)
        section.finish()
        section.keep("max_lag", maxLag, Nanoseconds(milliseconds: 100), Nanoseconds(seconds: 60), cure: lag)
        section.keep("switch_back_after", switchBackAfter, Nanoseconds(seconds: 1), Nanoseconds(seconds: 3600), cure: back)
        section.keep(
            "disagree_after", disagreeAfter, Nanoseconds(milliseconds: 50), Nanoseconds(seconds: 60), cure: disagree)
    }

    /// Everything, for the hash.
    var text: String {
        "\(endpoint.url) \(maxLag.raw) \(switchBackAfter.raw) \(maxSwitchesPerMinute) \(disagreeAfter.raw) \(disagreeBps)"
    }
}

extension Section {
    /// Refuses a span outside its bounds; one that is zero was refused before.
    fileprivate func keep(_ key: String, _ span: Nanoseconds, _ least: Nanoseconds, _ most: Nanoseconds, cure: String) {
        if span.raw != 0, span < least || span > most { fail(key, "is out of its bounds", cure: cure) }
    }

    /// The further servers of a venue, in the order in which they are tried.
    func failover() -> [FailoverSettings] {
        guard contains("failover") else {
            allow("failover")
            return []
        }
        let cure = "list servers, each with orders: { url: \"wss://host:port/path\" }, or leave the key out"
        let items = list("failover", cure: cure)
        if items.count > 8 { fail("failover", "lists more than 8 servers", cure: "keep the nearest ones") }
        return items.enumerated().map { index, item in
            let server = Section(item, path: path("failover.\(index)"), reader: reader)
            let orders = Endpoint(server.section("orders", cure: "write orders: with url"), scheme: "wss")
            let rest = server.contains("rest")
                ? Endpoint(server.section("rest", cure: "write rest: with url, or leave it out"), scheme: "https") : nil
            server.allow("rest")
            server.finish()
            return FailoverSettings(orders: orders, rest: rest)
        }
    }
}

extension RunConfiguration {
    /// Two names for one server are no second server.
    func relateSources(_ reader: SettingReader) {
        if let second = venue.secondaryFeed {
            reader.relate(
                ["venue.secondary_feed.url", "venue.market_data.url"],
                second.endpoint.host != venue.marketData.host || second.endpoint.port != venue.marketData.port,
                "is the server of venue.market_data: it would fail with it",
                cure: "name another host or port of the venue, or leave secondary_feed out")
        }
        var servers = [venue.orders]
        for (index, server) in venue.failover.enumerated() {
            reader.relate(
                ["venue.failover.\(index).orders.url"],
                !servers.contains { $0.host == server.orders.host && $0.port == server.orders.port },
                "is a server that stands before it: it would fail with it", cure: "name each host and port once")
            servers.append(server.orders)
        }
    }
}

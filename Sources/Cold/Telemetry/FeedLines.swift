import Units

/// A feed, or one instrument's market data, as people see it: `ctl feeds`.
package struct FeedLine: Sendable, Equatable {
    /// `market data`, `market data 2`, or a symbol.
    package var name = ""
    /// Of a feed: `UP`, `DOWN`, `CONNECTING`. Of an instrument: `LIVE`, `QUIET`, `SUSPECT`, `DEAD`.
    package var verdict = ""
    /// Of a feed: `used` or `watched`. Of an instrument: of which feed it comes.
    package var source = ""
    package var why = ""
    /// Since the verdict; negative where nobody keeps that.
    package var standing = Nanoseconds(raw: -1)
    /// Since its last message, or of its book; negative before there was one.
    package var age = Nanoseconds(raw: -1)
    package var reconnects: UInt32 = 0

    package init() {}

    package var json: JSONValue { Self.fields.json(self) }

    static var fields: [Field<FeedLine>] {
        [
            .text("feed", \.name), .text("verdict", \.verdict), .text("source", \.source), .text("why", \.why),
            .time("for_ns", \.standing), .time("age_ns", \.age), .number("reconnects", \.reconnects),
        ]
    }

    /// The feeds first, then every instrument.
    package static func lines(_ document: StatusDocument) -> [FeedLine] {
        let feeds = document.links.filter { $0.name.hasPrefix("market data") }
        var used = ""
        var lines = feeds.map { link in
            var line = FeedLine()
            line.name = link.name
            line.verdict = link.state.name
            line.source = link.verdict.hasPrefix("watched") ? "watched" : "used"
            if line.source == "used" { used = link.name }
            line.why = link.verdict
            line.age = link.age
            line.reconnects = link.reconnects
            return line
        }
        lines += document.instruments.map { row in
            var line = FeedLine()
            line.name = row.symbol
            line.verdict = row.feed
            line.source = used
            line.why = row.feedReason
            line.standing = row.feedFor
            line.age = row.bookAge
            return line
        }
        return lines
    }
}

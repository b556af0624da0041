import Units

/// What one stream told again, too late or left out, as totals of the run.
package struct StreamLine: Sendable, Equatable {
    /// The link it came over, and the stream's name.
    package var link = ""
    package var stream = ""
    package var duplicates: UInt64 = 0
    package var outOfOrder: UInt64 = 0
    package var gaps: UInt64 = 0
    /// Not believed for any other reason.
    package var others: UInt64 = 0

    package init() {}

    package var json: JSONValue { Self.fields.json(self) }

    /// `nil` when one of them is none.
    static func lines(_ items: [JSONValue]) -> [StreamLine]? {
        let lines = items.compactMap { fields.value(StreamLine(), from: $0) }
        return lines.count == items.count ? lines : nil
    }

    private static var fields: [Field<StreamLine>] {
        [
            .text("link", \.link), .text("stream", \.stream), .number("duplicates", \.duplicates),
            .number("out_of_order", \.outOfOrder), .number("gaps", \.gaps), .number("others", \.others),
        ]
    }
}

/// A feed, one of its streams, or one instrument's market data, as people see it: `ctl feeds`.
package struct FeedLine: Sendable, Equatable {
    /// `market data`, `market data 2`, one of these with a stream's name, `orders events`, or a symbol.
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
    /// Of a feed or a stream: events that had been seen already, that came too late, and places where some are missing.
    package var duplicates: UInt64 = 0
    package var outOfOrder: UInt64 = 0
    package var gaps: UInt64 = 0
    /// Of the feed that is used: tops of book that a newer one replaced before the trade thread took them.
    package var conflated: UInt64 = 0

    package init() {}

    package var json: JSONValue { Self.fields.json(self) }

    static var fields: [Field<FeedLine>] {
        [
            .text("feed", \.name), .text("verdict", \.verdict), .text("source", \.source), .text("why", \.why),
            .time("for_ns", \.standing), .time("age_ns", \.age), .number("reconnects", \.reconnects),
            .number("duplicates", \.duplicates), .number("out_of_order", \.outOfOrder), .number("gaps", \.gaps),
            .number("conflated", \.conflated),
        ]
    }

    private mutating func add(_ stream: StreamLine) {
        duplicates &+= stream.duplicates
        outOfOrder &+= stream.outOfOrder
        gaps &+= stream.gaps
    }

    /// The feeds first, with their streams' totals, then every stream, then every instrument.
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
            for stream in document.feed.streams where stream.link == link.name { line.add(stream) }
            if line.source == "used" { line.conflated = document.feed.conflated }
            return line
        }
        lines += document.feed.streams.map { stream in
            var line = FeedLine()
            line.name = "\(stream.link) \(stream.stream)"
            line.add(stream)
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

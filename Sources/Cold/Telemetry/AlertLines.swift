import Model
import Units

/// An alert as people see it: what happened, how often, and whether somebody knows.
package struct AlertLine: Sendable, Equatable {
    package var id: UInt64 = 0
    /// A stable code such as `DAILY_LOSS`.
    package var kind = ""
    package var level = Severity.critical
    package var cause = ""
    package var cure = ""
    /// How often it happened since it was raised.
    package var count: UInt64 = 1
    /// Since it was raised, and since it happened last.
    package var age = Nanoseconds.zero
    package var lastAge = Nanoseconds.zero
    /// Deliveries that succeeded.
    package var deliveries: UInt64 = 0
    /// `waits`, `told`, `FAILING`, `acknowledged by uid 1000`.
    package var state = ""

    package init() {}

    package var json: JSONValue { Self.fields.json(self) }

    static var fields: [Field<AlertLine>] {
        [
            .number("id", \.id), .text("kind", \.kind),
            Field(
                "level", \.level, { .string($0.name) },
                { json in Severity.all.first { $0.name == json.string } }),
            .text("state", \.state), .number("count", \.count), .number("deliveries", \.deliveries), .time("age_ns", \.age),
            .time("last_age_ns", \.lastAge), .text("cause", \.cause), .text("cure", \.cure),
        ]
    }
}

/// How the way to a person does.
package struct AlertFacts: Sendable, Equatable {
    /// `program /usr/local/bin/page`; empty where none is configured, with the reason where one was written.
    package var outlet = ""
    /// `ok`, `untried`, `FAILING`, `HANGING`, or `none`.
    package var state = "none"
    /// Not acknowledged.
    package var open: UInt64 = 0
    package var delivered: UInt64 = 0
    package var failed: UInt64 = 0
    /// Alerts that found no room: the queue is bounded.
    package var dropped: UInt64 = 0
    /// Since a delivery succeeded; negative before the first.
    package var successAge = Nanoseconds(raw: -1)
    package var lastFailure = ""

    package init() {}

    static var fields: [Field<AlertFacts>] {
        [
            .text("outlet", \.outlet), .text("state", \.state), .number("open", \.open), .number("delivered", \.delivered),
            .number("failed", \.failed), .number("dropped", \.dropped), .time("success_age_ns", \.successAge),
            .text("last_failure", \.lastFailure),
        ]
    }
}

import Config
import Model
import Testing
import Units

private let switches: [String: ClosedRange<Nanoseconds>] = [
    "binance-spot": Nanoseconds(seconds: 5)...Nanoseconds(seconds: 60)
]

/// What is reported for the sample with this dead-man's switch, at a venue that has one or not.
private func errors(_ setting: String, hasSwitch: Bool = true) -> [ConfigurationError] {
    var known = catalogue
    if hasSwitch { known.switches = switches }
    let text = sample.replacing("client_id_prefix: nt1-", with: "client_id_prefix: nt1-\n  cancel_switch: \(setting)")
    do throws(ConfigurationErrors) {
        _ = try RunConfiguration.parse(text, file: "x.yaml", overrides: [], catalogue: known, cores: nil)
        return []
    } catch {
        return error.errors
    }
}

@Suite struct CancelSwitchTests {
    @Test func `A dead-man's switch at a venue without one is a start-up error with its cure`() {
        let found = errors("{period: 30s, refresh: 5s, max_age: 15s}", hasSwitch: false)
        #expect(found.count == 1 && found[0].path == "venue.cancel_switch" && found[0].line > 1, "\(found)")
        #expect(found[0].cause == "binance-spot has no dead-man's switch that cancels when it is not refreshed")
        #expect(found[0].cure.hasPrefix("remove cancel_switch; the guard (timeouts.guard) cancels everything"))
    }

    @Test func `Its times must fit the venue and each other`() {
        #expect(errors("{period: 30s, refresh: 5s, max_age: 15s}").isEmpty)
        #expect(errors("{period: 30s, refresh: 5s, max_age: 10s}").isEmpty, "two refreshes just fit")
        #expect(errors("{period: 5s, refresh: 1s, max_age: 4999ms}").isEmpty)
        let wrong: [(String, String)] = [
            ("{period: 61s, refresh: 5s, max_age: 15s}", "venue.cancel_switch.period"),
            ("{period: 4s, refresh: 1s, max_age: 3s}", "venue.cancel_switch.period"),
            ("{period: 30s, refresh: 5s, max_age: 9s}", "venue.cancel_switch.max_age"),
            ("{period: 30s, refresh: 5s, max_age: 30s}", "venue.cancel_switch.max_age"),
            ("{period: 30s, refresh: 5s}", "venue.cancel_switch.max_age"),
            ("{period: 30, refresh: 5s, max_age: 15s}", "venue.cancel_switch.period"),
            ("{period: 30s, refresh: 5s, max_age: 15s, x: 1}", "venue.cancel_switch.x"),
        ]
        for (setting, path) in wrong {
            let found = errors(setting)
            #expect(found.contains { $0.path == path && !$0.cure.isEmpty }, "\(setting): \(found)")
        }
    }

    @Test func `It is in the hash and in what check prints`() throws {
        func run(_ setting: String) throws -> RunConfiguration {
            var known = catalogue
            known.switches = switches
            let text = sample.replacing("client_id_prefix: nt1-", with: "client_id_prefix: nt1-" + setting)
            return try RunConfiguration.parse(text, file: "x.yaml", overrides: [], catalogue: known, cores: nil)
        }
        let none = try run("")
        let some = try run("\n  cancel_switch: {period: 30s, refresh: 5s, max_age: 15s}")
        let other = try run("\n  cancel_switch: {period: 30s, refresh: 5s, max_age: 16s}")
        #expect(none.venue.cancelSwitch == nil)
        #expect(
            some.venue.cancelSwitch
                == CancelSwitchRule(
                    period: Nanoseconds(seconds: 30), interval: Nanoseconds(seconds: 5), maxAge: Nanoseconds(seconds: 15)))
        #expect(Set([none.hash, some.hash, other.hash]).count == 3)
        #expect(some.facts.contains { $0.key == "venue.cancel_switch" })
    }

    @Test func `How cancels are tried again is read, hashed and related`() throws {
        let plain = try parse(sample)
        #expect(plain.timeouts.retry == Nanoseconds(milliseconds: 100) && plain.timeouts.cancelTries == 6)
        let told = try parse(sample.replacing("guard: 1s}", with: "guard: 1s, retry: 200ms, retry_max: 2s, cancel_tries: 3}"))
        #expect(told.timeouts.retryMax == Nanoseconds(seconds: 2) && told.timeouts.cancelTries == 3)
        #expect(told.hash != plain.hash)
        let wrong = ["retry: 6s", "retry_max: 99ms", "retry_max: 61s", "cancel_tries: 0", "cancel_tries: 101"]
        for text in wrong {
            #expect(throws: ConfigurationErrors.self, "\(text)") {
                try parse(sample.replacing("guard: 1s}", with: "guard: 1s, \(text)}"))
            }
        }
    }
}

import Testing
import Transport
import Units
import Uring

@Suite struct ReconnectorTests {
    @Test func delaysDoubleWithinTheirJitterUpToTheLongest() {
        var reconnector = Reconnector()
        var now = Nanoseconds(seconds: 1)
        for failure in 0..<60 {
            let next = reconnector.closed(at: now, random: UInt64(failure) &* 0x9E37_79B9_7F4A_7C15)
            let step = failure < 9 ? Int64(100_000_000) << Int64(failure) : 30_000_000_000
            #expect((next - now).raw <= min(step, 30_000_000_000) && (next - now).raw >= min(step, 30_000_000_000) / 2)
            now = next
        }
    }

    @Test func aHealthyLinkStartsTheBackOffAnew() {
        var reconnector = Reconnector()
        for _ in 0..<5 { _ = reconnector.closed(at: .zero, random: 0) }
        reconnector.opened(at: Nanoseconds(seconds: 1))
        let short = reconnector.closed(at: Nanoseconds(seconds: 2), random: 0)
        #expect(short - Nanoseconds(seconds: 2) == Nanoseconds(milliseconds: 3200))
        reconnector.opened(at: Nanoseconds(seconds: 10))
        let long = reconnector.closed(at: Nanoseconds(seconds: 50), random: 0)
        #expect(long - Nanoseconds(seconds: 50) == Nanoseconds(milliseconds: 100))
    }

    @Test func noSlidingWindowHoldsMoreThanTheBudget() {
        var rules = Reconnector.Rules()
        (rules.attempts, rules.window) = (20, Nanoseconds(seconds: 10))
        (rules.firstDelay, rules.longestDelay) = (Nanoseconds(milliseconds: 1), Nanoseconds(milliseconds: 2))
        var reconnector = Reconnector(rules)
        var times: [Int64] = []
        var now = Nanoseconds(seconds: 5)
        for i in 0..<400 {
            let may = reconnector.mayAttempt(at: now)
            #expect(may)
            reconnector.attempted(at: now)
            times.append(now.raw)
            now = reconnector.closed(at: now, random: UInt64(i))
        }
        for (i, start) in times.enumerated() {
            let inside = times[i...].prefix { $0 < start + rules.window.raw }.count
            #expect(inside <= rules.attempts)
        }
    }

    @Test func anOldLinkIsReplacedBeforeTheVenueCutsIt() {
        var reconnector = Reconnector()
        #expect(!reconnector.shouldReplace(at: Nanoseconds(seconds: 100_000)))
        reconnector.opened(at: .zero)
        #expect(!reconnector.shouldReplace(at: Nanoseconds(seconds: 23 * 3600)))
        #expect(reconnector.shouldReplace(at: Nanoseconds(seconds: 24 * 3600 - 1800)))
    }

    @Test(arguments: [UringError.notImplemented, .refused(sysctl: 2), .refused(sysctl: 1), .refused(sysctl: 0), .kernelTooOld, .outOfMemory])
    func everyRefusalOfIoUringNamesItsCure(_ error: UringError) {
        let text = TransportError.ring(error).description
        #expect(text.contains("Cure"))
        if case .refused(let value) = error { #expect(text.contains("kernel.io_uring_disabled") && (value == 0 || text.contains("sysctl -w"))) }
    }
}

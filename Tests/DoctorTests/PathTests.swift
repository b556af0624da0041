import Testing

@testable import Doctor

@Suite struct PathTests {
    private func timing(_ connectNs: Int64?, _ failure: String? = nil) -> PathTiming {
        var timing = PathTiming(target: PathTarget(host: "venue.test", port: 443))
        timing.connectNs = connectNs
        timing.failure = failure
        return timing
    }

    @Test func `A near venue is ok, a far one is advice, one that is not reached is a problem with its reason`() {
        #expect(PathProbe.judge(timing(19_999_999)).verdict == .ok)
        #expect(PathProbe.judge(timing(20_000_000)).verdict == .advice)
        let broken = PathProbe.judge(timing(1, "TLS: certificate has expired"))
        #expect(broken.verdict == .problem)
        #expect(broken.cause == "TLS: certificate has expired")
    }

    @Test func `A port that nobody listens on is refused at TCP, with the system's words`() {
        let timing = PathProbe.walk(PathTarget(host: "127.0.0.1", port: 1), patienceMs: 2000)
        #expect(timing.nameNs != nil)
        #expect(timing.connectNs == nil)
        #expect(timing.failure?.hasPrefix("TCP: ") == true)
    }

    @Test func `A name that cannot exist fails at the name`() {
        let timing = PathProbe.walk(PathTarget(host: "a..b", port: 443), patienceMs: 2000)
        #expect(timing.nameNs == nil)
        #expect(timing.failure?.contains("a..b") == true)
    }
}

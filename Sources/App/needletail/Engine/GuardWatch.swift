import Config
import Foundation
import Guard
import Model
import Rest
import Units
import VenueKit

/// Joins the guard's decision to the heartbeat page, the kill file and the venue. One loop, twenty times a second.
final class GuardWatch {
    private let configuration: RunConfiguration
    private let adapter: any RestAdapter
    private let rest: RestClient
    private let latch: KillLatch
    private let clock = MonotonicClock()
    private var page: HeartbeatPage

    init(configuration: RunConfiguration, adapter: any RestAdapter, rest: RestClient) {
        self.configuration = configuration
        self.adapter = adapter
        self.rest = rest
        page = HeartbeatPage(path: configuration.heartbeatFile)
        latch = KillLatch(path: configuration.latchFile)
    }

    func run(until shouldEnd: () -> Bool, say: (String) -> Void) async throws {
        guard let presence = GuardPresence(directory: configuration.directory).announce() else {
            throw ToolError(
                "another guard watches \(configuration.directory), or it cannot be written to",
                cure: "one guard is enough; look for guard.pid there")
        }
        defer { withExtendedLifetime(presence) {} }
        var decision = GuardDecision(silence: configuration.timeouts.guardSilence)
        while !shouldEnd() {
            if case .act(let reason) = decision.observe(page.read(), killFile: latch.isSet, now: clock.now()) {
                say("acting: \(reason)")
                do {
                    try latch.set(LatchRecord(reason: "\(reason)", time: clock.wall(), by: "guard"))
                } catch {
                    say("the latch could not be written (\(error)); cancelling all the same")
                }
                await cancelEverything(shouldEnd, say)
            }
            try? await Task.sleep(nanoseconds: 50_000_000)
        }
        await rest.close()
    }

    /// Until the venue shows none of ours, or the end is asked for.
    private func cancelEverything(_ shouldEnd: () -> Bool, _ say: (String) -> Void) async {
        while !shouldEnd() {
            do {
                let left = try await cancelOnce()
                if left == 0 { return say("the venue shows no open order of ours") }
                say("cancelled, looking again: \(left) were open")
            } catch {
                say("\(error); trying again")
                try? await Task.sleep(nanoseconds: 200_000_000)
            }
        }
    }

    /// How many orders of our prefix were open before this round.
    private func cancelOnce() async throws -> Int {
        var open = 0
        for instrument in adapter.instruments {
            guard let request = adapter.openOrders(instrument, wallNow: clock.wall()) else { continue }
            let answer = try await rest.send(request)
            for order in try adapter.parseOpenOrders(status: answer.status, body: answer.body) where !order.client.isNone {
                open += 1
                guard let cancel = adapter.cancel(order.client, instrument, wallNow: clock.wall()) else { continue }
                let reply = try await rest.send(cancel)
                _ = try adapter.parseCancel(status: reply.status, body: reply.body)
            }
        }
        return open
    }
}

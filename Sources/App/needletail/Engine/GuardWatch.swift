import Config
import Foundation
import Gateway
import Guard
import Model
import Rest
import Rings
import Units
import VenueKit

/// Joins the guard's decision to the heartbeat page, the kill file and the venue. One loop, twenty times a second.
final class GuardWatch {
    private let configuration: RunConfiguration
    private let adapter: any RestAdapter
    private let rest: RestClient
    private let latch: KillLatch
    private let clock = MonotonicClock()
    private var page: LatestReader<HeartbeatBeat>?

    init(configuration: RunConfiguration, adapter: any RestAdapter, rest: RestClient) {
        self.configuration = configuration
        self.adapter = adapter
        self.rest = rest
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
            if case .act(let reason) = decision.observe(read(), killFile: latch.isSet, now: clock.now()) {
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

    private func read() -> HeartbeatReading {
        if page == nil, FileManager.default.fileExists(atPath: configuration.heartbeatFile) {
            let bytes = latestByteCount(of: HeartbeatBeat.self)
            guard let region = try? SharedRegion(path: configuration.heartbeatFile, byteCount: bytes, opening: .existing)
            else { return .unreadable }
            guard let found = try? attachLatestReader(of: HeartbeatBeat.self, in: MemoryBlock(mapping: region)) else {
                return .unreadable
            }
            page = consume found
        }
        guard page != nil else { return .absent }
        var beat = HeartbeatBeat(count: 0, at: .zero, state: 0)
        guard page!.tryRead(&beat), beat.count > 0 else { return .unreadable }
        let state = SystemState(rawValue: UInt8(truncatingIfNeeded: beat.state))
        return .sample(
            HeartbeatSample(
                process: 0, state: state ?? .disarmed, isLatched: false, hasEnded: state == nil, startedAt: .zero,
                beats: beat.count, beatAt: beat.at))
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

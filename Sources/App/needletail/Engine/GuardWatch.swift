import Agents
import Alerts
import Config
import Control
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
    private var beat: HeartbeatWriter?
    private let alerts: AlertDesk
    /// When everything was cancelled, until the latch is gone.
    private var actedAt: Nanoseconds?
    /// Whose key it is by the venue's word, and what it answered.
    private var account: AccountIdentity
    private let numbers = ColdInbox<UInt64?>()
    /// When it is asked again.
    private var askAt = Nanoseconds.zero

    init(configuration: RunConfiguration, adapter: any RestAdapter, rest: RestClient) {
        self.configuration = configuration
        self.adapter = adapter
        self.rest = rest
        account = AccountIdentity(configured: configuration.venue.account?.number)
        page = HeartbeatPage(path: configuration.heartbeatFile)
        beat = nil
        latch = KillLatch(path: configuration.latchFile)
        alerts = AlertDesk(configuration, command: "")
    }

    func run(until shouldEnd: () -> Bool, say: (String) -> Void) async throws {
        guard let presence = GuardPresence(directory: configuration.directory).announce() else {
            throw ToolError(
                "another guard watches \(configuration.directory), or it cannot be written to",
                cure: "one guard is enough; look for guard.pid there")
        }
        defer { withExtendedLifetime(presence) {} }
        beat = GuardBeat.writer(directory: configuration.directory)
        beat?.enter(.running)
        defer { beat?.enter(.stopped) }
        var decision = GuardDecision(silence: configuration.timeouts.guardSilence)
        tell("GUARD_STARTED", .info, "the guard of \(configuration.name) watches", isOnce: true)
        while !shouldEnd() {
            turned()
            try await checkAccount(say)
            if case .act(let reason) = decision.observe(page.read(), killFile: latch.isSet, now: clock.now()) {
                say("acting: \(reason)")
                tell("GUARD_ACTED", .critical, "the guard cancels everything and latches: \(reason)")
                do {
                    try latch.set(LatchRecord(reason: "\(reason)", time: clock.wall(), by: "guard"))
                } catch {
                    say("the latch could not be written (\(error)); cancelling all the same")
                }
                await cancelEverything(shouldEnd, say)
            }
            try? await Task.sleep(nanoseconds: 50_000_000)
        }
        await end()
    }

    /// What is to be told goes out first.
    private func end() async {
        await rest.close()
        let deadline = clock.now() + (configuration.alerts?.timeout ?? .zero) + Nanoseconds(seconds: 1)
        while !alerts.isTold, clock.now() < deadline {
            turned()
            try? await Task.sleep(nanoseconds: 5_000_000)
        }
    }

    /// A guard with another account's key guards nothing, and would cancel in an account that is not meant: it ends. Until
    /// the venue has told whose key it is the guard works as if it were the right one.
    private func checkAccount(_ say: (String) -> Void) async throws {
        guard account.configured != nil, account.told == nil else { return }
        for number in numbers.takeAll() { _ = account.hear(number) }
        if account.isAnother, let refusal = account.refusal("guard") {
            tell("OTHER_ACCOUNT", .critical, "the guard ends: \(refusal.cause)")
            await end()
            throw ToolError(refusal.cause, cure: refusal.cure)
        }
        guard clock.now() >= askAt else { return }
        askAt = clock.now() + Nanoseconds(seconds: 30)
        let (adapter, rest, clock, numbers) = (adapter, rest, clock, numbers)
        Task {
            guard let answer = try? await rest.sendToAny({ adapter.account(wallNow: clock.wall()) }) else { return }
            numbers.put(try? adapter.parseAccountNumber(status: answer.status, body: answer.body))
        }
    }

    /// The engine sees that this process turns; alerts go out meanwhile. Whoever removes the latch knows.
    private func turned() {
        let now = clock.now()
        beat?.turn(work: 1, began: now, tookNs: 0)
        if !latch.isSet, actedAt.map({ now - $0 > Nanoseconds(seconds: 5) }) ?? false {
            _ = alerts.acknowledge(nil, by: "the latch's removal", now: now)
            actedAt = nil
        }
        _ = alerts.turn(now: now) { .make([:]) }
    }

    private func tell(_ kind: String, _ level: Severity, _ text: String, isOnce: Bool = false) {
        if !isOnce { actedAt = clock.now() }
        alerts.raise(AlertNews(kind, level, text), isOnce: isOnce, now: clock.now(), wall: clock.wall())
    }

    /// Longer than the venue takes an order after its time stamp, with a second for clocks that differ: what the engine
    /// sent last may arrive after the first look that shows nothing.
    private static let settleSpan = Nanoseconds(seconds: 8)

    /// Until the venue has shown none of ours for good, or it was clean and a person took the latch away, or the end is asked
    /// for. Meanwhile the heartbeat is not looked at.
    private func cancelEverything(_ shouldEnd: () -> Bool, _ say: (String) -> Void) async {
        let began = clock.now()
        let wasSet = latch.isSet
        var isClean = false
        while !shouldEnd() {
            turned()
            if isClean, wasSet, !latch.isSet { return say("the latch was removed by a person: watching the engine again") }
            let round = await cancelOnce(say)
            if round.isComplete, round.open == 0 {
                if !isClean { say("the venue shows no open order of ours") }
                isClean = true
                if clock.now() - began >= Self.settleSpan { return }
                try? await Task.sleep(nanoseconds: 500_000_000)
            } else {
                isClean = false
                say("looking again: \(round.open) were open\(round.isComplete ? "" : ", not all could be seen or cancelled")")
                if !round.isComplete { try? await Task.sleep(nanoseconds: UInt64(round.pause.raw)) }
            }
        }
    }

    private struct Round {
        /// Orders of our prefix that were open before it.
        var open = 0
        var isComplete = true
        /// Before the next round, when something failed.
        var pause = Nanoseconds(milliseconds: 200)
    }

    /// One look at every instrument, and a cancel for each order of ours. What fails holds nothing else up.
    private func cancelOnce(_ say: (String) -> Void) async -> Round {
        var round = Round()
        for instrument in adapter.instruments {
            guard adapter.openOrders(instrument, wallNow: clock.wall()) != nil else { continue }
            do {
                let answer = try await ask(&round) { adapter.openOrders(instrument, wallNow: clock.wall()) }
                for order in try adapter.parseOpenOrders(status: answer.status, body: answer.body)
                where !order.client.isNone {
                    round.open += 1
                    do { try await cancel(order.client, instrument, &round) } catch { fail(error, &round, say) }
                }
            } catch {
                fail(error, &round, say)
            }
        }
        return round
    }

    private func cancel(_ client: ClientOrderID, _ instrument: InstrumentID, _ round: inout Round) async throws {
        guard adapter.cancel(client, instrument, wallNow: clock.wall()) != nil else { return }
        let reply = try await ask(&round) { adapter.cancel(client, instrument, wallNow: clock.wall()) }
        _ = try adapter.parseCancel(status: reply.status, body: reply.body)
    }

    /// Sends to the first server that answers, and takes notice of a venue that wants to be left alone for a while.
    private func ask(_ round: inout Round, _ make: () -> RestRequest?) async throws -> RestAnswer {
        let answer = try await rest.sendToAny(make)
        if answer.status == 429 || answer.status == 418 {
            // Who asks during a ban is banned for longer. An hour at most: a wrong header must not silence the guard for days.
            let seconds = min(max(answer.retryAfterSeconds ?? 1, 1), 3600)
            round.pause = max(round.pause, Nanoseconds(seconds: Int64(seconds)))
        }
        return answer
    }

    private func fail(_ error: any Error, _ round: inout Round, _ say: (String) -> Void) {
        round.isComplete = false
        say("\(error)")
    }
}

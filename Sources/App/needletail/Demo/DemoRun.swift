import Console
import Control
import Foundation
import Model
import Signals
import Telemetry
import Units

/// How a demo went.
struct DemoOutcome {
    var summary: RunSummary
}

/// Plays the demo: venue, engine, ceremony, trading, the orderly end, the proof.
struct DemoRun {
    let stage: DemoStage
    let seconds: Int
    /// Standard output is for the JSON alone.
    let quiet: Bool

    func play() async throws -> DemoOutcome {
        let began = Date()
        say("venue    starting the loopback venue (\(stage.symbol), seed \(stage.seed))")
        try await stage.startVenue()
        say("venue    listening on 127.0.0.1:\(stage.port), TLS 1.3, own certificate authority")
        try await stage.startEngine()
        say("engine   started, \(stage.mode.name) mode, DISARMED; control socket \(stage.controlSocket)")
        var client = try ControlClient(path: stage.controlSocket)
        try await waitForLinks(&client)
        try await ceremony(&client)
        do {
            try await trade(&client)
        } catch {
            await letTheGuardAct()
            throw error
        }
        say("demo     time is up: stop, cancel everything, wait for the proof")
        try stage.endEngine()
        var summary = try DemoSummaryFile.read(stage.summaryFile)
        summary.seed = stage.seed
        summary.duration = Nanoseconds(raw: Int64(Date().timeIntervalSince(began) * 1e9))
        if stage.mode != .live {
            say("venue    asking it, with the account's key, whether anything reached it")
            let found = try await stage.venueProof().findings()
            for sentence in found { say("venue    \(sentence)") }
            summary.venueUntouched = found.isEmpty
        }
        say("journal  verifying and replaying")
        try ReplayRun(directory: stage.journalDirectory, name: "demo").prove(&summary)
        say("replay   decision hash live   \(Mandate.display(summary.decisionHashLive))")
        say("replay   decision hash replay \(Mandate.display(summary.decisionHashReplay))")
        return DemoOutcome(summary: summary)
    }

    /// The engine is gone or hangs: the venue stays up while the guard takes the orders away.
    private func letTheGuardAct() async {
        say("engine   gone or silent; the guard cancels what rests (log: guard.log)")
        try? await Task.sleep(nanoseconds: 5_000_000_000)
    }

    private func say(_ line: String) {
        guard !quiet else { return }
        print(line)
        fflush(nil)
    }

    func waitForLinks(_ client: inout ControlClient) async throws {
        let deadline = Date().addingTimeInterval(20)
        while true {
            let now = try client.status().engine
            let isReady = stage.mode == .shadow || (now.orderLink == .up && now.lastReconciledAt > .zero)
            // Sound data is more than a first price: the venue's clock is measured, the feed believed.
            let isSound = now.missing.isDisjoint(with: [.marketLink, .orderLink, .data, .reconciled])
            if now.marketLink == .up, now.bidPrice.isPositive, isReady, isSound { break }
            guard Date() < deadline else {
                throw ToolError(
                    "after 20 s: market data \(now.marketLink), orders \(now.orderLink), bid \(now.bidPrice), "
                        + "reconciled \(now.lastReconciledAt > .zero), missing \(now.missing.names)\n\(stage.engine?.logTail ?? "")")
            }
            if EndSignal.isAsked { throw ToolError("interrupted before the engine was ready") }
            try await Task.sleep(nanoseconds: 50_000_000)
        }
        switch stage.mode {
        case .live: say("engine   market data up, order link logged on, reconciled with the venue")
        case .shadow: say("engine   market data up; no key, no order link: it cannot send")
        default: say("engine   market data up; no key, no order link: orders go to a simulated venue in its process")
        }
    }

    /// The operator's part, typed by the demo and shown.
    func ceremony(_ client: inout ControlClient) async throws {
        say("operator types: needletail ctl stage --lifetime \(seconds + 120)")
        let staged = try client.request(.stage(lifetime: Nanoseconds(seconds: Int64(seconds + 120))))
        for word in staged["words"]?.array ?? [] { say("         | \(word.string ?? "")") }
        guard let shown = staged["hash"]?.string, let hash = Mandate.parse(shown) else {
            throw ToolError("the engine staged no mandate")
        }
        say("         | hash \(shown)")
        say("operator types: needletail ctl arm \"\(shown)\" --within 30")
        _ = try client.request(.arm(hash: hash, within: Nanoseconds(seconds: 30)))
        say("operator types: needletail ctl confirm \"\(shown)\"")
        try await confirm(hash, &client)
        say("engine   LIVE")
    }

    /// As a person would: while nothing but fresh data is missing, the same word again, within the arming's time.
    private func confirm(_ hash: UInt64, _ client: inout ControlClient) async throws {
        let deadline = Date().addingTimeInterval(20)
        while try client.status().engine.missing.contains(.data), Date() < deadline, !EndSignal.isAsked {
            try await Task.sleep(nanoseconds: 20_000_000)
        }
        _ = try client.request(.confirm(hash: hash))
    }

    private func trade(_ client: inout ControlClient) async throws {
        let end = Date().addingTimeInterval(Double(seconds))
        let screen = quiet ? nil : ScreenOnTerminal()
        var plain = PlainLines()
        var nextLine = Date()
        while Date() < end, !EndSignal.isAsked {
            guard stage.engine?.isRunning == true else {
                throw ToolError("the engine ended by itself\n\(stage.engine?.logTail ?? "")")
            }
            let document = try client.status()
            if let screen {
                screen.show(document)
            } else if !quiet, Date() >= nextLine {
                for line in plain.lines(for: document) { say(line) }
                nextLine = Date().addingTimeInterval(1)
            }
            try await Task.sleep(nanoseconds: 200_000_000)
        }
    }
}

import Model
import Units

/// A link as people see it: its state, our judgement in a word or two, and the age of the last proof that it lives.
package struct LinkLine: Sendable, Equatable {
    package var name: String
    package var state: LinkState
    /// For example `healthy`, `quiet`, `reconnecting in 1.2 s`.
    package var verdict: String
    /// Since the last message or pong; negative when there never was one.
    package var age: Nanoseconds
    package var reconnects: UInt32

    package init(name: String, state: LinkState, verdict: String, age: Nanoseconds, reconnects: UInt32 = 0) {
        self.name = name
        self.state = state
        self.verdict = verdict
        self.age = age
        self.reconnects = reconnects
    }
}

/// What the journal and the guard's heartbeat look like now.
package struct KeeperFacts: Sendable, Equatable {
    package var journalPath = ""
    package var journalRecords: UInt64 = 0
    package var journalBytes: UInt64 = 0
    /// Records waiting in the ring.
    package var journalBacklog: UInt64 = 0
    /// A write failed; the engine must not trade on.
    package var journalFailed = false
    /// Since the engine last beat; negative when no guard is used.
    package var heartbeatAge = Nanoseconds(raw: -1)
    package var guardRunning = false
    /// The latch file is present.
    package var latched = false
    /// Who stopped the strategies and why; empty when they are enabled.
    package var stopped = ""
    /// Peers that the control socket turned away.
    package var controlRefused: UInt64 = 0
    /// Orders of ours by the venue's last complete answer; -1 before there was one.
    package var venueOrders: Int64 = -1
    /// Since that answer was asked for; negative before there was one.
    package var venueAge = Nanoseconds(raw: -1)
    /// Of `journalRecords`, those that a power cut cannot take any more.
    package var journalDurable: UInt64 = 0

    package init() {}
}

/// What of the feed did not reach the core as it came.
package struct FeedFacts: Sendable, Equatable {
    /// By `FeedRefusal.name`; only those that happened.
    package var refusals: [String: UInt64] = [:]
    /// Tops of book that a newer one replaced before the trade thread took them.
    package var conflated: UInt64 = 0
    package var droppedTrades: UInt64 = 0
    /// Frames dropped before they were read: the books were rebuilt.
    package var droppedFrames: UInt64 = 0
    /// Turns in which the link left frames to the kernel because the parser was behind.
    package var heldBack: UInt64 = 0
    /// Public trades that waited beside a full ring; none is conflated.
    package var delayedTrades: UInt64 = 0
    /// Messages that were not believed and are kept to be looked at, by link and reason.
    package var quarantined: [String: UInt64] = [:]
    /// With two feeds: events that the other one had brought already.
    package var repeated: UInt64 = 0
    /// Text frames that reached the parser.
    package var frames: UInt64 = 0
    /// Every stream of every feed, and the private one.
    package var streams: [StreamLine] = []
    package init() {}

    /// All refusals together; saturates.
    package var refused: UInt64 {
        refusals.values.reduce(0) { sum, count in sum > .max - count ? .max : sum + count }
    }
}

/// Names of the run, none of them secret.
package struct RunNames: Sendable, Equatable {
    package var symbol = ""
    package var base = ""
    package var quote = ""
    package var venue = ""
    /// The account's public name, never a key.
    package var account = ""
    package var strategies: [String] = []
    /// All instruments, in the order of their ids.
    package var symbols: [String] = []
    package var build = ""
    package var configHash: UInt64 = 0
    /// The run's directory.
    package var directory = ""

    package init() {}
}

/// Everything operators see: one document for the screen, `ctl status` and `ctl watch`.
package struct StatusDocument: Sendable {
    package var engine: EngineStatus
    package var limits: RiskLimits
    package var latencies: LatencyTable
    /// Oldest first.
    package var events: [EventLine]
    package var links: [LinkLine]
    package var keepers: KeeperFacts
    package var names: RunNames
    package var feed: FeedFacts
    /// Since the process started.
    package var uptime: Nanoseconds
    /// In the order of their ids; all there are.
    package var strategies: [StrategyLine] = []
    package var instruments: [InstrumentLine] = []
    /// Every thread of the engine and the guard.
    package var threads: [ThreadLine] = []
    /// The way to a person.
    package var alerts = AlertFacts()

    package init(
        engine: EngineStatus, limits: RiskLimits, latencies: LatencyTable = LatencyTable(), events: [EventLine] = [],
        links: [LinkLine] = [], keepers: KeeperFacts = KeeperFacts(), names: RunNames = RunNames(),
        feed: FeedFacts = FeedFacts(), uptime: Nanoseconds = .zero
    ) {
        self.engine = engine
        self.limits = limits
        self.latencies = latencies
        self.events = events
        self.links = links
        self.keepers = keepers
        self.names = names
        self.feed = feed
        self.uptime = uptime
    }

    /// Realised and unrealised profit less fees; saturates.
    package var net: Notional {
        let gross = engine.realised.raw.addingReportingOverflow(engine.unrealised.raw)
        let total = gross.partialValue.subtractingReportingOverflow(engine.fees.raw)
        if gross.overflow || total.overflow { return engine.realised.isNegative ? -.max : .max }
        return Notional(raw: total.partialValue)
    }

    /// What is left of the mandate; zero when there is none or it is over.
    package var mandateLeft: Nanoseconds {
        guard engine.mandateExpires > engine.now else { return .zero }
        let (left, overflow) = engine.mandateExpires.raw.subtractingReportingOverflow(engine.now.raw)
        return Nanoseconds(raw: overflow ? .max : left)
    }
}

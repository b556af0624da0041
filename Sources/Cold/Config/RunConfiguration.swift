import Agents
import Model
import Units

/// Everything one run of the engine is told, typed and checked. Made by `RunConfiguration.load`.
package struct RunConfiguration: Sendable {
    /// Where it was read from.
    package var file: String
    package var mode: RunMode
    package var name: String
    /// Holds the control socket, the latch and the shared memory of the run.
    package var directory: String
    package var venue: VenueSettings
    /// In the order of `InstrumentID`.
    package var instruments: [InstrumentSettings]
    /// In the order of `StrategyID`.
    package var strategies: [StrategySettings]
    package var limits: RiskLimits
    /// Limits that are off, each with the reason written in the file.
    package var unlimited: [UnlimitedLimit]
    package var topology: Topology
    /// The topology preset's name; `nil` where the runners were written out.
    package var topologyPreset: String?
    package var timeouts: TimeoutSettings
    /// Part of the expected balance by which the venue's may differ, basis points.
    package var reconcileToleranceBps: Int32
    /// Age by receive time at which the whole feed counts as stale.
    package var feedStaleAfter: Nanoseconds
    package var journal: JournalSettings
    package var controlSocket: String
    /// What was changed from the file: mode and value overrides. To be journalled.
    package var notes: [String]
    /// Built-in ceilings that hold; `nil` where the file names none.
    package var preset: Preset?
    /// Who answers for the run; `nil` where the file names nobody.
    package var `operator`: OperatorSettings?
    /// `nil` where the file says nothing about alerts.
    package var alerts: AlertSettings?
    /// For tests, by `engine --guard-syscalls` and by no file: the hot threads' system calls are trapped and counted.
    package var countsSyscalls = false

    /// The latch file: present means that no order link may be opened.
    package var latchFile: String { directory + "/kill.latch" }
    /// The open incident's file: what the last SAFE or HALT was, until a mandate is confirmed after it.
    package var incidentFile: String { directory + "/incident" }
    /// What was confirmed last; beside the journal.
    package var approvalFile: String { journal.directory + "/approved.txt" }
    /// The engine's heartbeat page, shared with the guard.
    package var heartbeatFile: String { directory + "/heartbeat.shm" }
    /// The journal ring that outlives a crash of the process.
    package var journalRingFile: String { directory + "/journal.shm" }
}

/// A server: `wss://host:port/path` or `https://host:port`.
package struct Endpoint: Sendable, Equatable {
    package var url: String
    package var host: String
    package var port: UInt16
    /// With its leading slash; `/` where the URL has none.
    package var path: String
}

package struct VenueSettings: Sendable {
    /// One of the names of the catalogue.
    package var kind: String
    package var marketData: Endpoint
    package var orders: Endpoint
    package var rest: Endpoint
    /// PEM file of the authorities to trust; `nil` means the system's.
    package var caFile: String?
    /// `nil` where the file names no account: a run that can never send.
    package var account: AccountSettings?
    package var clientIDPrefix: String
    /// Our own TLS record layer on both links, instead of OpenSSL's.
    package var ownsTLSRecords: Bool
    /// A second feed of the same market; `nil`: none.
    package var secondaryFeed: SecondaryFeedSettings?
    /// Further servers for orders and REST, in the order in which they are tried.
    package var failover: [FailoverSettings]
    /// Failed attempts in a row after which the next of them is tried.
    package var failoverAfter: Int
    /// How the venue's dead-man's switch is used; `nil` where the file does not ask for it.
    package var cancelSwitch: CancelSwitchRule?
    /// Assets other than an instrument's own that fees may be taken in, by name.
    package var feeAssets: [FeeAsset] = []
}

/// What one unit of an asset counts as where a fee is taken in it, in the run's quote asset.
package struct FeeAsset: Sendable, Equatable {
    package var name: String
    package var price: Price
    package init(name: String, price: Price) {
        self.name = name
        self.price = price
    }
}

/// How requests are signed.
package enum SigningMethod: String, Sendable { case ed25519, hmac }

/// The names of environment variables, never their values.
package struct AccountSettings: Sendable {
    package var apiKeyVariable: String
    package var method: SigningMethod
    /// The variable with the Ed25519 private key (PEM) or the HMAC secret.
    package var keyVariable: String
    /// The account's own number at the venue; `nil` where the file names none.
    package var number: UInt64?
}

package struct InstrumentSettings: Sendable {
    package var symbol: String
    package var base: String
    package var quote: String
    /// `nil`: asked of the venue at start.
    package var rules: InstrumentRules?
    /// `nil`: the run's limits.
    package var limits: InstrumentLimits?
}

package struct InstrumentRules: Sendable {
    package var tickSize: Price
    package var lotSize: Quantity
    package var minQuantity: Quantity
    package var maxQuantity: Quantity
    package var minNotional: Notional
}

package struct StrategySettings: Sendable {
    package var name: String
    /// Its intents are judged and recorded, never sent.
    package var isShadow = false
    package var instrument: InstrumentID
    /// Sorted by name.
    package var parameters: [StrategyParameter]

    /// The value of a parameter: at scale 8, or nanoseconds for a duration; `nil` when not given.
    package subscript(name: String) -> Int64? { parameters.first { $0.name == name }?.raw }
}

package struct StrategyParameter: Sendable, Equatable {
    package enum Kind: String, Sendable { case decimal, duration }
    package var name: String
    package var kind: Kind
    /// The decimal at scale 8, or nanoseconds.
    package var raw: Int64
}

/// What a strategy accepts; from whoever knows the strategies.
package struct ParameterRule: Sendable {
    package var name: String
    package var kind: StrategyParameter.Kind
    package var isRequired: Bool
    package init(_ name: String, _ kind: StrategyParameter.Kind, isRequired: Bool = true) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
    }
}

/// The venues and strategies that exist, from whoever knows them; for validation.
package struct RunCatalogue: Sendable {
    package var venues: [String]
    package var strategies: [String]
    /// The parameters of a strategy; `nil` when there is no such strategy.
    package var parameters: @Sendable (String) -> [ParameterRule]?
    /// The periods that a venue's dead-man's switch takes; a venue that is not named has none.
    package var switches: [String: ClosedRange<Nanoseconds>] = [:]
    package init(
        venues: [String], strategies: [String], parameters: @escaping @Sendable (String) -> [ParameterRule]?
    ) {
        self.venues = venues
        self.strategies = strategies
        self.parameters = parameters
    }
}

package struct UnlimitedLimit: Sendable, Equatable {
    package var name: String
    package var reason: String
}

package struct TimeoutSettings: Sendable {
    /// A request without an answer for this long makes its order `unknown`; for each kind where it is not said of that.
    package var request: Nanoseconds
    package var place: Nanoseconds
    package var cancel: Nanoseconds
    package var amend: Nanoseconds
    /// Before a cancel is tried again, the longest such pause, and how often until a person is called.
    package var retry = Nanoseconds(milliseconds: 100)
    package var retryMax = Nanoseconds(seconds: 5)
    package var cancelTries = 6
    /// Between the first two look-ups of an unknown order; each further pause is twice as long, up to `queryMax`.
    package var query: Nanoseconds
    package var queryMax: Nanoseconds
    /// An order unknown for longer leads to SAFE and may be resolved by a person.
    package var unknown: Nanoseconds
    /// How often the engine beats.
    package var heartbeat: Nanoseconds
    /// Silence after which the guard cancels everything.
    package var guardSilence: Nanoseconds
}

package struct JournalSettings: Sendable {
    package var directory: String
    /// A segment is closed at this size.
    package var segmentBytes: Int64
    /// Longest time written records wait for `fdatasync`.
    package var syncInterval: Nanoseconds
}

import Core
import VenueKit

/// What a run needs of its venue: made by the roster for the venue that the configuration names, so that nothing else has
/// to know which one it is.
protocol VenueMachines {
    /// Requests and answers of the venue's REST side; for the cold side and the guard.
    func rest() throws -> any RestAdapter

    /// Makes the adapters of the hot side and starts its threads. With `isLatched` the order link stays closed until the
    /// latch is removed. `session` is of the journal's identity.
    func start(core: CoreConfiguration, strategies: Roster.Strategies, session: UInt64, isLatched: Bool) throws -> HotAssembly.Rings
}

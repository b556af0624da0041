import Dispatch
import Synchronization
import Units

/// Carries one alert at a time on a queue of its own, so that whoever raises one never waits for a program, a disk or a
/// socket. The owner's thread hands over and asks; one owner.
final class AlertCourier: Sendable {
    private enum Load: Sendable {
        case none
        case underWay
        /// Why not, or `nil`.
        case done(String?)
    }

    private let outlet: AlertOutlet
    private let timeout: Nanoseconds
    private let queue = DispatchQueue(label: "alerts")
    private let load = Mutex(Load.none)
    /// Empty while nothing is under way.
    let underWay = DispatchGroup()

    init(_ outlet: AlertOutlet, timeout: Nanoseconds) {
        self.outlet = outlet
        self.timeout = timeout
    }

    /// Sets off with it; the one before must have been asked for.
    func carry(_ text: String) {
        load.withLock { $0 = .underWay }
        queue.async(group: underWay) { [self] in
            let failure = outlet.deliver(text, timeout: timeout)
            load.withLock { $0 = .done(failure) }
        }
    }

    /// What became of it: `nil` while it is under way, else why it failed, or `.some(nil)`.
    func outcome() -> String?? {
        load.withLock { load in
            guard case .done(let failure) = load else { return nil }
            load = .none
            return .some(failure)
        }
    }
}

import Gateway
import Matching
import Model
import StrategyKit
import Units
import VenueKit

/// The venue's servers for orders: one account behind both. Which one is dialled is the live link's own rule, which begins
/// anew with each process.
struct OrderServers {
    let count: Int
    var failover: ServerFailover
    /// The first server takes no connection.
    var firstClosedUntil = Nanoseconds.zero

    init(count: Int) {
        self.count = count
        failover = Self.rule(count)
    }

    mutating func begin() { failover = Self.rule(count) }

    private static func rule(_ count: Int) -> ServerFailover { ServerFailover(venue: VenueID(0), count: count, limit: 3) }

    /// The seed's own choice, by no stream of chance that anything else draws from.
    static func isDrawn(seed: UInt64) -> Bool {
        var random = SeededRandom(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x5E17)
        return random.next() % 3 == 0
    }
}

extension World where Market: ~Copyable, Orders: ~Copyable {
    /// Whether the server that is dialled refuses.
    var isServerClosed: Bool { servers.failover.current == 0 && now < servers.firstClosedUntil }

    /// As the live driver at its turn: the old connection ends first, which the core is told before anything else.
    func heedServers() {
        guard process != nil, servers.failover.mustClose(at: now) else { return }
        if orderLink.isOpen { return linkCloses(.orders, orderLink.number) }
        guard let change = servers.failover.take(at: now) else { return }
        orderLink.failures = 0
        heap.schedule(.linkOpens(.orders, life: life), at: now + Nanoseconds(milliseconds: 1))
        step(.source(change))
    }

    /// What the live driver reads from what the core decides.
    func heedServers(_ output: Output) {
        switch output {
        case .command(let result):
            if result.command.kind == .failover, result.accepted { servers.failover.asked(for: result.command.value, at: now) }
        case .state(let change): if change.trip == .errorsInRow { servers.failover.breakerOpened(at: now) }
        default: break
        }
    }

    func serverFaults() {
        if strikes(.firstServerGone) {
            servers.firstClosedUntil = now + faults.pause(40)
            if isServerClosed { linkCloses(.orders, orderLink.number) }
        }
        if strikes(.failoverAsked) {
            let command = Command(
                kind: .failover, operatorID: 1, hash: 0, lifetime: .zero, value: Int64(faults.dice.next() % 3))
            heap.schedule(.operatorSays(life: life, command), at: now)
        }
    }
}

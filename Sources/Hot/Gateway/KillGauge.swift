import Model
import Rings
import Transport
import Units

/// What the trade thread shows of kills, as indices into its board. Written by that thread only, `kills` last.
public enum KillGauge: Int, CaseIterable, Sendable {
    /// Kills carried out, those of a halted engine too.
    case kills
    /// Of the last one that found the engine not halted. When it was asked for, engine clock; 0 where that is not known.
    case asked
    /// When the trade thread took it up.
    case taken
    /// When its last cancel had been given to the kernel; 0 while it waits behind an earlier send, or where none could leave.
    case safe
    /// Cancels that it sent, and orders that were unsettled before it.
    case cancels
    case orders
    /// How often a kill's last cancel left.
    case made

    public static func board() -> GaugeBoard { GaugeBoard(count: allCases.count) }
}

extension GaugeBoard {
    func show(_ value: Int64, _ gauge: KillGauge) { show(value, at: gauge.rawValue) }
    public func read(_ gauge: KillGauge) -> Int64 { read(gauge.rawValue) }
}

/// Stamps kills on the trade thread: from the command to the moment its last cancel left. Never allocates after `init`.
struct KillStamps: ~Copyable {
    private let board: GaugeBoard
    private var kills: Int64 = 0
    private var made: Int64 = 0
    /// The last cancel's frame waits behind an earlier send.
    private var isPending = false

    init(_ board: GaugeBoard) { self.board = board }

    /// A kill was carried out. `wasHalted`: it changed nothing. `link`: what the order link did with the last cancel.
    mutating func took(
        _ command: Command, wasHalted: Bool, at taken: Nanoseconds, orders: Int, cancels: Int, link: LinkStamps?, now: Nanoseconds
    ) {
        kills += 1
        if !wasHalted {
            board.show(command.value, .asked)
            board.show(taken.raw, .taken)
            board.show(0, .safe)
            board.show(Int64(cancels), .cancels)
            board.show(Int64(orders), .orders)
            isPending = cancels > 0
            settle(link, now: now)
        }
        board.show(kills, .kills)
    }

    /// Once a turn: whether what waited has left.
    mutating func settle(_ link: LinkStamps?, now: Nanoseconds) {
        guard isPending else { return }
        if let link, link.submitted < link.sealed { return }
        isPending = false
        made += 1
        board.show(now.raw, .safe)
        board.show(made, .made)
    }

    var isWaiting: Bool { isPending }
}

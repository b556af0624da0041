import Memory
import Model

/// The unsettled orders in the order they were added: all of them, those of each instrument and of each strategy. Each
/// is a chain through the slots, so that adding and taking out cost the same however many there are.
public struct ActiveLists: ~Copyable {
    /// Which of a slot's three chains.
    @usableFromInline enum Lane: Int { case all = 0, strategy = 1, instrument = 2 }
    @usableFromInline struct Ends: BitwiseCopyable {
        @usableFromInline var first: Int32 = -1
        @usableFromInline var last: Int32 = -1
    }
    @usableFromInline struct Link: BitwiseCopyable {
        @usableFromInline var next: Int32 = -1
        @usableFromInline var previous: Int32 = -1
    }
    /// The list of all, then one for each strategy id, then one for each instrument.
    @usableFromInline var ends: Slab<Ends>
    /// Three for each slot.
    @usableFromInline var links: Slab<Link>
    @usableFromInline var count = 0

    init(capacity: Int, instruments: Int) {
        ends = Slab(repeating: Ends(), count: 257 + instruments)
        links = Slab(repeating: Link(), count: capacity * 3)
    }

    @inlinable static func list(of strategy: StrategyID) -> Int { 1 + Int(strategy.raw) }
    @inlinable static func list(of instrument: InstrumentID) -> Int { 257 + instrument.index }

    @inlinable func first(_ list: Int) -> Int? {
        let slot = ends[list].first
        return slot < 0 ? nil : Int(slot)
    }
    @inlinable func next(_ slot: Int, _ lane: Lane) -> Int? {
        let next = links[slot * 3 + lane.rawValue].next
        return next < 0 ? nil : Int(next)
    }

    @inlinable func last(_ list: Int) -> Int? {
        let slot = ends[list].last
        return slot < 0 ? nil : Int(slot)
    }
    @inlinable func previous(_ slot: Int, _ lane: Lane) -> Int? {
        let previous = links[slot * 3 + lane.rawValue].previous
        return previous < 0 ? nil : Int(previous)
    }

    mutating func append(_ slot: Int, _ instrument: InstrumentID, _ strategy: StrategyID) {
        count += 1
        append(slot, 0, .all)
        append(slot, Self.list(of: strategy), .strategy)
        append(slot, Self.list(of: instrument), .instrument)
    }

    mutating func remove(_ slot: Int, _ instrument: InstrumentID, _ strategy: StrategyID) {
        count -= 1
        remove(slot, 0, .all)
        remove(slot, Self.list(of: strategy), .strategy)
        remove(slot, Self.list(of: instrument), .instrument)
    }

    @inline(__always) private mutating func append(_ slot: Int, _ list: Int, _ lane: Lane) {
        let last = ends[list].last
        links[slot * 3 + lane.rawValue] = Link(next: -1, previous: last)
        let new = Int32(truncatingIfNeeded: slot)
        ends[list].last = new
        if last < 0 { ends[list].first = new } else { links[Int(last) * 3 + lane.rawValue].next = new }
    }

    /// The slot's own link stays, for whoever stands on it.
    @inline(__always) private mutating func remove(_ slot: Int, _ list: Int, _ lane: Lane) {
        let link = links[slot * 3 + lane.rawValue]
        if link.previous < 0 { ends[list].first = link.next } else { links[Int(link.previous) * 3 + lane.rawValue].next = link.next }
        if link.next < 0 { ends[list].last = link.previous } else { links[Int(link.next) * 3 + lane.rawValue].previous = link.previous }
    }
}

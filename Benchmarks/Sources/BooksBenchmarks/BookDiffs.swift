import Books
import Memory
import Model
import Units

/// Diffs of 100 levels on a book of 1,000 a side: near the top, in the order of their prices, as a venue sends them.
public final class BookDiffs {
    private var book = Book(capacity: 4096)
    private var bids: [Changes] = []
    private var asks: [Changes] = []

    /// Noncopyable lists in an array.
    private final class Changes {
        let levels: SlabList<Level>
        init(_ changes: [Level]) {
            var list = SlabList(capacity: changes.count, filler: Level(price: .zero, quantity: .zero))
            for level in changes { list.append(level) }
            levels = list
        }
    }

    public init() {
        var random: UInt64 = 0x9E37_79B9_7F4A_7C15
        func draw(_ bound: UInt64) -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random % bound
        }
        func price(_ side: Side, _ depth: UInt64) -> Price {
            Price(raw: (side == .buy ? 6_000_000 - Int64(depth) : 6_000_001 + Int64(depth)) * 1_000_000)
        }
        for depth in 0..<1000 as Range<UInt64> {
            for side in [Side.buy, .sell] { _ = book.apply(side, price: price(side, depth * 2), quantity: Quantity(raw: 1)) }
        }
        func changes(_ side: Side) -> Changes {
            var depths = Set<UInt64>()
            while depths.count < 50 { depths.insert(draw(20) * draw(20)) }
            return Changes(depths.sorted().map { Level(price: price(side, $0), quantity: Quantity(raw: Int64(draw(3)))) })
        }
        for _ in 0..<64 {
            bids.append(changes(.buy))
            asks.append(changes(.sell))
        }
    }

    public func apply(_ call: Int) {
        let isTaken = book.apply(.buy, bids[call & 63].levels) && book.apply(.sell, asks[call & 63].levels)
        precondition(isTaken, "a level was refused")
    }

    public var levels: Int { book.bids.count }
}

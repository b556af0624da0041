import Books
import Units

/// One decoded market message; the levels of a diff or snapshot are in the decoder's lists.
struct MarketMessage: BitwiseCopyable, Equatable {
    enum Kind: UInt8 { case none, depth, ticker, trade, shutdown, controlError }
    var kind: Kind = .none
    /// Row in the symbol table.
    var row = -1
    var eventTime: Int64 = 0
    var firstUpdate: Int64 = 0
    var lastUpdate: Int64 = 0
    var bid = Level(price: .zero, quantity: .zero)
    var ask = Level(price: .zero, quantity: .zero)
    var trade: Int64 = 0
    var buyerIsMaker = false
}

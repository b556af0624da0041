import Model
import Units

/// A price level.
public struct Level: BitwiseCopyable, Sendable, Equatable {
    public var price: Price
    public var quantity: Quantity
    @inlinable public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

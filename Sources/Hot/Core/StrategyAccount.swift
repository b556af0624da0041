import Model
import Orders
import Units

/// What one strategy made, and whether it may propose.
struct StrategyAccount: BitwiseCopyable {
    /// Its own fills alone.
    var position = Position()
    /// Its result when the day began or the engine last went live, scale 8.
    var opening: Int128 = 0
    /// Switched off until a person arms again.
    var isOff = false

    /// Realised plus unrealised minus fees since the start, scale 8. `mark` is zero before the first book.
    func result(at mark: Price) -> Int128 {
        let open = mark.isPositive ? Int128(position.unrealised(at: mark).raw) : 0
        return Int128(position.realised.raw) - Int128(position.fees.raw) + open
    }
}

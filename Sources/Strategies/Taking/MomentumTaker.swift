import Model
import StrategyKit
import Units

/// Takes with immediate-or-cancel orders when others have taken one side for long enough: a decaying sum of signed
/// traded quantity passes a threshold. One order at a time, a pause after each, a budget for the position.
public struct MomentumTaker: Strategy {
    /// Parameters, all required. Quantities at scale 8, times in nanoseconds, ticks as plain counts.
    public static let parameterNames = [
        "orderQuantity", "threshold", "halfLife", "cooldown", "maxInventory", "slippageTicks",
    ]
    public static let codeVersion: UInt32 = 1

    public let instrument: InstrumentID
    public let versionHash: UInt32
    /// Trades alone move it.
    public var nextTimer: Nanoseconds { Nanoseconds(raw: .max) }
    private let orderQuantity: Quantity
    private let threshold: Quantity
    private let halfLife: Nanoseconds
    private let cooldown: Nanoseconds
    private let maxInventory: Quantity
    private let slippageTicks: Int64
    /// Signed traded quantity, raw, halved each `halfLife`.
    private var pressure: Int64 = 0
    private var decayedAt = Nanoseconds.zero
    private var nextAt = Nanoseconds.zero

    /// From named raw values; an unknown, missing or impossible one is refused.
    public init(instrument: InstrumentID, parameters: [String: Int64]) throws(ParameterError) {
        let reader = try ParameterReader(parameters, names: Self.parameterNames)
        self.instrument = instrument
        orderQuantity = Quantity(raw: try reader.value("orderQuantity", in: 1...ParameterReader.quantityMax))
        threshold = Quantity(raw: try reader.value("threshold", in: 1...ParameterReader.quantityMax))
        halfLife = Nanoseconds(raw: try reader.value("halfLife", in: 1...ParameterReader.durationMax))
        cooldown = Nanoseconds(raw: try reader.value("cooldown", in: 0...ParameterReader.durationMax))
        maxInventory = Quantity(raw: try reader.value("maxInventory", in: 1...ParameterReader.quantityMax))
        slippageTicks = try reader.value("slippageTicks", in: 0...ParameterReader.ticksMax)
        versionHash = strategyVersionHash(
            code: Self.codeVersion,
            [orderQuantity.raw, threshold.raw, halfLife.raw, cooldown.raw, maxInventory.raw, slippageTicks])
    }

    public mutating func onStart(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        pressure = 0
        decayedAt = context.now
        nextAt = context.now + cooldown
    }

    public mutating func onTrade(
        _ trade: PublicTrade, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer
    ) {
        decay(to: context.now)
        let signed = trade.aggressor == .buy ? trade.quantity.raw : 0 - trade.quantity.raw
        let (sum, overflow) = pressure.addingReportingOverflow(signed)
        pressure = overflow ? 0 : sum
        take(context, &intents)
    }

    /// Whole half-lives only, so that the same inputs give the same sum.
    private mutating func decay(to now: Nanoseconds) {
        let halves = (now - decayedAt).raw / halfLife.raw
        guard halves > 0 else { return }
        pressure = halves > 62 ? 0 : pressure / (1 << halves)
        decayedAt = decayedAt + Nanoseconds(raw: halves * halfLife.raw)
    }

    private mutating func take(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        guard context.hasTop, context.orderCount == 0, context.now >= nextAt,
            pressure.magnitude >= threshold.raw.magnitude
        else { return }
        let side: Side = pressure > 0 ? .buy : .sell
        let inventory = side == .buy ? Int128(context.position.raw) : 0 - Int128(context.position.raw)
        guard inventory + Int128(orderQuantity.raw) <= Int128(maxInventory.raw) else { return }
        let slip = Int128(context.instrument.tickSize.raw) * Int128(slippageTicks)
        let limit = side == .buy
            ? Int128(context.top.askPrice.raw) + slip : Int128(context.top.bidPrice.raw) - slip
        guard limit > 0, let raw = Int64(exactly: limit) else { return }
        if intents.place(side, .immediateOrCancel, price: Price(raw: raw), quantity: orderQuantity) {
            pressure = 0
            nextAt = context.now + cooldown
        }
    }
}

/// The risk gate's answer. Declared in order of precedence: the first rule that refuses names the verdict. Raw values
/// are journalled.
public enum RiskVerdict: UInt16, Sendable, BitwiseCopyable, CaseIterable {
    case passed = 0
    case killed = 1
    case notLive = 2
    case reduceOnly = 3
    case instrumentNotAllowed = 4
    case noMarketData = 5
    case staleMarketData = 6
    case linkDown = 7
    case invalidPrice = 8
    case invalidQuantity = 9
    case belowMinNotional = 10
    case orderSize = 11
    case orderNotional = 12
    case priceCollar = 13
    case openOrders = 14
    case position = 15
    case orderRate = 16
    case dailyLoss = 17
    case unknownOrders = 18
    case capacity = 19

    public var name: String {
        switch self {
        case .passed: return "PASSED"
        case .killed: return "KILLED"
        case .notLive: return "NOT_LIVE"
        case .reduceOnly: return "REDUCE_ONLY"
        case .instrumentNotAllowed: return "INSTRUMENT_NOT_ALLOWED"
        case .noMarketData: return "NO_MARKET_DATA"
        case .staleMarketData: return "STALE_MARKET_DATA"
        case .linkDown: return "LINK_DOWN"
        case .invalidPrice: return "INVALID_PRICE"
        case .invalidQuantity: return "INVALID_QUANTITY"
        case .belowMinNotional: return "BELOW_MIN_NOTIONAL"
        case .orderSize: return "MAX_ORDER_SIZE"
        case .orderNotional: return "MAX_ORDER_NOTIONAL"
        case .priceCollar: return "PRICE_COLLAR"
        case .openOrders: return "MAX_OPEN_ORDERS"
        case .position: return "MAX_POSITION"
        case .orderRate: return "ORDER_RATE"
        case .dailyLoss: return "DAILY_LOSS"
        case .unknownOrders: return "UNKNOWN_ORDERS"
        case .capacity: return "CAPACITY"
        }
    }
}

import Units

/// Limits of one instrument and of the run; every field is required in the configuration.
public struct RiskLimits: BitwiseCopyable, Sendable {
    public var maxOrderQuantity: Quantity
    public var maxOrderNotional: Notional
    /// Absolute position including open and unknown orders at their worst case.
    public var maxPosition: Quantity
    public var maxOpenOrders: Int32
    /// Largest distance of a limit price from the current mid, in basis points.
    public var priceCollarBps: Int32
    /// Oldest market data (by receive time) an order may be based on.
    public var maxDataAge: Nanoseconds
    public var maxOrdersPerSecond: Int32
    public var maxOrdersPerMinute: Int32
    /// Loss (realised plus unrealised plus fees) since the start of the run's day at which the engine halts.
    public var maxDailyLoss: Notional

    public init(
        maxOrderQuantity: Quantity, maxOrderNotional: Notional, maxPosition: Quantity, maxOpenOrders: Int32,
        priceCollarBps: Int32, maxDataAge: Nanoseconds, maxOrdersPerSecond: Int32, maxOrdersPerMinute: Int32,
        maxDailyLoss: Notional
    ) {
        self.maxOrderQuantity = maxOrderQuantity
        self.maxOrderNotional = maxOrderNotional
        self.maxPosition = maxPosition
        self.maxOpenOrders = maxOpenOrders
        self.priceCollarBps = priceCollarBps
        self.maxDataAge = maxDataAge
        self.maxOrdersPerSecond = maxOrdersPerSecond
        self.maxOrdersPerMinute = maxOrdersPerMinute
        self.maxDailyLoss = maxDailyLoss
    }
}

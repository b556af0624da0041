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
    /// The market data are in doubt (SUSPECT) or given up (DEAD).
    case feedHealth = 70
    /// The market data are QUIET, and older than is allowed then.
    case quietMarketData = 71
    /// Too old by the venue's own time, or that cannot be known.
    case venueDataAge = 72
    case linkDown = 7
    /// A fill of the instrument is not yet confirmed by the venue's balance.
    case dirtyPosition = 20
    /// The instrument was not compared with the venue's account for too long.
    case unreconciled = 160
    /// The strategy was switched off, by itself or by a person.
    case strategyOff = 21
    /// The instrument is blocked, by a person or by its stop loss or take profit.
    case instrumentBlocked = 50
    /// Not within the instrument's hours.
    case outsideWindow = 41
    /// The price moved too far in the last seconds.
    case volatility = 30
    /// The venue answered too slowly.
    case latency = 31
    /// The last confirmed refresh of the venue's dead-man's switch is too old.
    case cancelSwitch = 100
    /// The order to amend cannot be: executed in part, already being changed, or not changed at all.
    case notAmendable = 62
    case invalidPrice = 8
    case invalidQuantity = 9
    case belowMinNotional = 10
    /// Against the venue's percent-price rule.
    case percentPrice = 42
    case orderSize = 11
    /// Larger than the run's drawdown allows for now.
    case drawdownThrottle = 32
    case orderNotional = 12
    case priceCollar = 13
    /// Too far from what others said the price has been, or nobody said anything.
    case priceDrift = 43
    /// Would take further through the book than the slippage bound.
    case slippage = 22
    /// Would trade with a resting order of ours.
    case selfTrade = 23
    case openOrders = 14
    case position = 15
    case netExposure = 24
    case grossExposure = 25
    case portfolioNet = 26
    case portfolioGross = 27
    /// The account cannot pay for it, or its balance is not known.
    case insufficientBalance = 40
    case orderRate = 16
    /// Requests about the instrument, less the share kept for cancels.
    case instrumentRate = 44
    /// Requests of all kinds, less the share kept for cancels.
    case messageRate = 28
    /// The venue asked to be left alone for a while.
    case held = 60
    /// The venue's own count of weight or orders, less the share kept for cancels.
    case venueRate = 61
    case identicalOrders = 29
    /// Too many orders for what was executed.
    case orderToTrade = 45
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
        case .feedHealth: return "FEED_HEALTH"
        case .quietMarketData: return "QUIET_MARKET_DATA"
        case .venueDataAge: return "VENUE_DATA_AGE"
        case .linkDown: return "LINK_DOWN"
        case .dirtyPosition: return "DIRTY_POSITION"
        case .unreconciled: return "UNRECONCILED"
        case .strategyOff: return "STRATEGY_OFF"
        case .outsideWindow: return "OUTSIDE_WINDOW"
        case .instrumentBlocked: return "INSTRUMENT_BLOCKED"
        case .volatility: return "VOLATILITY"
        case .latency: return "LATENCY"
        case .cancelSwitch: return "CANCEL_SWITCH"
        case .notAmendable: return "NOT_AMENDABLE"
        case .invalidPrice: return "INVALID_PRICE"
        case .invalidQuantity: return "INVALID_QUANTITY"
        case .belowMinNotional: return "BELOW_MIN_NOTIONAL"
        case .percentPrice: return "PERCENT_PRICE"
        case .orderSize: return "MAX_ORDER_SIZE"
        case .drawdownThrottle: return "DRAWDOWN_THROTTLE"
        case .orderNotional: return "MAX_ORDER_NOTIONAL"
        case .priceCollar: return "PRICE_COLLAR"
        case .priceDrift: return "PRICE_DRIFT"
        case .slippage: return "SLIPPAGE"
        case .selfTrade: return "SELF_TRADE"
        case .openOrders: return "MAX_OPEN_ORDERS"
        case .position: return "MAX_POSITION"
        case .netExposure: return "NET_EXPOSURE"
        case .grossExposure: return "GROSS_EXPOSURE"
        case .portfolioNet: return "PORTFOLIO_NET"
        case .portfolioGross: return "PORTFOLIO_GROSS"
        case .insufficientBalance: return "INSUFFICIENT_BALANCE"
        case .orderRate: return "ORDER_RATE"
        case .instrumentRate: return "INSTRUMENT_RATE"
        case .messageRate: return "MESSAGE_RATE"
        case .held: return "HELD_BY_VENUE"
        case .venueRate: return "VENUE_RATE"
        case .identicalOrders: return "IDENTICAL_ORDERS"
        case .orderToTrade: return "ORDER_TO_TRADE"
        case .dailyLoss: return "DAILY_LOSS"
        case .unknownOrders: return "UNKNOWN_ORDERS"
        case .capacity: return "CAPACITY"
        }
    }
}

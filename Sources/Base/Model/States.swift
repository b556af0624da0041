/// What the run may do with orders. Raw values are journalled.
public enum RunMode: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case live = 1
    /// Live data, decisions, nothing sent.
    case shadow = 2
    /// Live data, simulated venue inside the process.
    case dryRun = 3
    case backtest = 4
    case replay = 5

    public var name: String {
        switch self {
        case .live: return "LIVE"
        case .shadow: return "SHADOW"
        case .dryRun: return "DRY_RUN"
        case .backtest: return "BACKTEST"
        case .replay: return "REPLAY"
        }
    }
}

/// What the engine as a whole may do now. Every start begins `disarmed`; every stop is sticky. Raw values are journalled.
public enum SystemState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case disarmed = 1
    /// A mandate was named and its hash shown; nothing may be sent.
    case staged = 2
    /// Armed for a limited time, waiting for the hash to be confirmed; nothing may be sent.
    case armed = 3
    case live = 4
    /// Only orders that reduce the position.
    case reducing = 5
    /// In doubt: all cancelled, no new order; a person must re-arm.
    case safe = 6
    /// Kill or breach: all cancelled, the latch is set.
    case halted = 7

    public var name: String {
        switch self {
        case .disarmed: return "DISARMED"
        case .staged: return "STAGED"
        case .armed: return "ARMED"
        case .live: return "LIVE"
        case .reducing: return "REDUCING"
        case .safe: return "SAFE"
        case .halted: return "HALTED"
        }
    }
}

/// Life of one order. Raw values are journalled.
public enum OrderState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case created = 1
    case riskRejected = 2
    case pendingNew = 3
    case open = 4
    case partiallyFilled = 5
    case pendingCancel = 6
    case pendingAmend = 7
    /// The venue may or may not have it; counted at its worst case, never resent, looked up by client id.
    case unknown = 8
    case filled = 9
    case cancelled = 10
    case rejected = 11
    case expired = 12
    /// Proved never to have reached the venue's book.
    case failed = 13

    public var isTerminal: Bool {
        switch self {
        case .riskRejected, .filled, .cancelled, .rejected, .expired, .failed: return true
        case .created, .pendingNew, .open, .partiallyFilled, .pendingCancel, .pendingAmend, .unknown: return false
        }
    }
}

/// Stable error taxonomy; journalled and shown by name.
public enum ErrorCode: UInt16, Sendable, BitwiseCopyable, CaseIterable {
    case none = 0
    case marketDataStale = 1
    case wsStale = 2
    case insufficientBalance = 3
    case orderRejected = 4
    case rateLimited = 5
    case orderRateLimitBreach = 6
    case venueUnavailable = 7
    case invalidOrder = 8
    case riskBlocked = 9
    case fillSeqGap = 10
    case positionMismatch = 11
    case flipflopDetected = 12
    case safeMode = 13
    /// The venue does not know the order (cancel or query).
    case unknownOrder = 14
    /// Key, signature or permission refused.
    case authentication = 15
    /// The request's time was outside the venue's window.
    case clockSkew = 16
    /// The market data are in doubt by more than one kind of evidence.
    case feedHealth = 70
    /// A strategy lost too much, fell too far, was refused too often, or traded too far from its decisions.
    case strategyLoss = 50
    case strategyDrawdown = 51
    case strategyRejects = 52
    case strategySlippage = 53
    /// A position's result reached its bound: it is closed and its instrument blocked.
    case stopLoss = 54
    case takeProfit = 55
    /// A position could not be closed within its time.
    case cannotFlatten = 56
    /// A thread has not turned for too long.
    case threadStalled = 57
    /// The price moved too far in the last seconds.
    case volatilityHalt = 58
    /// The book says that a limit of loss is reached; public trades do not say so, or nothing.
    case priceUnconfirmed = 59
    /// Orders of one intent add up to more than the intent.
    case conservationBreach = 60
    /// Another feed or another server of the venue is used from now on.
    case sourceSwitched = 90
    /// The first source keeps failing and coming back: the second one stays for now.
    case sourceFlapping = 91
    /// The venue's dead-man's switch was not refreshed in time.
    case cancelSwitch = 100
    /// An order rests although its cancel was tried again and again.
    case cannotCancel = 101
    /// Orders were taken back because a limit was lowered below what rested.
    case limitLowered = 125
    /// Orders and positions were not compared with the venue's account for too long.
    case unreconciled = 160
    /// A fee was taken in an asset that has no price here: results are no longer known.
    case feeUnpriced = 175

    public var name: String {
        switch self {
        case .none: return "NONE"
        case .marketDataStale: return "MARKET_DATA_STALE"
        case .wsStale: return "WS_STALE"
        case .insufficientBalance: return "INSUFFICIENT_BALANCE"
        case .orderRejected: return "ORDER_REJECTED"
        case .rateLimited: return "RATE_LIMITED"
        case .orderRateLimitBreach: return "ORDER_RATE_LIMIT_BREACH"
        case .venueUnavailable: return "VENUE_UNAVAILABLE"
        case .invalidOrder: return "INVALID_ORDER"
        case .riskBlocked: return "RISK_BLOCKED"
        case .fillSeqGap: return "FILL_SEQ_GAP"
        case .positionMismatch: return "POSITION_MISMATCH"
        case .flipflopDetected: return "FLIPFLOP_DETECTED"
        case .safeMode: return "SAFE_MODE"
        case .unknownOrder: return "UNKNOWN_ORDER"
        case .authentication: return "AUTHENTICATION"
        case .clockSkew: return "CLOCK_SKEW"
        case .feedHealth: return "FEED_HEALTH"
        case .strategyLoss: return "STRATEGY_LOSS"
        case .strategyDrawdown: return "STRATEGY_DRAWDOWN"
        case .strategyRejects: return "STRATEGY_REJECTS"
        case .strategySlippage: return "STRATEGY_SLIPPAGE"
        case .stopLoss: return "STOP_LOSS"
        case .takeProfit: return "TAKE_PROFIT"
        case .cannotFlatten: return "CANNOT_FLATTEN"
        case .threadStalled: return "THREAD_STALLED"
        case .volatilityHalt: return "VOLATILITY_HALT"
        case .priceUnconfirmed: return "PRICE_UNCONFIRMED"
        case .conservationBreach: return "CONSERVATION_BREACH"
        case .sourceSwitched: return "SOURCE_SWITCHED"
        case .sourceFlapping: return "SOURCE_FLAPPING"
        case .cancelSwitch: return "CANCEL_SWITCH"
        case .cannotCancel: return "CANNOT_CANCEL"
        case .limitLowered: return "LIMIT_LOWERED"
        case .unreconciled: return "UNRECONCILED"
        case .feeUnpriced: return "FEE_UNPRICED"
        }
    }
}

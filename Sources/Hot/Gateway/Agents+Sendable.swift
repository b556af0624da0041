import StrategyKit
import VenueKit

// An agent is made on the cold side and moves, whole, into the one thread that steps it; nothing of it stays behind. Its
// rings' ends are the only parts that reach across, and they are made for it.

extension FeedIOAgent: @unchecked Sendable {}
extension FeedParseAgent: @unchecked Sendable where Adapter: ~Copyable {}
extension TradeAgent: @unchecked Sendable where Route: ~Copyable {}

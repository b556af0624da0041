/// How long the risk gate takes, for whoever measures a live engine. The core decides nothing by it: without a counter, as in
/// every replay, it reads nothing and the decisions are the same.
public struct GateMeter: Sendable {
    /// Reads a processor's counter; `nil` measures nothing.
    public var counter: (@convention(c) () -> UInt64)?
    /// Ticks spent in the gate, and orders judged, since both were last taken.
    public private(set) var spent: UInt64 = 0
    public private(set) var judged: UInt32 = 0

    init() {}

    func read() -> UInt64 {
        guard let counter else { return 0 }
        // The compiler's proof cannot see through a pointer; what it leads to reads one register.
        return unsafe _unsafePerformance { counter() }
    }

    mutating func note(since began: UInt64) {
        guard counter != nil else { return }
        spent &+= read() &- began
        judged &+= 1
    }

    mutating func reset() { (spent, judged) = (0, 0) }
}

extension TradingCore {
    /// What the gate took since the last call, in ticks, and for how many orders.
    public mutating func takeGateTime() -> (spent: UInt64, judged: UInt32) {
        defer { gateMeter.reset() }
        return (gateMeter.spent, gateMeter.judged)
    }
}

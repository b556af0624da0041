import Matching
import Units

/// Every way in which the seeded world may go wrong. Raw values are stable names in reports.
package enum FaultClass: String, Sendable, CaseIterable {
    // Network.
    case slowNetwork, marketCut, orderCut, halfOpenMarket, halfOpenOrders, lostMarketMessage, duplicatedMarketMessage
    case refusedSend
    // The venue's answers.
    case lostRequest, lostReply, lateReply, duplicatedReply, eventBeforeReply, errorAfterAcceptance, errorBeforeAcceptance
    case throttled, rateLimited, staleTimestamp, haltedMarket, ruleChange
    // The venue's private stream.
    case lostFill, lostUpdate, duplicatedEvent, lateEvent, unsolicitedEnd, streamEnded
    // The venue's other word.
    case failedTruth, lateTruth, truthWithoutOrder, truthWithoutBalance, failedSnapshot, frozenStream, maintenance
    // Our own side.
    case processKill, processKillInStep, processStall, diskFull, diskError, tornWrite, diskStall, clockStep
    case strangeCommand
}

/// How often each fault happens in one seed, and how often it did. Each seed draws its own rates; about a third of the
/// classes is switched off in it, so that others are seen alone.
package struct FaultPlan {
    /// By class, how much more or less often than in an ordinary seed; 0 is never.
    private var weights: [Double]
    package private(set) var counts: [Int]
    /// No further fault once false.
    var isOn = true
    private var random: SeededRandom

    init(seed: UInt64, only: Set<FaultClass>? = nil) {
        random = SeededRandom(seed: seed &* 0x9E37_79B9 &+ 0xFA17)
        weights = FaultClass.allCases.map { _ in 0 }
        counts = FaultClass.allCases.map { _ in 0 }
        // A quiet seed, an ordinary one or a stormy one.
        let storm = [0.2, 1.0, 1.0, 3.0][Int(random.next() % 4)]
        for (index, fault) in FaultClass.allCases.enumerated() {
            let isOff = random.unit() < 0.3
            let spread = [0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8][Int(random.next() % 7)]
            if let only, !only.contains(fault) { continue }
            if isOff && only == nil { continue }
            weights[index] = storm * spread
        }
    }

    private static let indices: [FaultClass: Int] = Dictionary(
        uniqueKeysWithValues: FaultClass.allCases.enumerated().map { ($1, $0) })

    /// Whether a fault befalls this message; `chance` is that of an ordinary seed. Counted when it does.
    mutating func strikes(_ fault: FaultClass, _ chance: Double) -> Bool {
        guard isOn else { return false }
        let index = Self.indices[fault]!
        guard weights[index] > 0, random.unit() < chance * weights[index] else { return false }
        counts[index] += 1
        return true
    }

    package func count(_ fault: FaultClass) -> Int { counts[Self.indices[fault]!] }
    package var total: Int { counts.reduce(0, +) }
}

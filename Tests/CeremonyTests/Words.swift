import Model
import Units

/// One thing an operator can type, right or wrong, and the venue's account told anew.
enum Word: Hashable {
    case stage(UInt64), arm(UInt64), confirm(UInt64)
    case disarm, stop, kill, flatten, unlatch
    /// A note that says something, and one that does not.
    case incident, shortIncident
    case intent
    /// The newest review with its hash, with another hash, and a review that never was.
    case confirmIntent, confirmIntentWithWrongHash, confirmWrongIntent
    case cancelOrder
    /// The largest order: below any that the desk wants, as configured, and above what is configured.
    case lowerLimit, restoreLimit, raiseLimit
    case strategyOff, strategyOn, instrumentOff, instrumentOn
    /// Another order server: the link goes down there and comes up here. Reconciled it is by the next word only.
    case failover, reconciled
    /// What only the engine may say.
    case recall, stalled

    static let all: [Word] = [
        .stage(1), .stage(2), .arm(1), .arm(2), .confirm(1), .confirm(2), .disarm, .stop, .kill, .flatten, .unlatch, .incident,
        .shortIncident, .intent, .confirmIntent, .confirmIntentWithWrongHash, .confirmWrongIntent, .cancelOrder,
        .lowerLimit, .restoreLimit, .raiseLimit, .strategyOff, .strategyOn, .instrumentOff, .instrumentOn,
        .failover, .reconciled, .recall, .stalled,
    ]

    /// Says it to the core. After a kill the venue is asked again, so that only words stand in the way.
    func say(to desk: inout Desk) {
        let review = desk.review
        switch self {
        case .stage(let hash): desk.command(.stage, hash: hash)
        case .arm(let hash): desk.command(.arm, hash: hash)
        case .confirm(let hash): desk.command(.confirm, hash: hash)
        case .disarm: desk.command(.disarm)
        case .stop: desk.command(.stop)
        case .kill:
            desk.command(.kill)
            desk.reconcile()
        case .flatten: desk.command(.flatten)
        case .unlatch: desk.command(.unlatch)
        case .incident: desk.write("the venue was asked, all is well")
        case .shortIncident: desk.write("ok         ok  ")
        case .intent: desk.ask()
        case .confirmIntent: desk.command(.confirmIntent, hash: review?.hash ?? 7, subject: review?.id ?? 1)
        case .confirmIntentWithWrongHash: desk.command(.confirmIntent, hash: (review?.hash ?? 7) ^ 1, subject: review?.id ?? 1)
        case .confirmWrongIntent: desk.command(.confirmIntent, hash: review?.hash ?? 7, subject: (review?.id ?? 1) + 1)
        case .cancelOrder: desk.command(.cancelOrder, subject: ClientOrderID(run: 7, sequence: 1).word)
        case .lowerLimit: desk.limit(.maxOrderQuantity, to: 1000)
        case .restoreLimit: desk.limit(.maxOrderQuantity, to: fixedPointUnit)
        case .raiseLimit: desk.limit(.maxOrderQuantity, to: 2 * fixedPointUnit)
        case .strategyOff: desk.command(.strategyOff)
        case .strategyOn: desk.command(.strategyOn)
        case .instrumentOff: desk.command(.instrumentOff)
        case .instrumentOn: desk.command(.instrumentOn)
        case .failover: desk.failover()
        case .reconciled: desk.reconcile()
        case .recall: desk.command(.recall)
        case .stalled: desk.command(.stalled)
        }
    }
}

/// The ceremony in a few lines, written down without the core: what has been said since the last word that voids it, and
/// what forbids an order whatever was said.
struct Ceremony: Hashable {
    private var said = 0
    private var hash: UInt64 = 0
    private var (isKilled, isSafe, isReconciled) = (false, false, true)
    /// Somebody still has to write down why.
    private var owesNote = false
    private var isAsked = false
    private var (isStrategyOff, isBlocked, isLow) = (false, false, false)
    /// Somebody has the right to send.
    private(set) var isLive = false
    /// The order that was asked for by hand has left.
    private(set) var hasSentByHand = false
    /// What the strategies want to send leaves at the next tick.
    var maySend: Bool { hasSentByHand || isLive && !isStrategyOff && !isBlocked && !isLow }
    /// Rules with a hole, to prove that the comparison sees it.
    private let forgetsSwitches: Bool

    init(forgetsSwitches: Bool = false) { self.forgetsSwitches = forgetsSwitches }

    private var isDisarmed: Bool { said == 0 && !isKilled && !isSafe && !isLive }

    mutating func hear(_ word: Word) {
        switch word {
        case .kill:
            if !isKilled { owesNote = true }
            (isKilled, isSafe, isReconciled) = (true, false, true)
            (said, isAsked, isLive) = (0, false, false)
        case .unlatch: isKilled = false
        case .disarm, .stop:
            isAsked = false
            if !isKilled { (said, isSafe, isLive) = (0, false, false) }
        case .flatten: isLive = false
        case .incident: owesNote = false
        case .stage(let named): if !isKilled, !isLive, !owesNote { (said, hash, isAsked, isSafe) = (1, named, false, false) }
        case .arm(let named): if said == 1, named == hash { said = 2 }
        case .confirm(let named): if said == 2, named == hash, isReconciled { (said, isLive) = (0, true) }
        case .intent: isAsked = isDisarmed && !owesNote && isReconciled && !isBlocked && !isLow
        case .confirmIntent:
            // Judged again; whatever comes of it, a review is good once.
            if isAsked, isReconciled, !isBlocked, !isLow { (isLive, hasSentByHand) = (true, true) }
            isAsked = false
        case .lowerLimit: isLow = true
        case .restoreLimit, .raiseLimit: if isDisarmed || isSafe { isLow = false }
        case .strategyOff: isStrategyOff = !forgetsSwitches
        case .strategyOn: isStrategyOff = false
        case .instrumentOff: isBlocked = true
        case .instrumentOn: isBlocked = false
        case .failover:
            if isLive { (isLive, isSafe, owesNote) = (false, true, true) }
            isReconciled = false
        case .reconciled: isReconciled = true
        case .shortIncident, .confirmIntentWithWrongHash, .confirmWrongIntent, .cancelOrder, .recall, .stalled: break
        }
    }
}

import Model
import Units

/// Watches the engine from outside with books of its own: what the venue really did, what was told to the core, what left
/// for the wire. It shares no state with the core and asks it nothing but the figures it compares.
struct Checker {
    var violations: [Violation] = []
    let cap: Quantity
    let maxDataAge: Nanoseconds
    /// Of the venue's dead-man's switch; `nil` without one.
    let switchAgeMax: Nanoseconds?
    let began: Nanoseconds
    var now: Nanoseconds

    // Over all lives of the engine.
    var everSent: Set<ClientOrderID> = []
    /// The venue's own executions by their number, whose order each was too: the trade history does not repeat it.
    var venueFills: [UInt64: Fill] = [:]
    /// Their sum, signed.
    var heldAtVenue: Int64 = 0
    /// Those that the engine was told and has to count, once, whichever life was told, and their sum.
    var told: Set<UInt64> = []
    var toldPosition: Int64 = 0
    var day = CheckedDay()

    // Of the present life.
    var run: UInt32 = 0
    /// All that the lives before left was told.
    var isTold = false
    /// The core has taken it, and no order of this life was decided yet.
    var isCarried = false
    var hasOrdered = false
    /// Venue order numbers that the engine has been told together with a client id.
    var numbered: Set<UInt64> = []
    var adopted: Set<ClientOrderID> = []
    /// Of orders taken over: what the venue says was filled, and what of it the engine has, what was before it included.
    var claims: [ClientOrderID: Quantity] = [:]
    var adoptedFilled: [ClientOrderID: Quantity] = [:]
    var states: [ClientOrderID: OrderState] = [:]
    var ordered: [ClientOrderID: NewOrder] = [:]
    /// Sent and not yet at the venue: may still arrive.
    var flying: [ClientOrderID: (order: NewOrder, link: Int, replaces: ClientOrderID)] = [:]
    var passed: Set<ClientOrderID> = []
    var isPermitted = false
    var stagedLifetime = Nanoseconds.zero
    var permittedUntil = Nanoseconds.zero
    var isKilled = false
    var marketUp = false
    var ordersUp = false
    var ordersUpSince = Nanoseconds.zero
    var isReconciled = false
    /// When the last complete snapshot of this life was asked for, and how old it may be where an order leaves.
    var reconciledAt = Nanoseconds(raw: .min / 2)
    let maxUnreconciled: Nanoseconds
    var openSnapshot: (id: UInt64, requestedAt: Nanoseconds)?
    var lastTop = Nanoseconds(raw: .min / 2)
    /// The newest market events of this life; the venue of this world never counts anew.
    var lastTopID: UInt64 = 0
    var lastTradeID: UInt64 = 0
    var pendingVerdict: Intent?
    /// Refreshes of the switch by number, and when the last confirmed one was asked for.
    var refreshes: [UInt32: Nanoseconds] = [:]
    var refreshedAt = Nanoseconds(raw: .min / 2)
    var isReducing = false
    /// What the venue asked not to be sent, and until when.
    var hold = VenueUsage.Hold.none
    var heldUntil = Nanoseconds.zero
    var isBanned: Bool { hold == .all && now < heldUntil }
    /// Steps checked.
    var steps: UInt64 = 0

    init(switchAgeMax: Nanoseconds?, cap: Quantity, maxDataAge: Nanoseconds, maxUnreconciled: Nanoseconds, began: Nanoseconds) {
        self.began = began
        now = began
        day.ends = Nanoseconds(raw: (began.raw / Self.dayLength + 1) * Self.dayLength)
        self.cap = cap
        self.switchAgeMax = switchAgeMax
        self.maxDataAge = maxDataAge
        self.maxUnreconciled = maxUnreconciled
    }

    mutating func fail(_ invariant: Invariant, _ detail: String) {
        guard violations.count < 10 else { return }
        violations.append(Violation(invariant: invariant, seconds: Double((now - began).raw / 1_000_000) / 1000, detail: detail))
    }

    /// A new process: nothing is known, nothing permitted.
    mutating func begin(run: UInt32, at now: Nanoseconds) {
        self.run = run
        self.now = now
        isTold = false
        isCarried = false
        hasOrdered = false
        day.begin(at: now)
        numbered = []
        adopted = []
        claims = [:]
        adoptedFilled = [:]
        states = [:]
        ordered = [:]
        passed = []
        isPermitted = false
        isKilled = false
        marketUp = false
        ordersUp = false
        isReconciled = false
        reconciledAt = Nanoseconds(raw: .min / 2)
        openSnapshot = nil
        refreshes = [:]
        refreshedAt = Nanoseconds(raw: .min / 2)
        isReducing = false
        hold = .none
        lastTopID = 0
        lastTradeID = 0
        heldUntil = .zero
        lastTop = Nanoseconds(raw: .min / 2)
    }

    /// After each step. `position`: what the core holds. `outputs` of a kill are looked at as a whole.
    mutating func afterStep(position: Quantity, worstLong: Quantity, worstShort: Quantity) {
        steps += 1
        if position.raw != toldPosition {
            fail(.positionIsSumOfFills, "the core holds \(position), its unique fills sum to \(Quantity(raw: toldPosition))")
        }
        if adopted.isEmpty, worstLong > cap || -worstShort > cap {
            fail(.exposureWithinCap, "by the core's own count \(worstLong) to \(worstShort), cap \(cap)")
        }
    }

    /// Invariant 7, right after a step that took a kill.
    mutating func afterKill(placed: Bool, cancelsAll: Bool, liveOrders: Bool) {
        if placed { fail(.killCancelsAtOnce, "an order was decided in the step of the kill") }
        // During a ban nothing leaves; what rests is swept when it ends.
        if liveOrders, ordersUp, !isBanned, !cancelsAll { fail(.killCancelsAtOnce, "live orders have no cancel in flight") }
    }

    /// The placement with this id, as it was decided.
    func order(_ client: ClientOrderID) -> NewOrder? { ordered[client] }

    /// Before a kill: whether orders of this life may be alive by the core's own reports.
    func liveOrders(at input: Input) -> Bool {
        guard case .command(let command) = input, command.kind == .kill else { return false }
        return states.contains { !$0.value.isTerminal }
    }

    /// A person closed by hand what was held, and the engine begins in a directory of its own.
    mutating func beginAnew() {
        heldAtVenue = 0
        toldPosition = 0
        day.beginAnew()
    }
}

import Model
import Orders
import Risk
import Units

/// A reviewed order that waits for its confirmation; `id` 0 when none does.
struct PendingIntent: BitwiseCopyable {
    var id: UInt64 = 0
    var hash: UInt64 = 0
    var asked = ManualIntent(
        operatorID: Command.engineOperator, instrument: InstrumentID(0), side: .buy, timeInForce: .immediateOrCancel,
        price: .zero, quantity: .zero, hash: 0, lifetime: .zero)
    var expires = Nanoseconds.zero
}

/// One order at a time by an operator's hand, without a mandate and without any strategy:
///
///     disarmed --intent--> disarmed, a review waits --confirmIntent--> live by hand --settled--> disarmed
///
/// The review is good for exactly this order, once and for a short time; whatever changes the state, a stop, a fault and
/// a newer review void it. It needs all that a mandate's confirmation needs. While the order is unsettled the engine is
/// `live` with `isByHand`: every breaker, the daily loss and every stop work as ever, strategies are not asked, nothing
/// else is sent, and when the order has settled, or rested too long, the engine is disarmed.
extension TradingCore {
    mutating func review(_ asked: ManualIntent, _ outputs: inout OutputBuffer) {
        pending = PendingIntent()
        refusedFor = ArmingChecks()
        precedent = Command.engineOperator
        let intent = asked.intent
        let isKnown = asked.instrument.index < instruments.count
        let answer = isKnown ? judgeByHand(intent) : RiskAnswer(.instrumentNotAllowed, value: Int64(asked.instrument.raw))
        let open = isKnown ? exposure(of: asked.instrument) : Exposure()
        let held = isKnown ? ledger[asked.instrument].quantity : .zero
        let buys = open.buy.adding(asked.side == .buy ? asked.quantity : .zero) ?? .max
        let sells = open.sell.adding(asked.side == .sell ? asked.quantity : .zero) ?? .max
        if state == .disarmed { refusedFor = missing }
        let accepted = state == .disarmed && refusedFor.isEmpty && answer.verdict == .passed && asked.hash != 0
            && asked.lifetime.raw > 0
        var shown = IntentReview(
            id: 0, hash: 0, operatorID: asked.operatorID, intent: intent, verdict: answer.verdict, value: answer.value,
            limit: answer.limit, worstLong: held.adding(buys) ?? .max,
            worstShort: held.subtracting(sells) ?? Quantity(raw: .min + 1), expires: .zero)
        if accepted {
            shown.id = nextReview
            nextReview &+= 1
            shown.expires = later(asked.lifetime)
            // Over all that is shown, the time, and the hash of what it is asked under.
            shown.hash = asked.hash
            var fingerprint = DecisionHash()
            fingerprint.fold(Output.review(shown).record(sequence: 0, time: now))
            shown.hash = Swift.max(1, fingerprint.value)
            pending = PendingIntent(id: shown.id, hash: shown.hash, asked: asked, expires: shown.expires)
        }
        outputs.append(.review(shown))
        let command = Command(
            kind: .intent, operatorID: asked.operatorID, hash: shown.hash, lifetime: asked.lifetime, subject: shown.id)
        outputs.append(
            .command(CommandResult(command: command, accepted: accepted, state: state, missing: refusedFor)))
    }

    /// As if live.
    private mutating func judgeByHand(_ intent: Intent) -> RiskAnswer {
        var context = riskContext(intent)
        context.state = .live
        return RiskGate.evaluate(intent, context)
    }

    /// Sends the reviewed order, if it still passes. A right hash uses the review up, whatever comes of it.
    mutating func confirmIntent(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard pending.id != 0, command.subject == pending.id, command.hash == pending.hash else { return false }
        let taken = pending
        pending = PendingIntent()
        precedent = taken.asked.operatorID
        guard now < taken.expires, state == .disarmed else { return false }
        refusedFor = missing
        guard refusedFor.isEmpty else { return false }
        let intent = taken.asked.intent
        let answer = judgeByHand(intent)
        guard answer.verdict == .passed else {
            published.riskRejects &+= 1
            outputs.append(
                .verdict(
                    Verdict(
                        intent: intent, verdict: answer.verdict, value: answer.value, limit: answer.limit,
                        strategyVersion: 0)))
            return false
        }
        // The drawdown counts from here, as it does from a mandate's confirmation; every other count goes on.
        dayLoss.clear()
        runFall.begin(at: runResult)
        dayFall.begin(at: runResult)
        isRunDue = true
        published.isByHand = true
        published.mandateHash = taken.hash
        published.mandateExpires = later(
            Swift.min(configuration.byHandLife, instruments[intent.instrument.index].limits.maxOrderAge))
        enter(.live, .none, .confirmIntent, &outputs)
        published.intents &+= 1
        place(intent, version: 0, &outputs)
        return true
    }

    /// At the end of a step: the one order is over, and so is the right to send.
    @inline(__always) mutating func settleByHand(_ outputs: inout OutputBuffer) {
        guard published.isByHand, isTrading, orders.activeCount == 0 else { return }
        enter(.disarmed, .none, nil, &outputs)
    }

    /// Cancels one resting order of ours, in whatever state; not while the venue has banned us.
    mutating func cancelOrder(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard mayCancel, command.subject != 0,
            let slot = orders.find(client: ClientOrderID(word: command.subject))
        else { return false }
        let order = orders[slot]
        guard order.state == .open || order.state == .partiallyFilled else { return false }
        requestCancel(slot, &outputs)
        return true
    }
}

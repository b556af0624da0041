import Model
import Orders
import Units

/// One instrument alone: its stop loss and take profit, closing it, blocking it and letting it trade again.
extension TradingCore {
    /// One evaluation of an instrument's open position against its stop loss and take profit, before fees.
    mutating func judgeStops(_ index: Int, _ outputs: inout OutputBuffer) {
        let id = instruments[index].instrument.id
        guard !ledger[id].quantity.isZero, instruments[index].mark.isPositive, !instruments[index].isBlocked else {
            instruments[index].stop.clear()
            instruments[index].profit.clear()
            return
        }
        let held = instruments[index]
        let position = ledger[id]
        let limits = held.limits
        guard limits.stopLoss != .max || limits.stopLossBps != .max || limits.takeProfit != .max
            || limits.takeProfitBps != .max
        else { return }
        let result = Int128(position.unrealised(at: held.mark).raw)
        // What the position cost, in quote at scale 8, rounded down: both bounds come a hair early, not late.
        let exact = position.exactCost < 0 ? -position.exactCost : position.exactCost
        let cost = Int128(Int64(clamping: exact / Int128(fixedPointUnit)))
        let isConfirmed = isPriceConfirmed(index)
        let isLoss = result <= 0 - Int128(limits.stopLoss.raw)
            || (limits.stopLossBps != .max && result * 10_000 <= 0 - cost * Int128(limits.stopLossBps))
        let isProfit = result >= Int128(limits.takeProfit.raw)
            || (limits.takeProfitBps != .max && result * 10_000 >= cost * Int128(limits.takeProfitBps))
        let value = Int64(clamping: result)
        if isLoss || isProfit { dueStops.insert(index) }
        if instruments[index].stop.judge(isLoss, isConfirmed: isConfirmed, Patience(limits)) {
            close(index, .stopLoss, value: value, limit: bound(limits.stopLoss, limits.stopLossBps, cost), &outputs)
        } else if instruments[index].profit.judge(isProfit, isConfirmed: isConfirmed, Patience(limits)) {
            close(index, .takeProfit, value: value, limit: bound(limits.takeProfit, limits.takeProfitBps, cost), &outputs)
        } else if instruments[index].stop.isFirstDoubt || instruments[index].profit.isFirstDoubt {
            alert(.warning, .priceUnconfirmed, instrument: held.instrument.id, value: held.mark.raw,
                limit: held.lastTrade.raw, &outputs)
        }
    }

    /// The bound in quote, for people.
    private func bound(_ amount: Notional, _ bps: Int32, _ cost: Int128) -> Int64 {
        bps == .max ? amount.raw : Int64(clamping: cost * Int128(bps) / 10_000)
    }

    /// Takes the instrument's orders back, blocks it, and begins to close its position.
    private mutating func close(
        _ index: Int, _ reason: ErrorCode, value: Int64, limit: Int64, _ outputs: inout OutputBuffer
    ) {
        alert(
            reason == .stopLoss ? .critical : .warning, reason, instrument: instruments[index].instrument.id, value: value,
            limit: limit, &outputs)
        if !instruments[index].isExiting { exiting += 1 }
        instruments[index].isExiting = true
        instruments[index].exitSince = now
        block(index, reason, by: Command.engineOperator, until: Nanoseconds(raw: .max), value: value, limit: limit, &outputs)
    }

    private mutating func block(
        _ index: Int, _ reason: ErrorCode, by operatorID: UInt32, until: Nanoseconds, value: Int64, limit: Int64,
        _ outputs: inout OutputBuffer
    ) {
        instruments[index].isBlocked = true
        instruments[index].blockReason = reason
        instruments[index].blockedUntil = until
        rouse(index)
        tellInstrument(index, isOn: false, reason, by: operatorID, until: until, value: value, limit: limit, &outputs)
        cancelAll(in: index, &outputs)
    }

    private mutating func unblock(_ index: Int, by operatorID: UInt32, _ outputs: inout OutputBuffer) {
        let reason = instruments[index].isBlocked ? instruments[index].blockReason : .volatilityHalt
        // A halt for a move ends with the move, whatever else is over.
        if !instruments[index].isBlocked || now >= instruments[index].calmAt { instruments[index].isMoving = false }
        instruments[index].isBlocked = false
        rouse(index)
        tellInstrument(index, isOn: true, reason, by: operatorID, until: now, value: 0, limit: 0, &outputs)
    }

    func tellInstrument(
        _ index: Int, isOn: Bool, _ reason: ErrorCode, by operatorID: UInt32, until: Nanoseconds, value: Int64,
        limit: Int64, _ outputs: inout OutputBuffer
    ) {
        outputs.append(
            .switched(
                SwitchChange(
                    subject: .instrument, index: UInt16(truncatingIfNeeded: index), isOn: isOn, reason: reason,
                    operatorID: operatorID, until: until, value: value, limit: limit, version: 0)))
    }

    /// At the end of every step: the next order of each position that is being closed, until it is flat or its time is
    /// over. Then nothing more is sent, a person is told, and only a person lets the instrument trade again.
    mutating func exitInstruments(_ outputs: inout OutputBuffer) {
        guard exiting > 0, isTrading, !isFlattening, !published.isByHand else { return }
        for index in 0..<instruments.count where instruments[index].isExiting {
            rouse(index)
            let held = instruments[index]
            let isOver = now - Swift.max(held.exitSince, held.lastFillAt) > configuration.flattenDeadline
            if isFlat(index, mayAct: !isOver, &outputs), orders[open: index].open == 0 {
                instruments[index].isExiting = false
                exiting -= 1
                guard held.blockReason != .none else { continue }
                let until = later(held.limits.exitPause)
                instruments[index].blockedUntil = until
                tellInstrument(
                    index, isOn: false, held.blockReason, by: Command.engineOperator, until: until,
                    value: ledger[held.instrument.id].quantity.raw, limit: 0, &outputs)
            } else if isOver {
                instruments[index].isExiting = false
                exiting -= 1
                instruments[index].blockedUntil = Nanoseconds(raw: .max)
                alert(.critical, .cannotFlatten, instrument: held.instrument.id,
                    value: ledger[held.instrument.id].quantity.raw, limit: configuration.flattenDeadline.raw, &outputs)
            }
        }
    }

    /// With every timer: pauses that are over.
    mutating func resumeInstrument(_ index: Int, _ outputs: inout OutputBuffer) {
        let held = instruments[index]
        let isOver = held.isBlocked
            ? !held.isExiting && held.blockReason != .none && now >= held.blockedUntil : held.isMoving && now >= held.calmAt
        if isOver { unblock(index, by: Command.engineOperator, &outputs) }
    }

    /// `instrumentOff`: until a person says otherwise. From the engine at its start: as it was before.
    mutating func instrumentOff(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard let index = Int(exactly: command.subject), index < instruments.count else { return false }
        var reason = ErrorCode.none
        var until = Nanoseconds(raw: .max)
        if command.operatorID == Command.engineOperator {
            reason = UInt16(exactly: command.value).flatMap(ErrorCode.init(rawValue:)) ?? .none
            if command.lifetime.raw > 0 { until = later(command.lifetime) }
        }
        block(index, reason, by: command.operatorID, until: until, value: command.value, limit: 0, &outputs)
        return true
    }

    /// `instrumentOn`: not while its position is being closed, nor while its price still moves too far.
    mutating func instrumentOn(_ command: Command, _ outputs: inout OutputBuffer) -> Bool {
        guard let index = Int(exactly: command.subject), index < instruments.count else { return false }
        let held = instruments[index]
        guard held.isBlocked || held.isMoving, !held.isExiting else { return false }
        if held.isMoving, held.mark.isPositive {
            guard moves[index].record(held.mark, at: now) <= Int64(held.limits.maxMoveBps) else { return false }
            instruments[index].calmAt = now
        }
        unblock(index, by: command.operatorID, &outputs)
        return true
    }
}

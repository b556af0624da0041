import Model
import Orders
import Units

/// How cancels are tried again. Nothing else is: a placement or an amendment never.
public struct RetrySettings: BitwiseCopyable, Sendable, Equatable {
    /// Between the first two cancels of one order; each further pause is twice as long, up to the second.
    public var first = Nanoseconds(milliseconds: 100)
    public var longest = Nanoseconds(seconds: 5)
    /// Cancels of one order, or sweeps of one instrument, after which a person is called.
    public var most: UInt8 = 6

    public init() {}
}

/// Trying a cancel again: only when it is proved that the order still rests, each time later than the time before, and not
/// for ever. Pauses are drawn from a seed that the engine is given as an input, so a replay draws the same.
extension TradingCore {
    /// A pause before try `tries + 1`: `first` doubled with each try up to `longest`, and up to a quarter more.
    func backOff(_ tries: UInt8, of name: UInt64, first: Nanoseconds, longest: Nanoseconds) -> Nanoseconds {
        let doublings = Swift.min(Swift.max(Int64(tries), 1) - 1, 20)
        let most = Swift.max(first.raw, longest.raw)
        let (doubled, overflow) = first.raw.multipliedReportingOverflow(by: 1 << doublings)
        let pause = overflow ? most : Swift.min(doubled, most)
        let draw = SlotIndex.mix(seed ^ name ^ UInt64(tries) << 48)
        return Nanoseconds(raw: pause + Int64(draw % UInt64(pause / 4 + 1)))
    }

    /// One more cancel of an order: when the next may follow.
    mutating func countCancel(_ order: inout Order) {
        if order.cancels < .max { order.cancels += 1 }
        let retry = configuration.retry
        order.cancelAt = later(backOff(order.cancels, of: order.client.word, first: retry.first, longest: retry.longest))
    }

    /// The venue wants to be left alone: not at the next timer.
    mutating func postponeCancel(_ slot: Int) {
        var order = orders[slot]
        order.cancelAt = Swift.max(order.cancelAt, later(configuration.retry.longest))
        store(slot, order)
    }

    /// An order that rests although its cancel was asked for: tried again at its time, until it has been often enough.
    mutating func cancelAgain(_ slot: Int, _ outputs: inout OutputBuffer) {
        let order = orders[slot]
        guard order.cancels > 0, now >= order.cancelAt, mayCancel else { return }
        guard order.cancels >= configuration.retry.most else { return requestCancel(slot, &outputs) }
        guard !order.isCancelGivenUp else { return }
        var given = order
        given.isCancelGivenUp = true
        store(slot, given)
        giveUpCancel(order.instrument, order.client, order.cancels, &outputs)
    }

    /// In SAFE the sweeps go on, as seldom as they have become.
    private mutating func giveUpCancel(
        _ instrument: InstrumentID, _ client: ClientOrderID, _ tries: UInt8, _ outputs: inout OutputBuffer
    ) {
        let limit = Int64(configuration.retry.most)
        alert(.critical, .cannotCancel, instrument: instrument, client: client, value: Int64(tries), limit: limit, &outputs)
        if isTrading { fail(.cannotCancel, value: Int64(tries), limit: limit) }
    }

    /// How long after the last sweep of an instrument the next one may follow.
    mutating func sweepPause(_ index: Int) -> Nanoseconds {
        let first = configuration.timeouts.cancel
        let sweeps = instruments[index].sweeps
        if sweeps == 0 { return first }
        let longest = Nanoseconds(raw: first.raw > .max / 4 ? .max : first.raw * 4)
        return backOff(sweeps, of: UInt64(index), first: first, longest: longest)
    }

    mutating func countSweep(_ index: Int, _ outputs: inout OutputBuffer) {
        if instruments[index].sweeps < .max { instruments[index].sweeps += 1 }
        guard instruments[index].sweeps == configuration.retry.most else { return }
        giveUpCancel(instruments[index].instrument.id, .none, instruments[index].sweeps, &outputs)
    }

    /// The engine's own word at its start, once.
    mutating func takeSeed(_ command: Command) -> Bool {
        guard command.operatorID == Command.engineOperator, seed == 0, command.hash != 0 else { return false }
        seed = command.hash
        return true
    }
}

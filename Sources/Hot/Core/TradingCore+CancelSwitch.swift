import Model
import Units

/// When the venue's dead-man's switch was last refreshed, as far as the venue has confirmed it.
struct CancelSwitchState {
    private(set) var number: UInt32 = 0
    private(set) var askedAt = Nanoseconds(raw: .min / 2)
    private(set) var confirmedAt = Nanoseconds(raw: .min / 2)
    /// When the last eight were asked for: answers may be slower than the interval.
    private var sentAt: InlineArray<8, Nanoseconds> = .init(repeating: Nanoseconds(raw: .min / 2))
    /// It was told that the refresh is old.
    var isLate = false

    mutating func ask(at now: Nanoseconds) -> UInt32 {
        number &+= 1
        askedAt = now
        sentAt[Int(number % 8)] = now
        return number
    }

    /// Counts from the request: the venue began to count no sooner.
    mutating func confirm(_ answered: UInt32) {
        guard answered <= number, number - answered < 8, answered > 0 else { return }
        confirmedAt = Swift.max(confirmedAt, sentAt[Int(answered % 8)])
    }
}

/// The venue's dead-man's switch, where it has one and the run asks for it: refreshed on a timer while the order link is
/// up. With its last confirmed refresh older than `maxAge` no new risk is taken; older than `period` the venue may have
/// cancelled everything by itself: SAFE.
extension TradingCore {
    /// Age of the last confirmed refresh; a very long time before the first.
    var switchAge: Nanoseconds { now - cancelSwitch.confirmedAt }

    /// The switch's last confirmed refresh is young enough for new risk, or there is none to refresh.
    var isSwitchFresh: Bool {
        guard let rule = configuration.cancelSwitch, maySend else { return true }
        return switchAge <= rule.maxAge
    }

    /// Whether this run keeps a switch of the venue's.
    public var usesSwitch: Bool { configuration.cancelSwitch != nil && maySend }

    func showSwitch(in status: inout EngineStatus) {
        guard let rule = configuration.cancelSwitch, maySend else { return }
        status.switchAge = cancelSwitch.confirmedAt.raw < 0 ? Nanoseconds(raw: .max) : switchAge
        status.switchLimit = rule.maxAge
    }

    mutating func watchSwitch(_ outputs: inout OutputBuffer) {
        guard let rule = configuration.cancelSwitch, maySend else { return }
        if mayQuery, now - cancelSwitch.askedAt >= rule.interval {
            messagesPerSecond.record(at: now)
            messagesPerMinute.record(at: now)
            let client = ClientOrderID(run: configuration.run, sequence: cancelSwitch.ask(at: now))
            outputs.append(.refresh(SwitchRefresh(client: client, period: rule.period)))
        }
        if isSwitchFresh {
            cancelSwitch.isLate = false
        } else if isTrading, !cancelSwitch.isLate {
            cancelSwitch.isLate = true
            alert(.warning, .cancelSwitch, value: switchAge.raw, limit: rule.maxAge.raw, &outputs)
        }
        if switchAge > rule.period { enterSafe(.cancelSwitch, value: switchAge.raw, limit: rule.period.raw, &outputs) }
    }

    mutating func switchReply(_ reply: OrderReply, _ outputs: inout OutputBuffer) {
        guard reply.client.run == configuration.run else { return }
        if reply.outcome == .accepted { return cancelSwitch.confirm(reply.client.sequence) }
        // Tried again at its next time; what an old refresh leads to does not depend on why.
        alert(.info, .cancelSwitch, value: Int64(reply.error.rawValue), limit: Int64(reply.venueCode), &outputs)
    }
}

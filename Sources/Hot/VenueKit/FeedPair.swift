import Model
import Units
import Wire

/// Between the adapters of one or two feeds and where their events go: with one feed everything passes, with two the
/// selector decides what does. Set `lane` and `now` before an adapter is called with this as its sink.
public struct FeedPair<Outlet: MarketSink & ~Copyable>: MarketSink, ~Copyable {
    public var outlet: Outlet
    private var selector: FeedSelector?
    /// Which feed's adapter speaks, 0 or 1; and the engine time.
    public var lane = 0
    public var now = Nanoseconds.zero

    /// `selector`: `nil` for one feed.
    public init(_ outlet: consuming Outlet, selector: consuming FeedSelector?) {
        self.outlet = outlet
        self.selector = selector
    }

    public mutating func market(_ input: Input) {
        if selector == nil {
            outlet.market(input)
        } else {
            selector!.take(lane, input, at: now, sink: &outlet)
        }
    }

    public mutating func sequence(_ instrument: InstrumentID, isWhole: Bool) {
        guard selector != nil else { return }
        selector!.sequence(lane, instrument, isWhole: isWhole, at: now, sink: &outlet)
    }

    public mutating func requestSnapshot(_ instrument: InstrumentID) { outlet.requestSnapshot(instrument, lane: lane) }
    public mutating func refused(_ reason: FeedRefusal) { outlet.refused(reason, of: .none, lane: lane) }
    public mutating func refused(_ reason: FeedRefusal, of stream: MarketStream, lane _: Int) {
        outlet.refused(reason, of: stream, lane: lane)
    }
    public mutating func reconnect(_ reason: FeedRefusal) { outlet.reconnect(reason, lane: lane) }
    public mutating func quarantine(
        _ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int, receivedAt: Nanoseconds
    ) {
        outlet.quarantine(reason, bytes, offset: offset, receivedAt: receivedAt)
    }

    /// Time passed, after the adapters were told; at least every 100 ms.
    public mutating func judge(at time: Nanoseconds) {
        guard selector != nil else { return }
        selector!.judge(at: time, sink: &outlet)
    }

    /// Both feeds, for people.
    public var standing: FeedPairStanding {
        switch selector {
        case .none: FeedPairStanding()
        case .some(let selector): selector.standing
        }
    }
}

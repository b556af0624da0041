/// Takes what an adapter says, and what it sends, and keeps none of it.
struct Probe: MarketSink, OrderSink, FrameSink, ~Copyable {
    var count = 0
    mutating func market(_ input: Input) { count &+= 1 }
    mutating func order(_ input: Input) { count &+= 1 }
    mutating func requestSnapshot(_ instrument: InstrumentID) { count &+= 1 }
    mutating func refused(_ reason: FeedRefusal) { count &+= 1 }
    mutating func reconnect(_ reason: FeedRefusal) { count &+= 1 }
    mutating func reconnect(_ reason: OrderLinkProblem) { count &+= 1 }
    mutating func quarantine(_ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int, receivedAt: Nanoseconds) {
        count &+= bytes.count
    }
    mutating func send(text: ByteView) -> Bool { count &+= text.count; return true }
}

@_noLocks func market(
    _ adapter: inout BinanceMarketData, _ pair: inout FeedPair<Probe>, _ frames: inout Probe, _ bytes: ByteView, _ now: Nanoseconds
) {
    adapter.linkOpened(at: now, sink: &frames)
    adapter.message(bytes, receivedAt: now, sink: &pair)
    adapter.snapshot(InstrumentID(0), bytes, receivedAt: now, sink: &pair)
    adapter.linkProof(at: now)
    adapter.timer(at: now, sink: &pair)
    adapter.linkClosed(at: now, sink: &pair)
    pair.judge(at: now)
}

@_noLocks func orders(
    _ adapter: inout BinanceOrderEntry, _ frames: inout Probe, _ events: inout Probe, _ bytes: ByteView, _ now: Nanoseconds,
    _ order: NewOrder, _ reference: OrderReference, _ amendment: OrderAmendment, _ refresh: SwitchRefresh
) -> Bool {
    adapter.linkOpened(at: now, wallNow: now, sink: &frames, events: &events)
    adapter.message(bytes, receivedAt: now, wallNow: now, sink: &frames, events: &events)
    adapter.timer(at: now, wallNow: now, sink: &frames, events: &events)
    var sent = adapter.place(order, at: now, wallNow: now, sink: &frames)
    sent = adapter.cancel(reference, at: now, wallNow: now, sink: &frames) && sent
    sent = adapter.query(reference, at: now, wallNow: now, sink: &frames) && sent
    sent = adapter.cancelAll(InstrumentID(0), at: now, wallNow: now, sink: &frames) && sent
    sent = adapter.amend(amendment, at: now, wallNow: now, sink: &frames) && sent
    sent = adapter.refreshSwitch(refresh, at: now, wallNow: now, sink: &frames) && sent
    adapter.linkClosed(at: now, events: &events)
    return sent
}

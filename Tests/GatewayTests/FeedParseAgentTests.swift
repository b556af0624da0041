import Agents
import Model
import Rings
import Testing
import Units
import VenueKit
import Wire

@testable import Gateway

/// A venue whose frames are words: `top N`, `trade N`, `gap`, `give-up`. Only what the agent has to do is in question.
private struct WordVenue: MarketDataAdapter, ~Copyable {
    var links: [LinkDescription] { [] }
    var givesUpByTheClock = false

    mutating func linkOpened<S: FrameSink & ~Copyable>(at now: Nanoseconds, sink: inout S) { sendText("subscribe", &sink) }

    mutating func linkClosed<M: MarketSink & ~Copyable>(at now: Nanoseconds, sink: inout M) {
        sink.market(.link(LinkChange(venue: VenueID(0), role: .marketData, state: .down, reason: 1)))
    }

    mutating func message<M: MarketSink & ~Copyable>(_ bytes: ByteView, receivedAt: Nanoseconds, sink: inout M) {
        let words = bytes.string().split(separator: " ")
        let number = words.count > 1 ? Int64(words[1])! : 0
        switch words[0] {
        case "top": sink.market(.topOfBook(top(number, receivedAt)))
        case "trade":
            sink.market(
                .trade(
                    PublicTrade(
                        instrument: InstrumentID(0), aggressor: .buy, price: Price(raw: number), quantity: Quantity(raw: 1),
                        trade: TradeID(low: UInt64(number)), venueTime: .zero, receivedAt: receivedAt)))
        case "gap":
            sink.refused(.gap)
            sink.requestSnapshot(InstrumentID(0))
        case "again": sink.refused(.duplicate, of: MarketStream(rawValue: UInt8(number))!, lane: 0)
        case "up": sink.market(.link(LinkChange(venue: VenueID(0), role: .marketData, state: .up, reason: 0)))
        case "give-up": sink.reconnect(.serverShutdown)
        default: sink.refused(.malformed)
        }
    }

    mutating func snapshot<M: MarketSink & ~Copyable>(
        _ instrument: InstrumentID, _ body: ByteView, receivedAt: Nanoseconds, sink: inout M
    ) {
        if body.count == 0 { sink.refused(.snapshotFailed) } else { sink.market(.topOfBook(top(Int64(body.count), receivedAt))) }
    }

    mutating func timer<M: MarketSink & ~Copyable>(at now: Nanoseconds, sink: inout M) {
        if givesUpByTheClock { sink.reconnect(.staleReceiveTime) }
    }
}

private func top(_ number: Int64, _ at: Nanoseconds) -> TopOfBook {
    TopOfBook(
        instrument: InstrumentID(0), bidPrice: Price(raw: number), bidQuantity: Quantity(raw: 1),
        askPrice: Price(raw: number + 1), askQuantity: Quantity(raw: 1), updateID: UInt64(number), venueTime: .zero,
        receivedAt: at)
}

private func sendText<S: FrameSink & ~Copyable>(_ text: String, _ sink: inout S) {
    let bytes = Array(text.utf8)
    unsafe bytes.withUnsafeBytes { _ = unsafe sink.send(text: ByteView($0)) }
}

/// The agent with the other ends of all its rings.
private struct Bench: ~Copyable {
    var agent: FeedParseAgent<WordVenue>
    var frames: ByteRingProducer
    var bodies: ByteRingProducer
    var outgoing: ByteRingConsumer
    var events: RingConsumer<Input>
    var requests: RingConsumer<SnapshotRequest>
    var quarantined: RingConsumer<QuarantinedMessage>
    var counters: LatestReader<FeedParseCounters>
    var now = Nanoseconds(seconds: 1)

    init(events eventCapacity: Int = 64, trades: Int = 1024, outgoing outgoingBytes: Int = 4096, givesUp: Bool = false) {
        let frameEnds = makeByteRing(capacity: 1 << 16)
        let bodyEnds = makeByteRing(capacity: 1 << 12)
        let outgoingEnds = makeByteRing(capacity: outgoingBytes)
        let eventEnds = makeRing(of: Input.self, capacity: eventCapacity)
        let requestEnds = makeRing(of: SnapshotRequest.self, capacity: 8)
        let quarantineEnds = makeRing(of: QuarantinedMessage.self, capacity: 8)
        let counterEnds = makeLatest(of: FeedParseCounters.self)
        agent = FeedParseAgent(
            adapter: WordVenue(givesUpByTheClock: givesUp), frames: frameEnds.consumer, snapshots: bodyEnds.consumer,
            outgoing: RingFrameSink(outgoingEnds.producer),
            outlet: MarketOutlet(events: eventEnds.producer, requests: requestEnds.producer, quarantined: quarantineEnds.producer,
                instruments: 1, trades: trades),
            counters: counterEnds.writer)
        frames = frameEnds.producer
        bodies = bodyEnds.producer
        outgoing = outgoingEnds.consumer
        events = eventEnds.consumer
        requests = requestEnds.consumer
        quarantined = quarantineEnds.consumer
        counters = counterEnds.reader
    }

    mutating func frame(_ text: String) {
        let bytes = Array(text.utf8)
        let taken = unsafe bytes.withUnsafeBytes {
            unsafe frames.tryPush($0, tag: FrameMessage.text.rawValue, time: now.raw)
        }
        precondition(taken)
    }

    mutating func note(_ message: FrameMessage) {
        let room = unsafe frames.reserve(0) != nil
        precondition(room)
        frames.commit(0, tag: message.rawValue, time: 0)
    }

    @discardableResult mutating func turn() -> Int {
        now = now + Nanoseconds(milliseconds: 1)
        return agent.doWork(now: now)
    }

    /// What the trade thread would see now, as words.
    mutating func seen() -> [String] {
        var words: [String] = []
        while let event = events.tryPop() {
            switch event {
            case .topOfBook(let top): words.append("top \(top.updateID)")
            case .trade(let trade): words.append("trade \(trade.price.raw)")
            case .link(let change): words.append("link \(change.state)")
            default: words.append("?")
            }
        }
        return words
    }

    /// What the feed link would be asked to send, `reconnect` for a new connection.
    mutating func asked() -> [String] {
        var words: [String] = []
        while let frame = outgoing.peek() {
            words.append(frame.tag == FrameMessage.text.rawValue ? String(decoding: unsafe frame.bytes, as: UTF8.self) : "reconnect")
            outgoing.release()
        }
        return words
    }

    /// The counters after enough time for the next publication.
    mutating func counted() -> FeedParseCounters {
        for _ in 0..<25 { turn() }
        var value = FeedParseCounters()
        let isRead = counters.tryRead(&value)
        precondition(isRead)
        return value
    }
}

@Suite struct FeedParseAgentTests {
    @Test func `Frames become events in their order, and every opened link is subscribed anew`() {
        var bench = Bench()
        for round in 1...3 {
            bench.note(.opened)
            bench.frame("top \(round)")
            bench.frame("trade \(round)")
            bench.note(.closed)
            let work = bench.turn()
            #expect(work == 4)
            let (seen, asked) = (bench.seen(), bench.asked())
            #expect(seen == ["top \(round)", "trade \(round)", "link down"])
            #expect(asked == ["subscribe"])
        }
        let idle = bench.turn()
        #expect(idle == 0)
    }

    @Test func `When the trade thread is behind, tops conflate to the latest, trades wait and a lost link is told`() {
        var bench = Bench(events: 4)
        for number in 1...4 { bench.frame("top \(number)") }
        for number in 5...9 { bench.frame("top \(number)") }
        bench.frame("trade 1")
        bench.frame("trade 2")
        bench.note(.closed)
        bench.turn()
        let first = bench.seen()
        #expect(first == ["top 1", "top 2", "top 3", "top 4"])
        bench.turn()
        let second = bench.seen()
        // What waited is older than the loss of the link, and no book is valid after it.
        #expect(second == ["trade 1", "trade 2", "link down"])
        let counters = bench.counted()
        #expect(counters.conflated == 5 && counters.delayedTrades == 2 && counters.droppedTrades == 0)
    }

    @Test func `A consumer that stands still: every trade arrives once and in order, tops are the latest, the rest waits`() {
        var bench = Bench(events: 8, trades: 4)
        var trades: [String] = []
        var last = ""
        for round in 0..<40 {
            bench.frame("trade \(round + 1)")
            for _ in 0..<3 { bench.frame("top \(round * 3 + 1)") }
        }
        // Nobody takes anything for many turns: memory does not grow, frames wait.
        for _ in 0..<20 { bench.turn() }
        let stalled = bench.counted()
        #expect(stalled.congestedTurns > 0 && stalled.conflated > 0 && stalled.droppedTrades == 0)
        // Then it takes a little at a time.
        for _ in 0..<200 {
            bench.turn()
            for _ in 0..<2 {
                guard let event = bench.events.tryPop() else { break }
                switch event {
                case .trade(let trade): trades.append("trade \(trade.price.raw)")
                case .topOfBook(let top): last = "top \(top.updateID)"
                default: break
                }
            }
        }
        #expect(trades == (1...40).map { "trade \($0)" })
        #expect(last == "top 118", "the newest state is the last that is seen: \(last)")
    }

    @Test func `A link that went and came back while the ring was full is told as both`() {
        var bench = Bench(events: 4)
        for number in 1...4 { bench.frame("top \(number)") }
        bench.note(.closed)
        bench.frame("up")
        bench.frame("top 7")
        bench.turn()
        let first = bench.seen()
        #expect(first == ["top 1", "top 2", "top 3", "top 4"])
        bench.turn()
        let second = bench.seen()
        #expect(second == ["link down", "link up", "top 7"])
    }

    @Test func `A burst is taken in portions, so that it does not keep the thread from its other agents`() {
        var bench = Bench(events: 1024)
        for number in 1...200 { bench.frame("top \(number)") }
        let work = [bench.turn(), bench.turn(), bench.turn(), bench.turn(), bench.turn()]
        #expect(work == [64, 64, 64, 8, 0])
        let seen = bench.seen()
        #expect(seen.count == 200 && seen.last == "top 200")
    }

    @Test func `A gap is counted and asks the cold side for a snapshot, whose body comes back to the adapter`() {
        var bench = Bench()
        bench.frame("gap")
        bench.turn()
        let request = bench.requests.tryPop()
        #expect(request?.instrument == 0)
        for body in [Array("12345".utf8), []] {
            let taken = unsafe body.withUnsafeBytes { unsafe bench.bodies.tryPush($0, tag: 0, time: 7) }
            #expect(taken)
        }
        bench.turn()
        let seen = bench.seen()
        #expect(seen == ["top 5"])
        let counters = bench.counted()
        #expect(counters.snapshotRequests == 1)
        #expect(counters.refusals[.gap] == 1 && counters.refusals[.snapshotFailed] == 1 && counters.refusals.total == 2)
    }

    @Test func `What a stream tells again or leaves out is counted by stream, and the sum is the total`() {
        var bench = Bench()
        for (stream, times) in [(1, 3), (2, 1), (3, 7)] {
            for _ in 0..<times { bench.frame("again \(stream)") }
        }
        bench.frame("gap")
        bench.turn()
        let seen = bench.seen()
        #expect(seen.isEmpty, "what was seen already is no event")
        let counters = bench.counted()
        #expect(counters.streams[0, .ticker].duplicates == 3 && counters.streams[0, .depth].duplicates == 1)
        #expect(counters.streams[0, .trades].duplicates == 7 && counters.streams[0, .none].gaps == 1)
        for stream in MarketStream.allCases { #expect(counters.streams[1, stream] == StreamCounts(), "there is one feed") }
        #expect(counters.refusals[.duplicate] == 11 && counters.refusals.total == 12)
    }

    @Test func `Each of two feeds has counts of its own, whatever the adapter thinks its lane is`() {
        let events = makeRing(of: Input.self, capacity: 8)
        let requests = makeRing(of: SnapshotRequest.self, capacity: 8)
        let quarantine = makeRing(of: QuarantinedMessage.self, capacity: 8)
        var pair = FeedPair(
            MarketOutlet(
                events: events.producer, requests: requests.producer, quarantined: quarantine.producer, instruments: 1),
            selector: nil)
        for lane in [0, 1, 1] {
            pair.lane = lane
            pair.refused(.outOfOrder, of: .depth, lane: 0)
            pair.refused(.malformed)
        }
        let streams = pair.outlet.counters.streams
        #expect(streams[0, .depth].outOfOrder == 1 && streams[1, .depth].outOfOrder == 2)
        #expect(streams[0, .none].others == 1 && streams[1, .none].others == 2)
        #expect(pair.outlet.counters.refusals.total == 6)
    }

    @Test func `An adapter that gives the connection up, by a message or by the clock, gets a new one`() {
        var bench = Bench()
        bench.frame("give-up")
        bench.turn()
        let byMessage = bench.asked()
        #expect(byMessage == ["reconnect"])
        var clock = Bench(givesUp: true)
        clock.turn()
        let byClock = clock.asked()
        #expect(byClock == ["reconnect"])
    }

    @Test func `A wish for a new connection waits for room and is not lost`() {
        // Five subscriptions leave less room than the smallest record needs.
        var bench = Bench(outgoing: 512)
        for _ in 0..<64 { bench.note(.opened) }
        bench.turn()
        bench.frame("give-up")
        bench.turn()
        let first = bench.asked()
        #expect(!first.isEmpty && !first.contains("reconnect"))
        bench.turn()
        let second = bench.asked()
        #expect(second == ["reconnect"])
    }
}

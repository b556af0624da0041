import Binance
import Model
import Rings
import Testing
import Units
import VenueKit
import Wire

@testable import BurstBenchmarks

/// What the adapter says of frames that lie in a byte ring, as they do before the parser.
private struct Heard: MarketSink, FrameSink {
    var inputs: [Input] = []
    var refusals: [FeedRefusal] = []
    var quarantined = 0
    var requests = 0
    mutating func market(_ input: Input) { inputs.append(input) }
    mutating func requestSnapshot(_ instrument: InstrumentID) { requests += 1 }
    mutating func refused(_ reason: FeedRefusal) { refusals.append(reason) }
    mutating func reconnect(_ reason: FeedRefusal) { refusals.append(reason) }
    mutating func quarantine(_ reason: FeedRefusal, _ bytes: borrowing ByteView, offset: Int, receivedAt: Nanoseconds) {
        quarantined += 1
    }
    mutating func send(text: ByteView) -> Bool { true }
}

/// The real adapter, given frames one by one.
private struct Listener: ~Copyable {
    var adapter: BinanceMarketData
    var heard = Heard()
    var frames: BurstFrames
    let schedule: BurstSchedule
    let began = Nanoseconds(seconds: 1000)

    init(_ schedule: BurstSchedule) throws {
        self.schedule = schedule
        frames = BurstFrames(wall: 1_723_161_253_000_000_000)
        adapter = try BinanceMarketData(
            BinanceMarketConfiguration(
                venue: VenueID(0),
                symbols: BurstFrames.symbols.enumerated().map {
                    BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1)
                }))
        adapter.linkOpened(at: began, sink: &heard)
    }

    /// Gives frame `number`, which was made as `bytes`, when it is due.
    mutating func give(_ bytes: [UInt8], _ number: Int) {
        let padded = bytes + [UInt8](repeating: 0, count: ByteFrame.padding)
        let now = began + Nanoseconds(raw: schedule.due(number))
        padded.withUnsafeBytes {
            let view = ByteView(padded: UnsafeRawBufferPointer(rebasing: $0[..<bytes.count]))
            adapter.message(view, receivedAt: now, sink: &heard)
        }
        if heard.requests == 1 {
            heard.requests += 1
            let body = Array(BurstFrames.snapshot.utf8)
            body.withUnsafeBytes {
                adapter.snapshot(InstrumentID(0), ByteView($0), receivedAt: now, sink: &heard)
            }
        }
    }

    mutating func give(_ number: Int) {
        let text = frames.make(number, due: schedule.due(number))
        give(frames.bytes(text), number)
    }
}

@Suite("The market of a burst")
struct BurstFramesTests {
    /// Through the ordinary rate, the burst's beginning and end, and behind it.
    private var schedule: BurstSchedule {
        var schedule = BurstSchedule(quick: true)
        schedule.before = 200_000_000
        schedule.burst = 20_000_000
        schedule.after = 200_000_000
        return schedule
    }

    @Test("the adapter objects to no frame, and each gives its event, which names the frame")
    func everyFrameIsBelieved() throws {
        var listener = try Listener(schedule)
        for number in 0..<schedule.frames {
            let before = listener.heard.inputs.count
            listener.give(number)
            var numbers: [Int] = []
            for input in listener.heard.inputs[before...] {
                switch input {
                case .topOfBook(let top): numbers.append(Int(Int64(top.updateID) - BurstFrames.firstUpdate))
                case .trade(let trade):
                    numbers.append(BurstFrames.frame(ofTrade: Int64(trade.trade.low), instrument: trade.instrument.index))
                default: continue
                }
            }
            if numbers != [number] {
                Issue.record("frame \(number) gave the events of \(numbers)")
                return
            }
        }
        let (refusals, quarantined) = (listener.heard.refusals, listener.heard.quarantined)
        #expect(refusals.isEmpty, "\(refusals.prefix(5))")
        #expect(quarantined == 0)
    }

    @Test("a frame that is left out is seen: the checks are on")
    func aGapIsSeen() throws {
        for (stream, reason) in [(BurstFrames.Stream.depth, FeedRefusal.gap), (.trade, .gap)] {
            var listener = try Listener(schedule)
            let lost = (400..<schedule.frames).first { BurstFrames.stream(of: $0) == stream }!
            for number in 0..<lost + 64 {
                let text = listener.frames.make(number, due: schedule.due(number))
                if number != lost { listener.give(listener.frames.bytes(text), number) }
            }
            #expect(listener.heard.refusals == [reason])
        }
    }

    @Test("the book follows the ticker: its best prices are the market's")
    func theBookIsTheMarkets() throws {
        var listener = try Listener(schedule)
        for number in 0..<1600 { listener.give(number) }
        for input in listener.heard.inputs {
            guard case .topOfBook(let top) = input else { continue }
            let due = schedule.due(Int(Int64(top.updateID) - BurstFrames.firstUpdate))
            let middle = BurstFrames.middle(top.instrument.index, at: due)
            #expect(top.bidPrice.raw == (middle - 1) * 1_000_000 && top.askPrice.raw == (middle + 1) * 1_000_000)
        }
    }

    @Test("streams are counted as they come")
    func streamsAreCounted() {
        var seen: [BurstFrames.Stream: Int] = [:]
        for number in 0..<1000 {
            for stream in BurstFrames.Stream.allCases where BurstFrames.count(stream, in: number) != seen[stream, default: 0] {
                Issue.record("\(stream) in \(number) frames")
            }
            seen[BurstFrames.stream(of: number), default: 0] += 1
        }
    }

    @Test("a number that is wider than its field traps; one that is narrower gets zeros")
    func numbersFit() async {
        var text = FrameText("a##.####b#")
        #expect(text.fieldCount == 3)
        text.put(7, 0)
        text.put(1234, 1)
        text.put(5, 2)
        #expect(String(decoding: text.bytes, as: UTF8.self) == "a07.1234b5")
        await #expect(processExitsWith: .failure) {
            var text = FrameText("##")
            text.put(100, 0)
        }
    }
}

@Suite("When the frames of a burst are due")
struct BurstScheduleTests {
    @Test("what is due at a moment are the frames whose time has come", arguments: [true, false])
    func countsAndTimesAgree(quick: Bool) {
        let schedule = BurstSchedule(quick: quick)
        let edges = [0, schedule.framesBefore, schedule.framesBefore + schedule.framesOfBurst, schedule.frames - 1]
        for edge in edges {
            for frame in max(0, edge - 3)..<min(schedule.frames, edge + 4) {
                let due = schedule.due(frame)
                #expect(schedule.count(at: due) == frame + 1)
                #expect(schedule.count(at: due - 1) == frame)
            }
        }
        #expect(schedule.count(at: -1) == 0)
        #expect(schedule.count(at: .max) == schedule.frames)
        #expect(schedule.due(edges[1]) == schedule.before && schedule.due(edges[2]) == schedule.burstEnd)
    }

    @Test("the phase before the burst ends a while after trading began, and everybody takes it from the board, once")
    func theBurstWaits() {
        var schedule = BurstSchedule(quick: false)
        let board = BurstBoard()
        schedule.look(at: board)
        #expect(!schedule.isDecided && schedule.before == 60_000_000_000)
        let before = schedule.before(tradingFrom: 123_456_789)
        #expect(before > 123_456_789 + schedule.calm && before % 100_000 == 0)
        board.decide(before: before)
        schedule.look(at: board)
        #expect(schedule.isDecided && schedule.due(schedule.framesBefore) == before)
        board.decide(before: 1)
        schedule.look(at: board)
        #expect(schedule.before == before)
    }

    @Test("a million frames a second for ten seconds")
    func theBurst() {
        let schedule = BurstSchedule(quick: false)
        #expect(schedule.framesOfBurst == 10_000_000 && schedule.burst == 10_000_000_000)
        #expect(schedule.due(schedule.framesBefore + 1) - schedule.due(schedule.framesBefore) == 1_000)
    }
}

import Books
import Model
import TestSupport
import Testing
import Units
import VenueKit
import Wire

@testable import Binance

private let frames = [
    #"{"stream":"btcusdt@bookTicker","data":{"u":400900217001,"s":"BTCUSDT","b":"61837.63000000","B":"31.21000000","a":"61837.64000000","A":"0.66"}}"#,
    #"{"stream":"btcusdt@bookTicker","data":{"A":"0.66","s":"BTCUSDT","u":400900217001,"a":"61837.64000000","B":"31.21000000","b":"61837.63000000"}}"#,
    #"{"stream":"bnbbtc@trade","data":{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100.00000000","T":1672515782136,"m":true,"M":false}}"#,
    #"{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":157,"u":160,"b":[["0.0024","10.0"],["0.00230000","0.00000000"]],"a":[["0.0026","100.5"]]}}"#,
    #"{"stream":"bnbbtc@depth@100ms","data":{"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157,"u":157,"b":[],"a":[]}}"#,
].map { Array($0.utf8) }

/// A decoder's whole answer.
private struct Answer: Equatable {
    var refusal: FeedRefusal?
    var message = MarketMessage()
    var bids: [Level] = []
    var asks: [Level] = []
}

private final class Readers {
    private var decoder: MarketDecoder

    init() throws {
        decoder = MarketDecoder(
            symbols: try NameTable(
                symbols: ["BTCUSDT", "BNBBTC"].enumerated().map { BinanceSymbol(instrument: InstrumentID(UInt16($0)), symbol: $1) }))
    }

    private func answer(_ refusal: FeedRefusal?, _ message: MarketMessage) -> Answer {
        // Of what was refused nothing but the reason counts; of what is no diff, no level.
        if let refusal { return Answer(refusal: refusal) }
        guard message.kind == .depth else { return Answer(message: message) }
        return Answer(
            message: message, bids: (0..<decoder.bids.count).map { decoder.bids[$0] },
            asks: (0..<decoder.asks.count).map { decoder.asks[$0] })
    }

    func anyOrder(_ frame: [UInt8]) -> Answer {
        var message = MarketMessage()
        let refusal = withGuarded(frame) { decoder.decodeAnyOrder(ByteView($0), into: &message) }
        return answer(refusal, message)
    }

    func padded(_ frame: [UInt8], _ padding: [UInt8]) -> Answer {
        var message = MarketMessage()
        let refusal = withPadded(frame, padding: padding) { decoder.decode(ByteView(padded: $0), into: &message) }
        return answer(refusal, message)
    }

    func isOrdered(_ frame: [UInt8], _ padding: [UInt8]) -> Bool {
        var message = MarketMessage()
        return withPadded(frame, padding: padding) { decoder.decodeOrdered(ByteView(padded: $0), into: &message) }
    }
}

private let zeros = [UInt8](repeating: 0, count: PaddedCursor.padding)

@Suite struct OrderedDecoderTests {
    @Test func `The usual frames are read the quick way`() throws {
        let readers = try Readers()
        for frame in frames { #expect(readers.isOrdered(frame, zeros), "\(String(decoding: frame, as: UTF8.self))") }
    }

    @Test func `Recorded frames are read the quick way, with the same values`() throws {
        let readers = try Readers()
        for (file, kind) in [
            ("recorded_spot_trade", "trade"), ("recorded_spot_bookTicker", "bookTicker"),
            ("recorded_spot_depth_diff_100ms", "depth"),
        ] {
            let lines = try SharedFiles.lines("venues/binance/\(file).jsonl").map { Array($0.utf8) }
            var quick = 0
            for line in lines {
                #expect(readers.padded(line, zeros) == readers.anyOrder(line))
                if readers.isOrdered(line, zeros) { quick += 1 }
            }
            print("\(kind): \(quick) of \(lines.count) recorded frames the quick way")
            #expect(quick * 10 >= lines.count * 9, "\(kind): \(quick) of \(lines.count)")
        }
    }

    @Test func `Any byte changed to any other gives the same answer the quick way and in any order`() throws {
        let readers = try Readers()
        var quick = 0
        for frame in frames {
            for place in frame.indices {
                for byte in UInt8.min...UInt8.max where byte < 0x30 || byte.isMultiple(of: 3) || byte == frame[place] ^ 1 {
                    var changed = frame
                    changed[place] = byte
                    if readers.isOrdered(changed, zeros) { quick += 1 }
                    let wanted = readers.anyOrder(changed)
                    guard readers.padded(changed, zeros) == wanted else {
                        Issue.record("byte \(place) as \(byte): \(String(decoding: changed, as: UTF8.self))")
                        return
                    }
                }
            }
        }
        #expect(quick > 500)
    }

    @Test func `A frame cut anywhere is refused, also when its rest follows in memory`() throws {
        let readers = try Readers()
        for frame in frames {
            for length in 0..<frame.count {
                let rest = Array((frame[length...] + zeros).prefix(PaddedCursor.padding))
                let cut = Array(frame[..<length])
                #expect(!readers.isOrdered(cut, rest))
                #expect(readers.padded(cut, rest).refusal == .malformed, "cut at \(length)")
            }
        }
    }

    @Test func `Mutated frames give the same answer the quick way and in any order`() throws {
        let readers = try Readers()
        let mutator = Mutator(frames, shape: .json, pieces: [Array("BTCUSDT".utf8), Array("\"],[\"".utf8), Array("00000000".utf8)])
        var quick = 0
        let paddings = [zeros, Array("\"}}]],[00000000000000000000000000".utf8.prefix(32)), [UInt8](repeating: 0x39, count: 32)]
        fuzz("ordered decoder", corpus: frames, rounds: 60_000, seconds: 4, mutate: { $0.oneIn(2) ? mutator.changingDigits(&$0) : mutator(&$0) }) { input in
            let padding = paddings[input.count % paddings.count]
            let wanted = readers.anyOrder(input)
            let isQuick = readers.isOrdered(input, padding)
            if isQuick { quick += 1 }
            if isQuick, wanted.refusal != nil { return .wrong("taken the quick way, refused in any order") }
            if readers.padded(input, padding) != wanted { return .wrong("the two ways differ") }
            return wanted.refusal == nil ? .taken : .refused
        }
        #expect(quick > 300)
    }
}

import Wire

/// SplitMix64 with a fixed seed.
struct Dice {
    private var state: UInt64 = 20_261_121
    mutating func below(_ bound: UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return (z ^ (z >> 31)) % bound
    }
}

/// Bytes with what a receive buffer has behind every frame.
@safe final class PaddedFrame {
    private let bytes: UnsafeMutableRawBufferPointer
    let view: ByteView

    init(_ text: String) {
        unsafe bytes = .allocate(byteCount: text.utf8.count + 64, alignment: 64)
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe bytes.copyBytes(from: text.utf8)
        view = unsafe ByteView(padded: UnsafeRawBufferPointer(rebasing: bytes[0..<text.utf8.count]))
    }

    deinit { unsafe bytes.deallocate() }
}

/// Frames as the venue sends them, with changing numbers.
enum Frames {
    static func tickers(_ count: Int, shuffled: Bool = false) -> [String] {
        var dice = Dice()
        return (0..<count).map { _ in
            let bid = 61_000 + dice.below(900)
            let members = [
                "\"u\":\(400_900_217 + dice.below(1 << 36))", "\"s\":\"BTCUSDT\"", "\"b\":\"\(bid).\(digits(&dice, 2))000000\"",
                "\"B\":\"\(dice.below(9)).\(digits(&dice, 4))1000\"", "\"a\":\"\(bid + 1).\(digits(&dice, 2))000000\"",
                "\"A\":\"\(dice.below(9)).\(digits(&dice, 4))1000\"",
            ]
            let order = shuffled ? [5, 1, 0, 4, 3, 2] : [0, 1, 2, 3, 4, 5]
            return "{\"stream\":\"btcusdt@bookTicker\",\"data\":{" + order.map { members[$0] }.joined(separator: ",") + "}}"
        }
    }

    static func depths(_ count: Int) -> [String] {
        var dice = Dice()
        func side(_ base: UInt64) -> String {
            (0..<50).map { _ in
                "[\"\(base + dice.below(400)).\(digits(&dice, 2))000000\",\"\(dice.below(3)).\(digits(&dice, 5))000\"]"
            }.joined(separator: ",")
        }
        return (0..<count).map { _ in
            """
            {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723111200123,"s":"BTCUSDT",\
            "U":100000000001,"u":100000000001,"b":[\(side(60_500))],"a":[\(side(62_600))]}}
            """
        }
    }

    private static func digits(_ dice: inout Dice, _ count: Int) -> String {
        (0..<count).map { _ in String(dice.below(10)) }.joined()
    }
}

/// SplitMix64: small, seeded, the same on every machine. Tests that use it print the seed.
public struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0 ..< `bound`. Precondition: `bound > 0`.
    public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// True once in `count` times.
    public mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    /// One of a list that is not empty.
    public mutating func pick<C: RandomAccessCollection>(_ list: C) -> C.Element {
        list[list.index(list.startIndex, offsetBy: below(list.count))]
    }

    /// `count` arbitrary bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

    /// Places that cut `count` bytes into pieces: none, one, a few, or every byte.
    public mutating func cuts(of count: Int) -> [Int] {
        if count < 2 { return [] }
        switch below(4) {
        case 0: return Array(1..<count)
        case 1: return [1 + below(count - 1)]
        default: return Set((0...below(6)).map { _ in 1 + below(count - 1) }).sorted()
        }
    }
}

extension Array where Element == UInt8 {
    /// The bytes cut at the given places.
    public func pieces(cutAt cuts: [Int]) -> [[UInt8]] {
        var start = 0
        return (cuts + [count]).map { end in
            defer { start = end }
            return Array(self[start..<end])
        }
    }
}

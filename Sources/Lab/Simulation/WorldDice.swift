import Matching
import Units

/// A stream of chance for each part of the world, so that a change in one leaves the others as they were.
struct WorldDice {
    var network: SeededRandom
    var market: SeededRandom
    var person: SeededRandom
    /// The hand that deals out faults of the world as a whole.
    var hand: SeededRandom
    var process: SeededRandom
    var canary: SeededRandom

    init(seed: UInt64) {
        var source = SeededRandom(seed: seed)
        network = SeededRandom(seed: source.next())
        market = SeededRandom(seed: source.next())
        person = SeededRandom(seed: source.next())
        hand = SeededRandom(seed: source.next())
        process = SeededRandom(seed: source.next())
        canary = SeededRandom(seed: source.next())
    }
}

extension SeededRandom {
    /// A length of time around `mean` seconds: bounded, so that nothing waits for ever.
    mutating func pause(_ mean: Double) -> Nanoseconds { Nanoseconds(raw: Int64(mean * spread() * 1e9)) }
}

/// A set of the numbers below a capacity, which can be walked in order: a bit for each number, and a bit for each word that
/// has one, so that an empty stretch of 4096 numbers costs one look. Never allocates after the start.
public struct SlabSet: ~Copyable {
    @usableFromInline var words: Slab<UInt64>
    @usableFromInline var filled: Slab<UInt64>
    /// The numbers are below it.
    public let capacity: Int
    /// How many numbers are in it.
    public private(set) var count = 0
    @inlinable public var isEmpty: Bool { count == 0 }

    /// An empty set of numbers below `capacity`. Precondition: `capacity >= 0`. Allocates.
    public init(capacity: Int) {
        precondition(capacity >= 0, "a set has no negative capacity")
        self.capacity = capacity
        let wordCount = (capacity + 63) / 64
        words = Slab(repeating: 0, count: wordCount)
        filled = Slab(repeating: 0, count: (wordCount + 63) / 64)
    }

    /// Precondition: `0 <= number < capacity`. O(1).
    public func contains(_ number: Int) -> Bool { words[number >> 6] & 1 << UInt64(number & 63) != 0 }

    /// Adds a number; nothing happens when it is there. Precondition: `0 <= number < capacity`. O(1).
    public mutating func insert(_ number: Int) {
        precondition(number < capacity, "a number beyond the set")
        let word = number >> 6
        let bit: UInt64 = 1 << UInt64(number & 63)
        if words[word] & bit != 0 { return }
        words[word] |= bit
        filled[word >> 6] |= 1 << UInt64(word & 63)
        count &+= 1
    }

    /// Takes a number out; nothing happens when it is not there. Precondition: `0 <= number < capacity`. O(1).
    public mutating func remove(_ number: Int) {
        let word = number >> 6
        let bit: UInt64 = 1 << UInt64(number & 63)
        if words[word] & bit == 0 { return }
        words[word] &= ~bit
        if words[word] == 0 { filled[word >> 6] &= ~(1 << UInt64(word & 63)) }
        count &-= 1
    }

    /// Adds every number. O(capacity / 64).
    public mutating func insertAll() {
        for word in 0..<words.count {
            let left = capacity - word * 64
            words[word] = left >= 64 ? .max : 1 << UInt64(left) &- 1
            filled[word >> 6] |= 1 << UInt64(word & 63)
        }
        count = capacity
    }

    /// The smallest number of the set that is not below `number`, or `nil`. The set may change between two calls. O(1) but
    /// for empty stretches. Precondition: `number >= 0`.
    public func next(from number: Int) -> Int? {
        guard count > 0, number < capacity else { return nil }
        var word = number >> 6
        let here = words[word] & .max << UInt64(number & 63)
        if here != 0 { return word << 6 | here.trailingZeroBitCount }
        word += 1
        guard word < words.count else { return nil }
        var block = word >> 6
        var marks = filled[block] & .max << UInt64(word & 63)
        while marks == 0 {
            block += 1
            guard block < filled.count else { return nil }
            marks = filled[block]
        }
        word = block << 6 | marks.trailingZeroBitCount
        return word << 6 | words[word].trailingZeroBitCount
    }
}

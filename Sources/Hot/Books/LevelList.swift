import Model
import Units

/// Levels of one side in the order a message gives them, in memory taken once: what a decoder writes and a book reads. One
/// owner, one thread; never allocates after `init`.
@safe public struct LevelList: ~Copyable {
    @usableFromInline let levels: UnsafeMutablePointer<Level>
    public let capacity: Int
    public private(set) var count = 0

    /// Precondition: positive.
    public init(capacity: Int) {
        precondition(capacity > 0, "a list of levels needs room")
        self.capacity = capacity
        unsafe levels = .allocate(capacity: capacity)
        unsafe levels.initialize(repeating: Level(price: .zero, quantity: .zero), count: capacity)
    }

    deinit { unsafe levels.deallocate() }

    /// Precondition: `index < count`.
    public subscript(index: Int) -> Level {
        precondition(index >= 0 && index < count, "no such level")
        return unsafe levels[index]
    }

    public mutating func removeAll() { count = 0 }

    /// Adds a level; `false` and unchanged when full.
    public mutating func append(_ level: Level) -> Bool {
        if count == capacity { return false }
        unsafe levels[count] = level
        count &+= 1
        return true
    }

    /// The levels for as long as `body` runs.
    @inline(__always) func withLevels<R>(_ body: (UnsafeBufferPointer<Level>) -> R) -> R {
        unsafe body(UnsafeBufferPointer(start: levels, count: count))
    }
}

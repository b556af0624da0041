import Memory

/// Levels that lie one behind another in memory of somebody else's: a pointer and a count.
///
/// Valid only while the owner keeps them where they are and unchanged: a view of a list dies when the list is changed.
/// Reading an index outside traps. Cost: two words, never allocates.
@safe public struct LevelView: @unchecked Sendable, BitwiseCopyable {
    @usableFromInline let start: UnsafePointer<Level>?
    public let count: Int

    /// No levels.
    @inlinable public init() {
        unsafe start = nil
        count = 0
    }

    /// Precondition: `start` has `count` readable levels for as long as the view is used.
    @unsafe @inlinable public init(_ start: UnsafePointer<Level>, count: Int) {
        precondition(count >= 0, "a view cannot have a negative count")
        unsafe self.start = start
        self.count = count
    }

    /// The levels of a list.
    @inlinable public init(_ list: borrowing SlabList<Level>) {
        unsafe start = list.count == 0 ? nil : list.address(of: 0)
        count = list.count
    }

    @inlinable public subscript(index: Int) -> Level {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "no such level")
        return unsafe start.unsafelyUnwrapped[index]
    }

    @inlinable var buffer: UnsafeBufferPointer<Level> { unsafe UnsafeBufferPointer(start: start, count: count) }
}

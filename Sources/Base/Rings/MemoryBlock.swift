import CPlatform

/// A fixed piece of memory that several handles keep alive: from the heap, a mapped file, or the caller.
///
/// Handles copy the addresses they need when they are made, so nothing on the hot path goes through this class. The
/// memory is given back when the last handle is gone, on the thread that drops it. Always 128-byte aligned.
@safe public final class MemoryBlock: @unchecked Sendable {
    /// First byte.
    public let base: UnsafeMutableRawPointer
    public let byteCount: Int
    private let onHeap: Bool
    private let region: SharedRegion?

    /// Distance between things that different threads write: two cache lines, because processors fetch them in pairs.
    public static let separation = 128

    /// Takes zeroed, prefaulted heap memory, freed when the last handle is gone.
    public init(byteCount: Int) {
        precondition(byteCount > 0, "a block holds at least one byte")
        let rounded = roundUp(byteCount, to: MemoryBlock.separation)
        unsafe base = .allocate(byteCount: rounded, alignment: MemoryBlock.separation)
        unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: rounded)
        self.byteCount = rounded
        onHeap = true
        region = nil
    }

    /// Takes over a mapped file, unmapped when the last handle is gone.
    public init(mapping: consuming SharedRegion) {
        unsafe base = mapping.base
        byteCount = mapping.byteCount
        onHeap = false
        region = consume mapping
    }

    /// Uses memory of the caller's, who keeps it valid while any handle lives. Precondition: aligned to 128.
    public init(borrowing base: UnsafeMutableRawPointer, byteCount: Int) {
        precondition(Int(bitPattern: base) % MemoryBlock.separation == 0, "ring memory must be 128-byte aligned")
        unsafe self.base = unsafe base
        self.byteCount = byteCount
        onHeap = false
        region = nil
    }

    deinit { if onHeap { unsafe base.deallocate() } }

    /// Address `offset` bytes in. Precondition: `[offset, offset + count)` lies inside and `offset` is a multiple of 128.
    func address(_ offset: Int, count: Int) -> UnsafeMutableRawPointer {
        precondition(offset >= 0 && offset % MemoryBlock.separation == 0, "offset must be a multiple of 128")
        precondition(count >= 0 && offset <= byteCount - count, "block too small")
        return unsafe base + offset
    }
}

/// `value` rounded up to a multiple of a power of two.
@inlinable func roundUp(_ value: Int, to multiple: Int) -> Int { (value + multiple - 1) & ~(multiple - 1) }

/// Why existing memory cannot be attached to.
public enum AttachError: UInt8, Error, Sendable {
    /// The memory ends before the thing would.
    case tooSmall
    /// Nothing of that kind was ever made there.
    case notFound
    /// It is there, but with another capacity or element size.
    case wrongShape
    /// Its indices contradict each other; the memory was damaged.
    case damaged
}

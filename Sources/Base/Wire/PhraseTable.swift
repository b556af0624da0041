/// Texts known at the start, found again at a cursor by sixteen of their bytes; each comes with a second text, which is due
/// later in what the first begins. One owner; memory is taken at `init` and given back in `deinit`; finding costs the same for
/// one phrase and for a thousand.
@safe public struct PhraseTable: ~Copyable, @unchecked Sendable {
    /// A phrase's place in `bytes`.
    @usableFromInline struct Entry: BitwiseCopyable {
        @usableFromInline var key: UInt64 = 0
        @usableFromInline var start: Int32 = 0
        /// -1: no phrase here.
        @usableFromInline var count: Int32 = -1
        @usableFromInline var index: Int32 = 0
    }

    /// Where in a phrase the sixteen bytes stand.
    @usableFromInline let keyOffset: Int
    @usableFromInline let entries: UnsafeMutablePointer<Entry>
    @usableFromInline let mask: Int
    @usableFromInline let bytes: UnsafeMutableRawPointer
    /// The second texts.
    @usableFromInline let seconds: UnsafeMutablePointer<ByteView>
    /// Number of phrases.
    public let count: Int

    /// Phrase number `i` is `phrases[i].first`; of two alike the first is found. Precondition: each `first` has at least
    /// `keyOffset` + 16 bytes. Cold.
    public init(_ list: [(first: [UInt8], second: [UInt8])], keyOffset: Int) {
        self.keyOffset = keyOffset
        count = list.count
        var size = 4
        while size < list.count * 4 { size *= 2 }
        mask = size - 1
        unsafe entries = .allocate(capacity: size)
        unsafe entries.initialize(repeating: Entry(), count: size)
        unsafe seconds = .allocate(capacity: max(1, list.count))
        unsafe bytes = .allocate(byteCount: max(1, list.reduce(0) { $0 + $1.first.count + $1.second.count }), alignment: 64)
        let phrases = list.map(\.first)
        var start = 0
        for (index, phrase) in list.map(\.second).enumerated() {
            for (place, byte) in phrase.enumerated() { unsafe bytes.storeBytes(of: byte, toByteOffset: start + place, as: UInt8.self) }
            unsafe (seconds + index).initialize(to: ByteView(bytes + start, count: phrase.count))
            start += phrase.count
        }
        for (index, phrase) in phrases.enumerated() {
            precondition(keyOffset >= 0 && phrase.count >= keyOffset + 16, "a phrase is shorter than its key's end")
            for (place, byte) in phrase.enumerated() { unsafe bytes.storeBytes(of: byte, toByteOffset: start + place, as: UInt8.self) }
            let key = unsafe PhraseTable.key(UnsafeRawPointer(bytes) + start + keyOffset)
            var at = PhraseTable.home(key) & mask
            while unsafe entries[at].count >= 0 { at = (at + 1) & mask }
            unsafe entries[at] = Entry(key: key, start: Int32(start), count: Int32(phrase.count), index: Int32(index))
            start += phrase.count
        }
    }

    deinit {
        unsafe entries.deallocate()
        unsafe seconds.deallocate()
        unsafe bytes.deallocate()
    }

    @inlinable @inline(__always) static func key(_ p: UnsafeRawPointer) -> UInt64 {
        let first = unsafe p.loadUnaligned(as: UInt64.self)
        let second = unsafe p.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        return first &* 0x9E37_79B9_7F4A_7C15 ^ second &* 0xC2B2_AE3D_27D4_EB4F
    }

    @inlinable @inline(__always) static func home(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key &>> 40) }

    /// The second text of a phrase. Precondition: `index < count`.
    @inlinable @inline(__always) public func second(_ index: Int) -> ByteView {
        precondition(index >= 0 && index < count, "no such phrase")
        return unsafe seconds[index]
    }

    /// Takes the phrase that stands at the cursor and tells its number; -1, and the cursor stays, when none does.
    /// Precondition: the key lies inside the cursor's padding.
    @inlinable public func take(_ cursor: inout PaddedCursor) -> Int {
        precondition(keyOffset <= PaddedCursor.padding - 16, "the key lies outside the padding")
        guard cursor.isInside else { return -1 }
        let left = unsafe cursor.end - cursor.place
        let key = unsafe PhraseTable.key(cursor.place + keyOffset)
        var at = PhraseTable.home(key) & mask
        while true {
            let entry = unsafe entries[at]
            if entry.count < 0 { return -1 }
            if entry.key == key, Int(entry.count) <= left,
                unsafe cursor.stands(at: bytes + Int(entry.start), Int(entry.count))
            {
                unsafe cursor.place += Int(entry.count)
                return Int(entry.index)
            }
            at = (at &+ 1) & mask
        }
    }
}

extension PaddedCursor {
    /// Takes these bytes, which are known only at run time.
    @inlinable @inline(__always) public mutating func take(_ text: ByteView) -> Bool {
        guard text.count > 0, unsafe end - place >= text.count, unsafe stands(at: text.base.unsafelyUnwrapped, text.count)
        else { return false }
        unsafe place += text.count
        return true
    }

    /// Whether the next bytes are these. Precondition: the view holds so many more.
    @inlinable @inline(__always) func stands(at text: UnsafeRawPointer, _ count: Int) -> Bool {
        if count < 8 { return unsafe sameBytes(place, text, count) }
        var i = 0
        while i < count {
            // The last word overlaps the one before it.
            let at = min(i, count &- 8)
            let ours = unsafe place.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            if unsafe ours != text.loadUnaligned(fromByteOffset: at, as: UInt64.self) { return false }
            i &+= 8
        }
        return true
    }
}

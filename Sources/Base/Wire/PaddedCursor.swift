/// Walks bytes whose order is expected: the quick way for what a venue sends nearly always. Every step takes exactly what it
/// names or refuses; who is refused reads the bytes again with `JSONScanner`, which takes any order and names reasons.
///
/// Reads are of eight bytes at once. That needs the view's promise (`ByteView.isPadded`): 32 readable bytes behind the end,
/// whatever they hold. A step begins before the end and reads no further than 32 bytes from where it begins; so no step
/// leaves the promised bytes, and what was taken lies inside exactly when `isAtEnd` holds behind the last step.
@safe public struct PaddedCursor: BitwiseCopyable {
    /// Readable bytes behind the end.
    @inlinable public static var padding: Int { 32 }

    @usableFromInline var place: UnsafeRawPointer
    @usableFromInline let end: UnsafeRawPointer

    /// `nil` for a view that promises no padding.
    @inlinable public init?(_ view: ByteView) {
        guard view.isPadded, let base = unsafe view.base else { return nil }
        unsafe place = base
        unsafe end = base + view.count
    }

    /// Whether all bytes were taken, and not one more.
    @inlinable public var isAtEnd: Bool { unsafe place == end }

    @inlinable @inline(__always) var isInside: Bool { unsafe place < end }

    @inlinable @inline(__always) func word(_ offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: place.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The byte at the place; 0 when there is none left.
    @inlinable @inline(__always) public var next: UInt8 { isInside ? unsafe place.load(as: UInt8.self) : 0 }

    /// Takes these bytes. Precondition: 1 to 32, known when this is compiled.
    @inlinable @inline(__always) public mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        precondition(count > 0 && count <= PaddedCursor.padding, "one step takes 1 to 32 bytes")
        guard isInside else { return false }
        if count < 8 {
            // One read, the bytes behind the text shifted out.
            if (word(0) ^ Digits.word(text)) &<< UInt64(64 &- 8 &* count) != 0 { return false }
        } else if unsafe !sameBytes(place, UnsafeRawPointer(text.utf8Start), count) {
            return false
        }
        unsafe place += count
        return true
    }

    /// Takes a key of one letter or digit with its colon, `"x":`, and gives the letter; 0, and stays, when none is next.
    @inlinable @inline(__always) public mutating func letterKey() -> UInt8 {
        guard isInside else { return 0 }
        let word = word(0)
        guard Digits.isLetterKey(word) else { return 0 }
        unsafe place += 4
        return UInt8(truncatingIfNeeded: word >> 8)
    }

    /// Takes an integer of 1 to 16 digits as JSON writes it, without a sign.
    @inlinable @inline(__always) public mutating func integer(_ out: inout Int64) -> Bool {
        guard isInside else { return false }
        let head = word(0) ^ Digits.zeros
        var bits = Digits.leadingBits(head)
        if bits == 0 || (head & 0xFF == 0 && bits != 8) { return false }
        if bits < 64 {
            out = Int64(truncatingIfNeeded: Digits.value(head &<< (64 &- UInt64(bits))))
            unsafe place += bits >> 3
            return true
        }
        // Nine to sixteen: the last eight are read where they stand, the others are the head's first.
        bits = Digits.leadingBits(word(8) ^ Digits.zeros)
        let last = Digits.value(word(bits >> 3) ^ Digits.zeros)
        let first = bits == 0 ? 0 : Digits.value(head << (64 &- UInt64(bits)))
        out = Int64(truncatingIfNeeded: first &* 100_000_000 &+ last)
        unsafe place += 8 &+ (bits >> 3)
        return true
    }

    /// Takes one to seven digits, a point and one to eight digits: a price or an amount times 10^8. What stands around
    /// it, quotes for instance, is the caller's.
    @inlinable @inline(__always) public mutating func decimal(_ out: inout Int64) -> Bool {
        guard isInside else { return false }
        let whole = word(0) ^ Digits.zeros
        let bits = Digits.leadingBits(whole)
        // 64 bits, no point in sight, shift by nothing and so meet a digit, which is no point either.
        guard (whole &>> UInt64(bits)) & 0xFF == Digits.point, bits != 0 else { return false }
        if whole & 0xFF == 0, bits != 8 { return false }
        let start = (bits >> 3) &+ 1
        var fraction = word(start) ^ Digits.zeros
        let fractionBits = Digits.leadingBits(fraction)
        if fractionBits < 64 {
            if fractionBits == 0 { return false }
            // Bytes behind the digits become zeros, which is what scale 8 wants there.
            fraction &= (1 &<< UInt64(fractionBits)) &- 1
        }
        out = Int64(
            truncatingIfNeeded: Digits.value(whole &<< (64 &- UInt64(bits))) &* 100_000_000 &+ Digits.value(fraction))
        unsafe place += start &+ (fractionBits >> 3)
        return true
    }
}

/// Questions and arithmetic on eight bytes of text in one word, the first byte lowest.
@usableFromInline enum Digits {
    /// `"00000000"`: taken from a text by exclusive or, digits become 0...9.
    @inlinable static var zeros: UInt64 { 0x3030_3030_3030_3030 }
    /// A point after `zeros` was taken from it.
    @inlinable static var point: UInt64 { 0x1E }

    /// The bytes of a text of at most eight, the first lowest.
    @inlinable @inline(__always) static func word(_ text: StaticString) -> UInt64 {
        var word: UInt64 = 0
        var i = 0
        while i < text.utf8CodeUnitCount {
            word |= unsafe UInt64(text.utf8Start[i]) &<< UInt64(8 &* i)
            i &+= 1
        }
        return word
    }

    /// Whether the bytes begin with `"x":`, where x is an ASCII letter or digit.
    @inlinable @inline(__always) static func isLetterKey(_ word: UInt64) -> Bool {
        if (word ^ 0x3A22_0022) & 0xFFFF_00FF != 0 { return false }
        let letter = UInt8(truncatingIfNeeded: word >> 8)
        return (letter | 0x20) &- UInt8(ascii: "a") < 26 || letter &- 48 < 10
    }

    /// How many bits from the lowest hold bytes 0...9: 8 for each leading digit.
    @inlinable @inline(__always) static func leadingBits(_ word: UInt64) -> Int {
        // A byte above 9 sets its top bit here; a carry reaches higher bytes only, behind the first that is no digit.
        let marks = ((word &+ 0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
        return marks.trailingZeroBitCount & ~7
    }

    /// The number that eight bytes 0...9 write. Three multiplications.
    @inlinable @inline(__always) static func value(_ word: UInt64) -> UInt64 {
        let pairs = ((word &* 2561) &>> 8) & 0x00FF_00FF_00FF_00FF
        let fours = ((pairs &* 6_553_601) &>> 16) & 0x0000_FFFF_0000_FFFF
        return (fours &* 42_949_672_960_001) &>> 32
    }
}

/// Whether two runs of bytes are the same: by words, the last of them overlapping. Reads nothing outside the runs.
@inlinable @inline(__always) func sameBytes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 8 {
        var different: UInt64 = 0
        var i = 0
        while i &+ 8 <= count {
            different |= unsafe a.loadUnaligned(fromByteOffset: i, as: UInt64.self)
                ^ b.loadUnaligned(fromByteOffset: i, as: UInt64.self)
            i &+= 8
        }
        if i != count {
            different |= unsafe a.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
                ^ b.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        }
        return different == 0
    }
    if count >= 4 {
        let head = unsafe a.loadUnaligned(as: UInt32.self) ^ b.loadUnaligned(as: UInt32.self)
        let tail = unsafe a.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            ^ b.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
        return head | tail == 0
    }
    if count >= 2 {
        let head = unsafe a.loadUnaligned(as: UInt16.self) ^ b.loadUnaligned(as: UInt16.self)
        let tail = unsafe a.loadUnaligned(fromByteOffset: count &- 2, as: UInt16.self)
            ^ b.loadUnaligned(fromByteOffset: count &- 2, as: UInt16.self)
        return head | tail == 0
    }
    return unsafe count == 0 || a.load(as: UInt8.self) == b.load(as: UInt8.self)
}

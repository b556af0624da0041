import Units

/// The small fields of a case share bits 16 to 63 of word 1; offsets below count from bit 16.
extension Record {
    @inlinable init(stream: Stream, tag: UInt8, sequence: UInt64, time: Nanoseconds) {
        self.init()
        words[0] = sequence
        words[1] = UInt64(stream.rawValue) | UInt64(tag) << 8
        words[2] = UInt64(bitPattern: time.raw)
    }

    @inlinable mutating func put8(_ value: UInt8, at bit: Int) { words[1] |= UInt64(value) << UInt64(16 + bit) }
    @inlinable mutating func put16(_ value: UInt16, at bit: Int) { words[1] |= UInt64(value) << UInt64(16 + bit) }
    @inlinable mutating func put32(_ value: UInt32, at bit: Int) { words[1] |= UInt64(value) << UInt64(16 + bit) }
    @inlinable func get8(at bit: Int) -> UInt8 { UInt8(truncatingIfNeeded: words[1] >> UInt64(16 + bit)) }
    @inlinable func get16(at bit: Int) -> UInt16 { UInt16(truncatingIfNeeded: words[1] >> UInt64(16 + bit)) }
    @inlinable func get32(at bit: Int) -> UInt32 { UInt32(truncatingIfNeeded: words[1] >> UInt64(16 + bit)) }

    @inlinable mutating func put(_ value: Int64, _ word: Int) { words[word] = UInt64(bitPattern: value) }
    @inlinable func int(_ word: Int) -> Int64 { Int64(bitPattern: words[word]) }
    @inlinable func price(_ word: Int) -> Price { Price(raw: int(word)) }
    @inlinable func quantity(_ word: Int) -> Quantity { Quantity(raw: int(word)) }
    @inlinable func notional(_ word: Int) -> Notional { Notional(raw: int(word)) }
    @inlinable func nanoseconds(_ word: Int) -> Nanoseconds { Nanoseconds(raw: int(word)) }
    @inlinable func client(_ word: Int) -> ClientOrderID { ClientOrderID(word: words[word]) }
}

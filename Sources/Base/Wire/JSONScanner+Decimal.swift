import Units

extension JSONScanner {
    /// `decimal` into a typed price or amount, which is left as it was when the text is refused.
    @inlinable public mutating func decimal<Value: FixedPoint>(_ out: inout Value) -> Bool {
        var raw: Int64 = 0
        guard decimal(&raw) else { return false }
        out = Value(raw: raw)
        return true
    }

    /// Reads a price or an amount, `"61837.63"` or `61837.63`, into its value times 10^8. The text must be a JSON number
    /// with nothing around it, plain or with an exponent, and exact at scale 8: otherwise it is refused with
    /// `badNumber`, `tooPrecise` or `decimalOverflow`, never rounded.
    public mutating func decimal(_ out: inout Int64) -> Bool {
        guard let first = valueStart() else { return false }
        if first == UInt8(ascii: "\""), plainDecimal(&out) { return true }
        return anyDecimal(first, &out)
    }

    /// In quotes: one to seven digits, a point, one to eight digits; consumes nothing when it is not so.
    @inline(__always) private mutating func plainDecimal(_ out: inout Int64) -> Bool {
        let start = position + 1
        guard start + 16 <= readable else { return false }
        let whole = word(start) ^ Digits.zeros
        let bits = Digits.leadingBits(whole)
        guard (whole &>> UInt64(bits)) & 0xFF == Digits.point, bits != 0, whole & 0xFF != 0 || bits == 8 else { return false }
        let place = start + bits >> 3 + 1
        var fraction = word(place) ^ Digits.zeros
        let fractionBits = Digits.leadingBits(fraction)
        if fractionBits == 0 { return false }
        if fractionBits < 64 { fraction &= (1 &<< UInt64(fractionBits)) &- 1 }
        let limit = place + fractionBits >> 3
        guard limit < end, peek(limit) == UInt8(ascii: "\"") else { return false }
        out = Int64(
            truncatingIfNeeded: Digits.value(whole &<< (64 &- UInt64(bits))) &* 100_000_000 &+ Digits.value(fraction))
        position = limit + 1
        expectation = .after
        return true
    }

    /// The same for every decimal, digit by digit.
    @inline(never) private mutating func anyDecimal(_ first: UInt8, _ out: inout Int64) -> Bool {
        let quoted = first == UInt8(ascii: "\"")
        let start = quoted ? position + 1 : position
        let negative = peek(start) == UInt8(ascii: "-")
        let wholeStart = negative ? start + 1 : start
        var i = wholeStart
        var magnitude: UInt64 = 0
        var digit = peek(i) &- 48
        while digit <= 9 {
            magnitude = magnitude &* 10 &+ UInt64(digit)
            i += 1
            digit = peek(i) &- 48
        }
        let whole = i - wholeStart
        var fraction = 0
        if digit == UInt8(ascii: ".") &- 48 {
            i += 1
            let fractionStart = i
            digit = peek(i) &- 48
            while digit <= 9 {
                magnitude = magnitude &* 10 &+ UInt64(digit)
                i += 1
                digit = peek(i) &- 48
            }
            fraction = i - fractionStart
            if fraction == 0 { return failDecimal(from: start, quoted: quoted, first: first, &out) }
        }
        // What nearly every message carries is done here; the rest is parsed again, slowly and with a reason.
        let next = peek(i)
        let plain = whole >= 1 && whole + fraction <= 18 && fraction <= fixedPointScale
            && (whole == 1 || peek(wholeStart) != 48)
            && (quoted ? next == UInt8(ascii: "\"") : next | 0x20 != UInt8(ascii: "e"))
        if plain {
            let (scaled, overflow) = magnitude.multipliedReportingOverflow(by: powerOfTen(fixedPointScale - fraction))
            if !overflow, scaled <= UInt64(Int64.max) {
                out = negative ? 0 - Int64(scaled) : Int64(scaled)
                position = quoted ? i + 1 : i
                expectation = .after
                return true
            }
        }
        return failDecimal(from: start, quoted: quoted, first: first, &out)
    }

    /// The slow way: find the token by the grammar, then parse it exactly; names the reason when it cannot.
    @inline(never) private mutating func failDecimal(
        from start: Int, quoted: Bool, first: UInt8, _ out: inout Int64
    ) -> Bool {
        if !quoted, JSONScanner.kind(first) != .number { return failKind(first) }
        let limit = numberEnd(start)
        if limit < 0 { return fail(.badNumber, at: start) }
        if quoted, peek(limit) != UInt8(ascii: "\"") {
            return fail(limit >= end ? .unexpectedEnd : .badNumber, at: limit)
        }
        let problem = unsafe FixedPointText.parse(
            UnsafeBufferPointer(start: (base + start).assumingMemoryBound(to: UInt8.self), count: limit - start),
            into: &out)
        switch problem {
        case nil:
            position = quoted ? limit + 1 : limit
            expectation = .after
            return true
        case .tooPrecise: return fail(.tooPrecise, at: start)
        case .overflow: return fail(.decimalOverflow, at: start)
        case .empty, .malformed: return fail(.badNumber, at: start)
        }
    }

    /// Index after the JSON number that starts at `start`, or -1 when none does.
    func numberEnd(_ start: Int) -> Int {
        var i = start
        if peek(i) == UInt8(ascii: "-") { i += 1 }
        let first = peek(i)
        if first &- 48 > 9 { return -1 }
        i += 1
        if first == 48 {
            if peek(i) &- 48 <= 9 { return -1 }
        } else {
            i = digitsEnd(i)
        }
        if peek(i) == UInt8(ascii: ".") {
            let limit = digitsEnd(i + 1)
            if limit == i + 1 { return -1 }
            i = limit
        }
        if peek(i) | 0x20 == UInt8(ascii: "e") {
            i += 1
            if peek(i) == UInt8(ascii: "+") || peek(i) == UInt8(ascii: "-") { i += 1 }
            let limit = digitsEnd(i)
            if limit == i { return -1 }
            i = limit
        }
        return i
    }

    private func digitsEnd(_ start: Int) -> Int {
        var i = start
        while peek(i) &- 48 <= 9 { i += 1 }
        return i
    }
}

/// 10^n for 0...8, without a table in memory.
@inline(__always) func powerOfTen(_ n: Int) -> UInt64 {
    switch n {
    case 0: 1
    case 1: 10
    case 2: 100
    case 3: 1_000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    default: 100_000_000
    }
}

import Units

extension JSONScanner {
    /// What the next value is, by its first byte; `.none` when no value is due here. Consumes nothing.
    public func peekKind() -> JSONKind {
        if expectation != .value { return .none }
        var i = position
        var byte = peek(i)
        while byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            i += 1
            byte = peek(i)
        }
        return JSONScanner.kind(byte)
    }

    /// Reads a string. `out` shows the text between the quotes as it stands, escapes validated but not resolved.
    public mutating func string(_ out: inout ByteView) -> Bool {
        guard let byte = valueStart() else { return false }
        if byte != UInt8(ascii: "\"") { return failKind(byte) }
        guard scanString(&out) else { return false }
        expectation = .after
        return true
    }

    /// Reads a number written as an integer: no fraction, no exponent, inside `Int64`.
    public mutating func int64(_ out: inout Int64) -> Bool {
        guard let first = valueStart() else { return false }
        if first &- 49 < 9, plainInteger(&out) { return true }
        return anyInteger(first, &out)
    }

    /// Up to sixteen digits, the first not zero, that end inside the view; consumes nothing when it is not so.
    @inline(__always) private mutating func plainInteger(_ out: inout Int64) -> Bool {
        guard position + 16 <= readable else { return false }
        let head = word(position) ^ Digits.zeros
        var bits = Digits.leadingBits(head)
        var value: UInt64
        var limit = position
        if bits < 64 {
            value = Digits.value(head &<< (64 &- UInt64(bits)))
        } else {
            bits = Digits.leadingBits(word(position + 8) ^ Digits.zeros)
            value = Digits.value(word(position + bits >> 3) ^ Digits.zeros)
            if bits > 0 { value &+= Digits.value(head << (64 &- UInt64(bits))) &* 100_000_000 }
            limit += 8
        }
        limit += bits >> 3
        // At the end of the view, or behind it, the number may go on; a point or an exponent is another reader's.
        guard limit < end else { return false }
        let next = peek(limit)
        if next &- 48 <= 9 || next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e") { return false }
        out = Int64(truncatingIfNeeded: value)
        position = limit
        expectation = .after
        return true
    }

    @inline(never) private mutating func anyInteger(_ first: UInt8, _ out: inout Int64) -> Bool {
        let negative = first == UInt8(ascii: "-")
        var i = negative ? position + 1 : position
        let start = i
        var magnitude: UInt64 = 0
        while true {
            let digit = peek(i) &- 48
            if digit > 9 { break }
            let (shifted, o1) = magnitude.multipliedReportingOverflow(by: 10)
            let (next, o2) = shifted.addingReportingOverflow(UInt64(digit))
            if o1 || o2 { return failInteger() }
            magnitude = next
            i += 1
        }
        if i == start { return negative ? fail(.badNumber, at: i) : failKind(first) }
        if i - start > 1, peek(start) == 48 { return fail(.badNumber, at: start) }
        let next = peek(i)
        if next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e") { return failInteger() }
        if magnitude > UInt64(Int64.max) + (negative ? 1 : 0) { return fail(.integerOverflow, at: position) }
        out = negative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(truncatingIfNeeded: magnitude)
        position = i
        expectation = .after
        return true
    }

    /// Names what is wrong with the number at `position` that is no `Int64`.
    @inline(never) private mutating func failInteger() -> Bool {
        let limit = numberEnd(position)
        if limit < 0 { return fail(.badNumber, at: position) }
        var i = position
        while i < limit {
            if peek(i) == UInt8(ascii: ".") || peek(i) | 0x20 == UInt8(ascii: "e") { return fail(.notAnInteger, at: i) }
            i += 1
        }
        return fail(.integerOverflow, at: position)
    }

    /// Reads `true` or `false`.
    public mutating func bool(_ out: inout Bool) -> Bool {
        guard let byte = valueStart() else { return false }
        if byte == UInt8(ascii: "t") {
            guard literal("true") else { return false }
            out = true
            return true
        }
        if byte == UInt8(ascii: "f") {
            guard literal("false") else { return false }
            out = false
            return true
        }
        return failKind(byte)
    }

    /// Consumes `null` and returns `true`; returns `false` without an error, consuming nothing, when something else is
    /// there.
    public mutating func null() -> Bool {
        if peekKind() != .null { return false }
        skipWhitespace()
        return literal("null")
    }

    /// Reads one value of any kind and shows its bytes, validated.
    public mutating func raw(_ out: inout ByteView) -> Bool {
        guard valueStart() != nil else { return false }
        let start = position
        guard skipValue() else { return false }
        out = view(from: start, to: position)
        return true
    }

    /// Reads past one value of any kind, validating all of it: grammar, escapes, UTF-8, depth.
    public mutating func skipValue() -> Bool {
        let floor = depth
        var ignored = ByteView()
        while true {
            guard let byte = valueStart() else { return false }
            let consumed: Bool
            switch JSONScanner.kind(byte) {
            case .object: consumed = beginObject()
            case .array: consumed = beginArray()
            case .string: consumed = string(&ignored)
            case .number: consumed = skipNumber()
            case .bool: consumed = literal(byte == UInt8(ascii: "t") ? "true" : "false")
            case .null: consumed = literal("null")
            case .none: consumed = fail(.unexpectedByte, at: position)
            }
            if !consumed { return false }
            while depth > floor {
                let more = objectBits & 1 == 1 ? nextMember(&ignored) : nextElement()
                if more { break }
                if expectation == .failed { return false }
            }
            if depth == floor { return true }
        }
    }

    private mutating func skipNumber() -> Bool {
        let limit = numberEnd(position)
        if limit < 0 { return fail(.badNumber, at: position) }
        position = limit
        expectation = .after
        return true
    }

    /// Consumes exactly these bytes.
    mutating func literal(_ text: StaticString) -> Bool {
        let letters = unsafe text.utf8Start
        var i = 0
        while i < text.utf8CodeUnitCount {
            if unsafe peek(position + i) != letters[i] { return fail(.unexpectedByte, at: position + i) }
            i += 1
        }
        position += i
        expectation = .after
        return true
    }
}

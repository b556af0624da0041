/// A strict RFC 8259 pull scanner over borrowed bytes.
///
/// The caller walks the document in order; nothing is built, nothing is allocated, and no byte outside the view (and its
/// padding, where it promises some) is ever read: every read goes through `peek` or, eight bytes at once, through `word`. The first error is kept, and every call after it returns `false`:
///
///     var s = JSONScanner(view); var key = ByteView()
///     guard s.beginObject() else { … s.error … }
///     while s.nextMember(&key) {
///         if key.equals("p") { _ = s.decimal(&price) } else { _ = s.skipValue() }
///     }
///     guard s.finish() else { … s.error … }          // tells `}` from an error
///
/// Every member and element must be consumed by exactly one value call before the next is asked for. Duplicate keys are
/// delivered as they come; the caller decides. Views it hands out live as long as the bytes it was given.
@safe public struct JSONScanner {
    /// Containers inside one another that are followed; the bound keeps the stack in one integer.
    public static var depthMax: Int { 64 }

    /// What the grammar allows at `position`.
    @usableFromInline enum Expectation: UInt8 {
        /// A value.
        case value
        /// The first member or element, or the closing bracket.
        case first
        /// A comma, the closing bracket, or the end.
        case after
        /// Nothing: stopped at an error.
        case failed
    }

    @usableFromInline let base: UnsafeRawPointer
    @usableFromInline let end: Int
    /// Up to where bytes may be read: `end`, or the padding's end.
    @usableFromInline let readable: Int
    /// Index of the next unread byte.
    public internal(set) var position = 0
    @usableFromInline var expectation = Expectation.value
    /// Open containers.
    public internal(set) var depth = 0
    /// One bit per open container, innermost lowest: 1 for an object.
    @usableFromInline var objectBits: UInt64 = 0
    /// Whether the last string or key read contains a backslash (then `JSONText.unescape` gives its meaning).
    public internal(set) var lastStringHadEscapes = false
    /// The first error, if any.
    public internal(set) var error: JSONScanError?
    /// Where the first error was met.
    public internal(set) var errorPosition = 0

    public init(_ view: ByteView) {
        unsafe base = view.base ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
        end = view.count
        readable = view.isPadded ? view.count + PaddedCursor.padding : view.count
    }

    // MARK: Containers

    /// Enters an object.
    public mutating func beginObject() -> Bool { begin(UInt8(ascii: "{"), objectBit: 1) }

    /// Enters an array.
    public mutating func beginArray() -> Bool { begin(UInt8(ascii: "["), objectBit: 0) }

    /// Moves to the value of the next member and gives its key, raw; `false` at `}` (which is consumed) or on error.
    public mutating func nextMember(_ key: inout ByteView) -> Bool {
        guard advance(close: UInt8(ascii: "}"), objectBit: 1) else { return false }
        // A key of one letter with its colon is one comparison: most of what venues send.
        if position + 8 <= readable, position + 4 <= end, Digits.isLetterKey(word(position)) {
            lastStringHadEscapes = false
            key = view(from: position + 1, to: position + 2)
            position += 4
            return true
        }
        guard scanString(&key) else { return false }
        skipWhitespace()
        guard peek(position) == UInt8(ascii: ":") else { return fail(.unexpectedByte, at: position) }
        position += 1
        return true
    }

    /// Moves to the next element; `false` at `]` (which is consumed) or on error.
    public mutating func nextElement() -> Bool { advance(close: UInt8(ascii: "]"), objectBit: 0) }

    /// Whether the document is complete and valid and only white space remains.
    public mutating func finish() -> Bool {
        if expectation == .failed { return false }
        skipWhitespace()
        if depth != 0 || expectation != .after {
            return fail(position >= end ? .unexpectedEnd : .misuse, at: position)
        }
        return position == end ? true : fail(.trailingBytes, at: position)
    }

    @inline(__always) mutating func begin(_ open: UInt8, objectBit: UInt64) -> Bool {
        guard let byte = valueStart() else { return false }
        if byte != open { return failKind(byte) }
        if depth == Self.depthMax { return fail(.tooDeep, at: position) }
        position += 1
        depth += 1
        objectBits = objectBits << 1 | objectBit
        expectation = .first
        return true
    }

    @inline(__always) mutating func advance(close: UInt8, objectBit: UInt64) -> Bool {
        if expectation == .failed { return false }
        if expectation == .value || depth == 0 || objectBits & 1 != objectBit { return fail(.misuse, at: position) }
        skipWhitespace()
        let byte = peek(position)
        if byte == close {
            position += 1
            depth -= 1
            objectBits >>= 1
            expectation = .after
            return false
        }
        if expectation == .after {
            if byte != UInt8(ascii: ",") { return fail(.unexpectedByte, at: position) }
            position += 1
            skipWhitespace()
        }
        expectation = .value
        return true
    }

    // MARK: Bytes

    /// The byte at `i`, or 0 past the end (0 is never valid JSON outside our own end checks).
    @inline(__always) func peek(_ i: Int) -> UInt8 {
        i < end ? unsafe base.load(fromByteOffset: i, as: UInt8.self) : 0
    }

    @inline(__always) mutating func skipWhitespace() {
        var byte = peek(position)
        while byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
            byte = peek(position)
        }
    }

    /// Moves to the first byte of the value that is due and returns it (0 at the end); `nil` when none is due.
    @inline(__always) mutating func valueStart() -> UInt8? {
        if expectation != .value {
            _ = fail(.misuse, at: position)
            return nil
        }
        skipWhitespace()
        return peek(position)
    }

    /// The eight bytes from `i` on, the first lowest. Precondition: `i + 8 <= readable`.
    @inline(__always) func word(_ i: Int) -> UInt64 {
        unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: i, as: UInt64.self))
    }

    @inline(__always) func view(from start: Int, to limit: Int) -> ByteView {
        unsafe ByteView(base + start, count: limit - start, isPadded: readable != end)
    }

    /// Records the first error and stops; always `false`. A byte missing because the view ends is told apart here.
    @inline(never) mutating func fail(_ reason: JSONScanError, at place: Int) -> Bool {
        if expectation == .failed { return false }
        error = reason == .unexpectedByte && place >= end ? .unexpectedEnd : reason
        errorPosition = place
        expectation = .failed
        return false
    }

    /// A value of the wrong kind, or no value at all.
    @inline(never) mutating func failKind(_ byte: UInt8) -> Bool {
        fail(JSONScanner.kind(byte) == .none ? .unexpectedByte : .wrongKind, at: position)
    }

    static func kind(_ byte: UInt8) -> JSONKind {
        switch byte {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        default: .none
        }
    }
}

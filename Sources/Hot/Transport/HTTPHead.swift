/// Why an HTTP response was refused.
public enum HTTPFault: UInt8, Sendable, Error {
    case badStatusLine, badVersion, badStatus, missingCarriageReturn, missingLineFeed, leadingSpace
    case badFieldName, badFieldValue, headTooLong, tooManyFields
    case conflictingLength, badLength, lengthWithEncoding, bodyNotAllowed
    case badChunkSize, badChunkExtension, badChunkEnd, dataAfterClose, endedEarly, bodyTooLong
}

/// One header field as places in the head's buffer.
struct HTTPField: BitwiseCopyable {
    var nameStart: Int32
    var nameEnd: Int32
    var valueStart: Int32
    var valueEnd: Int32
}

/// Collects and checks the head of an HTTP/1.1 response, byte by byte: CRLF only, no folding, token names, no control
/// characters in values, at most `byteLimit` bytes and 100 fields. All memory is taken at `init`.
@safe struct HTTPHead: ~Copyable {
    enum Step { case needMore, complete, failed(HTTPFault) }
    static let fieldLimit = 100

    private let bytes: UnsafeMutableRawBufferPointer
    private let fields: UnsafeMutableBufferPointer<HTTPField>
    private var count = 0
    private var lineStart = 0
    private var sawReturn = false
    private var seenStatusLine = false
    private(set) var fieldCount = 0
    private(set) var status = 0
    /// 9 for HTTP/0.9, 10 for 1.0, 11 for 1.1, 20 for 2.0.
    private(set) var version = 0

    init(byteLimit: Int) {
        unsafe bytes = .allocate(byteCount: byteLimit, alignment: 8)
        unsafe fields = .allocate(capacity: Self.fieldLimit)
    }

    deinit {
        unsafe bytes.deallocate()
        unsafe fields.deallocate()
    }

    mutating func reset() {
        (count, lineStart, fieldCount, status, version) = (0, 0, 0, 0, 0)
        (sawReturn, seenStatusLine) = (false, false)
    }

    /// Nothing of a head has been seen yet (blank lines before it do not count).
    var isEmpty: Bool { count == 0 && !sawReturn }

    mutating func consume(_ input: inout UnsafeRawBufferPointer) -> Step {
        var i = 0
        let n = input.count
        var step = Step.needMore
        scan: while i < n {
            let byte = unsafe input[i]
            i += 1
            if let end = accept(byte) {
                step = end
                break scan
            }
        }
        unsafe input = unsafe UnsafeRawBufferPointer(rebasing: input[i...])
        return step
    }

    private mutating func accept(_ byte: UInt8) -> Step? {
        if sawReturn {
            guard byte == 10 else { return .failed(.missingLineFeed) }
            sawReturn = false
            return endLine()
        }
        if byte == 13 {
            sawReturn = true
            return nil
        }
        if byte == 10 { return .failed(.missingCarriageReturn) }
        if !seenStatusLine {
            let prefix: StaticString = "HTTP/"
            if count < 5, unsafe byte != prefix.utf8Start[count] { return .failed(.badStatusLine) }
        } else if count == lineStart, byte == 32 || byte == 9 {
            return .failed(.leadingSpace)
        }
        guard unsafe count < bytes.count else { return .failed(.headTooLong) }
        unsafe bytes[count] = byte
        count += 1
        return nil
    }

    private mutating func endLine() -> Step? {
        defer { lineStart = count }
        if count == lineStart { return seenStatusLine ? .complete : nil }
        if let fault = seenStatusLine ? parseField() : parseStatusLine() { return .failed(fault) }
        return nil
    }

    private mutating func parseStatusLine() -> HTTPFault? {
        // HTTP/d.d SP ddd [SP reason]
        guard count >= 12, unsafe bytes[6] == 46, let major = digit(5), let minor = digit(7) else { return .badVersion }
        version = major * 10 + minor
        guard version == 9 || version == 10 || version == 11 || version == 20, unsafe bytes[8] == 32 else { return .badVersion }
        guard let a = digit(9), let b = digit(10), let c = digit(11), a >= 1 else { return .badStatus }
        status = a * 100 + b * 10 + c
        if count > 12, unsafe bytes[12] != 32 { return .badStatus }
        for i in 12..<count where unsafe !Self.isText(bytes[i]) { return .badStatusLine }
        seenStatusLine = true
        return nil
    }

    private func digit(_ at: Int) -> Int? {
        let byte = unsafe bytes[at]
        return byte >= 48 && byte <= 57 ? Int(byte) - 48 : nil
    }

    private mutating func parseField() -> HTTPFault? {
        var colon = lineStart
        while colon < count, unsafe bytes[colon] != 58 {
            guard unsafe Self.isToken(bytes[colon]) else { return .badFieldName }
            colon += 1
        }
        guard colon > lineStart, colon < count else { return .badFieldName }
        var start = colon + 1
        var end = count
        while start < end, unsafe bytes[start] == 32 || bytes[start] == 9 { start += 1 }
        while end > start, unsafe bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
        for i in start..<end where unsafe !Self.isText(bytes[i]) { return .badFieldValue }
        guard fieldCount < Self.fieldLimit else { return .tooManyFields }
        unsafe fields[fieldCount] = HTTPField(
            nameStart: Int32(lineStart), nameEnd: Int32(colon), valueStart: Int32(start), valueEnd: Int32(end))
        fieldCount += 1
        return nil
    }

    /// HTAB, SP, visible ASCII and obs-text: everything but control characters.
    private static func isText(_ byte: UInt8) -> Bool { byte == 9 || (byte >= 32 && byte != 127) }

    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case 33, 35, 36, 37, 38, 39, 42, 43, 45, 46, 94, 95, 96, 124, 126: true
        default: false
        }
    }

    // MARK: Fields

    func value(at index: Int) -> UnsafeRawBufferPointer {
        let field = unsafe fields[index]
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[Int(field.valueStart)..<Int(field.valueEnd)])
    }

    /// The field's name equals `name` (given in lower case), ignoring case.
    func isNamed(_ index: Int, _ name: StaticString) -> Bool {
        let field = unsafe fields[index]
        return unsafe Self.equals(
            UnsafeRawBufferPointer(rebasing: bytes[Int(field.nameStart)..<Int(field.nameEnd)]), name)
    }

    /// How many fields have this name, and the last of them.
    func find(_ name: StaticString) -> (count: Int, last: Int) {
        var found = (count: 0, last: -1)
        for i in 0..<fieldCount where isNamed(i, name) { found = (found.count + 1, i) }
        return found
    }

    /// Some field `name` has `token` (lower case) in its comma-separated list.
    func lists(_ name: StaticString, _ token: StaticString) -> Bool {
        for i in 0..<fieldCount where isNamed(i, name) {
            var rest = unsafe value(at: i)
            while unsafe !rest.isEmpty {
                var end = 0
                while unsafe end < rest.count && rest[end] != 44 { end += 1 }
                if unsafe Self.equals(Self.trimmed(UnsafeRawBufferPointer(rebasing: rest[..<end])), token) { return true }
                unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest[min(end + 1, rest.count)...])
            }
        }
        return false
    }

    static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = text.count
        while start < end, unsafe text[start] == 32 || text[start] == 9 { start += 1 }
        while end > start, unsafe text[end - 1] == 32 || text[end - 1] == 9 { end -= 1 }
        return unsafe UnsafeRawBufferPointer(rebasing: text[start..<end])
    }

    static func equals(_ text: UnsafeRawBufferPointer, _ lowercase: StaticString) -> Bool {
        guard text.count == lowercase.utf8CodeUnitCount else { return false }
        for i in 0..<text.count {
            let byte = unsafe text[i]
            let folded = byte >= 65 && byte <= 90 ? byte | 32 : byte
            if unsafe folded != lowercase.utf8Start[i] { return false }
        }
        return true
    }
}

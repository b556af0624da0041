/// What the response machine read. Pointers are valid until the next call.
@safe public enum HTTPResponseEvent {
    /// All input is consumed.
    case needMore
    /// A head is complete; 1xx heads other than 101 come alone, without `complete`.
    case head(status: Int)
    /// A piece of the body.
    case body(UnsafeRawBufferPointer)
    /// The response is whole; the next one may follow on the connection if `keepsAlive`.
    case complete
    /// After a 101: the rest of the input belongs to the other protocol.
    case upgraded
    /// The connection is to be closed; nothing follows.
    case failed(HTTPFault)
}

/// A strict HTTP/1.x response machine without I/O (RFC 9112): CRLF only, no folding, one way to say where the body
/// ends, bounds on head, fields and chunk sizes. Memory is taken at `init`.
@safe public struct HTTPResponseParser: ~Copyable {
    private enum Place: BitwiseCopyable {
        case head, afterHead, fixed, chunkSize, chunkExtension, chunkQuoted, chunkEscaped, chunkLineFeed
        case chunkData, chunkReturn, chunkEnd, trailer, untilEnd, done, upgraded, failed
    }

    private var headBuffer: HTTPHead
    private var trailer: HTTPTrailer
    private var place = Place.head
    private var remaining: UInt64 = 0
    private var sizeDigits = 0
    private var extensionBytes = 0
    private var extensionNameSeen = false
    private var fault = HTTPFault.badStatusLine
    private var closesAfter = false
    /// The next response answers a HEAD request: it has no body whatever its fields say.
    public var expectsNoBody = false

    public init(headLimit: Int = 65536) {
        headBuffer = HTTPHead(byteLimit: headLimit)
        trailer = HTTPTrailer()
    }

    /// Status of the last head; 0 before.
    public var status: Int { headBuffer.status }
    /// A further response may follow on this connection.
    public var keepsAlive: Bool { !closesAfter && place != .failed && place != .untilEnd }

    /// Back to the state after `init`, for a new connection.
    public mutating func reset() {
        headBuffer.reset()
        place = .head
        closesAfter = false
        expectsNoBody = false
    }

    /// The last value of a field of the current head (`name` in lower case), nil when absent. Valid until the next
    /// response begins.
    public func field(_ name: StaticString) -> UnsafeRawBufferPointer? {
        let found = headBuffer.find(name)
        return found.count == 0 ? nil : unsafe headBuffer.value(at: found.last)
    }

    /// Reads from the front of `input`, which is advanced past what was consumed, up to the first event.
    public mutating func consume(_ input: inout UnsafeRawBufferPointer) -> HTTPResponseEvent {
        while true {
            switch place {
            case .failed: return .failed(fault)
            case .upgraded: return .upgraded
            case .done:
                place = .head
                headBuffer.reset()
                return .complete
            case .head:
                if let event = unsafe readHead(&input) { return event }
            case .afterHead:
                if let fault = chooseBody() { return fail(fault) }
            case .fixed, .chunkData, .untilEnd:
                if let event = unsafe readBody(&input) { return event }
            default:
                guard let byte = unsafe input.first else { return .needMore }
                unsafe input = unsafe UnsafeRawBufferPointer(rebasing: input[1...])
                if let fault = chunkByte(byte) { return fail(fault) }
            }
        }
    }

    /// The peer ended the connection: completes a body that lasts until then, fails one cut short.
    public mutating func finish() -> HTTPResponseEvent {
        switch place {
        case .untilEnd:
            place = .head
            closesAfter = true
            headBuffer.reset()
            return .complete
        case .head where headBuffer.isEmpty, .upgraded: return .needMore
        case .failed: return .failed(fault)
        default: return fail(.endedEarly)
        }
    }

    private mutating func fail(_ why: HTTPFault) -> HTTPResponseEvent {
        place = .failed
        fault = why
        return .failed(why)
    }

    // MARK: Head

    private mutating func readHead(_ input: inout UnsafeRawBufferPointer) -> HTTPResponseEvent? {
        if closesAfter, unsafe !input.isEmpty { return fail(.dataAfterClose) }
        switch unsafe headBuffer.consume(&input) {
        case .needMore: return .needMore
        case .failed(let fault): return fail(fault)
        case .complete:
            place = .afterHead
            if let fault = checkFraming() { return fail(fault) }
            return .head(status: headBuffer.status)
        }
    }

    /// Everything that can be wrong with the framing is refused before the head is reported.
    private mutating func checkFraming() -> HTTPFault? {
        let hasEncoding = headBuffer.find("transfer-encoding").count > 0
        var length: UInt64?
        for i in 0..<headBuffer.fieldCount where headBuffer.isNamed(i, "content-length") {
            guard let value = unsafe Self.decimal(headBuffer.value(at: i)) else { return .badLength }
            if let length, length != value { return .conflictingLength }
            length = value
        }
        if hasEncoding, length != nil { return .lengthWithEncoding }
        if headBuffer.status == 204, hasEncoding || (length ?? 0) > 0 { return .bodyNotAllowed }
        remaining = length ?? 0
        return nil
    }

    private static func decimal(_ text: UnsafeRawBufferPointer) -> UInt64? {
        guard unsafe !text.isEmpty else { return nil }
        var value: UInt64 = 0
        for i in 0..<text.count {
            let byte = unsafe text[i]
            guard byte >= 48, byte <= 57 else { return nil }
            let (tens, a) = value.multipliedReportingOverflow(by: 10)
            let (sum, b) = tens.addingReportingOverflow(UInt64(byte - 48))
            if a || b { return nil }
            value = sum
        }
        return value
    }

    private mutating func chooseBody() -> HTTPFault? {
        let status = headBuffer.status
        if status == 101 {
            place = .upgraded
            return nil
        }
        if status < 200 {
            place = .head
            headBuffer.reset()
            return nil
        }
        let isOld = headBuffer.version < 11
        closesAfter = headBuffer.lists("connection", "close") || (isOld && !headBuffer.lists("connection", "keep-alive"))
        if expectsNoBody || status == 204 || status == 304 {
            expectsNoBody = false
            place = .done
        } else if headBuffer.find("transfer-encoding").count > 0 {
            let isChunked = lastEncodingIsChunked()
            (place, remaining, sizeDigits) = (isChunked ? .chunkSize : .untilEnd, 0, 0)
            if !isChunked { closesAfter = true }
        } else if headBuffer.find("content-length").count > 0 {
            place = remaining > 0 ? .fixed : .done
        } else {
            place = .untilEnd
            closesAfter = true
        }
        return nil
    }

    /// `chunked` counts only as the last coding of the last field; anything else lasts until the connection ends.
    private func lastEncodingIsChunked() -> Bool {
        let value = unsafe headBuffer.value(at: headBuffer.find("transfer-encoding").last)
        var start = value.count
        while start > 0, unsafe value[start - 1] != 44 { start -= 1 }
        return unsafe HTTPHead.equals(HTTPHead.trimmed(UnsafeRawBufferPointer(rebasing: value[start...])), "chunked")
    }

    // MARK: Body

    private mutating func readBody(_ input: inout UnsafeRawBufferPointer) -> HTTPResponseEvent? {
        guard unsafe !input.isEmpty else { return .needMore }
        let take = place == .untilEnd ? input.count : Int(min(remaining, UInt64(input.count)))
        let piece = unsafe UnsafeRawBufferPointer(rebasing: input[..<take])
        unsafe input = unsafe UnsafeRawBufferPointer(rebasing: input[take...])
        if place != .untilEnd {
            remaining -= UInt64(take)
            if remaining == 0 { place = place == .fixed ? .done : .chunkReturn }
        }
        return unsafe .body(piece)
    }

    /// One byte of a chunk's frame: size, extensions, line ends, trailer.
    private mutating func chunkByte(_ byte: UInt8) -> HTTPFault? {
        switch place {
        case .chunkSize:
            if let digit = Self.hex(byte) {
                guard sizeDigits < 16 else { return .badChunkSize }
                sizeDigits += 1
                remaining = remaining << 4 | digit
            } else if sizeDigits == 0 {
                return .badChunkSize
            } else if byte == 13 {
                place = .chunkLineFeed
            } else if byte == 59 {
                (place, extensionBytes, extensionNameSeen) = (.chunkExtension, 0, false)
            } else {
                return .badChunkSize
            }
        case .chunkExtension, .chunkQuoted, .chunkEscaped: return extensionByte(byte)
        case .chunkLineFeed:
            guard byte == 10 else { return .missingLineFeed }
            if remaining == 0 { trailer.reset() }
            place = remaining == 0 ? .trailer : .chunkData
        case .chunkReturn:
            guard byte == 13 else { return .badChunkEnd }
            place = .chunkEnd
        case .chunkEnd:
            guard byte == 10 else { return .badChunkEnd }
            (place, remaining, sizeDigits) = (.chunkSize, 0, 0)
        default:
            switch trailer.accept(byte) {
            case .needMore: return nil
            case .complete: place = .done
            case .failed(let fault): return fault
            }
        }
        return nil
    }

    private mutating func extensionByte(_ byte: UInt8) -> HTTPFault? {
        extensionBytes += 1
        if extensionBytes > 4096 { return .badChunkExtension }
        switch place {
        case .chunkEscaped:
            guard byte == 9 || (byte >= 32 && byte != 127) else { return .badChunkExtension }
            place = .chunkQuoted
        case .chunkQuoted:
            if byte == 34 { place = .chunkExtension; return nil }
            if byte == 92 { place = .chunkEscaped; return nil }
            guard byte == 9 || (byte >= 32 && byte != 127) else { return .badChunkExtension }
        default:
            if HTTPHead.isToken(byte) { extensionNameSeen = true; return nil }
            guard extensionNameSeen else { return .badChunkExtension }
            switch byte {
            case 13: place = .chunkLineFeed
            case 59: extensionNameSeen = false
            case 61: break
            case 34: place = .chunkQuoted
            default: return .badChunkExtension
            }
        }
        return nil
    }

    private static func hex(_ byte: UInt8) -> UInt64? {
        switch byte {
        case 48...57: UInt64(byte - 48)
        case 65...70: UInt64(byte - 55)
        case 97...102: UInt64(byte - 87)
        default: nil
        }
    }
}

/// The trailer section after the last chunk: field lines, checked for form and then dropped, at most 16 KiB.
struct HTTPTrailer: BitwiseCopyable {
    private var total = 0
    private var lineBytes = 0
    private var inValue = false
    private var sawReturn = false

    mutating func reset() { self = HTTPTrailer() }

    mutating func accept(_ byte: UInt8) -> HTTPHead.Step {
        total += 1
        if total > 16384 { return .failed(.headTooLong) }
        if sawReturn {
            guard byte == 10 else { return .failed(.missingLineFeed) }
            sawReturn = false
            if lineBytes == 0 { return .complete }
            guard inValue else { return .failed(.badFieldName) }
            (lineBytes, inValue) = (0, false)
            return .needMore
        }
        if byte == 13 {
            sawReturn = true
            return .needMore
        }
        if byte == 10 { return .failed(.missingCarriageReturn) }
        if inValue {
            guard byte == 9 || (byte >= 32 && byte != 127) else { return .failed(.badFieldValue) }
        } else if byte == 58, lineBytes > 0 {
            inValue = true
        } else if !HTTPHead.isToken(byte) {
            return .failed(.badFieldName)
        }
        lineBytes += 1
        return .needMore
    }
}

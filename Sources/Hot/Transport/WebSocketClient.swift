//  One frame from the server (RFC 6455 5.2); a client's frames carry MASK = 1 and four key bytes before the payload.
//
//       0               1               2               3
//      +-+-+-+-+-------+-+-------------+-------------------------------+
//      |F|R|R|R| opcode|M| length (7)  |  length, 16 or 64 bits, when   |
//      |I|S|S|S|  (4)  |A|             |  the 7 bits say 126 or 127     |
//      |N|V|V|V|       |S|             |                                |
//      +-+-+-+-+-------+-+-------------+--------------------------------+

/// The two kinds of data message.
public enum WebSocketMessageKind: UInt8, Sendable {
    case text = 1
    case binary = 2
}

/// Why a WebSocket connection was failed by this side, with the close code sent for it.
public enum WebSocketFault: UInt8, Sendable, Error {
    case maskedFrame, reservedBit, unknownOpcode, fragmentedControl, longControl, lengthEncoding
    case unexpectedContinuation, interleavedMessage, badClosePayload, badCloseCode
    case invalidUTF8, messageTooLong

    public var closeCode: UInt16 {
        switch self {
        case .invalidUTF8: 1007
        case .messageTooLong: 1009
        default: 1002
        }
    }
}

/// What the machine read. Pointers are valid until the next call.
@safe public enum WebSocketEvent {
    /// All input is consumed.
    case needMore
    /// A whole message.
    case message(UnsafeRawBufferPointer, kind: WebSocketMessageKind)
    /// A ping; its pong is queued.
    case ping
    case pong
    /// The peer's Close (1005: without a code). Ours is queued unless it was sent before. Nothing follows.
    case closed(code: UInt16)
    /// The peer broke the protocol; a Close with the fault's code is queued. Nothing follows.
    case failed(WebSocketFault)
}

/// The client side of RFC 6455 without I/O: bytes in, events out; messages in, masked frames out. No extensions.
/// All memory is taken at `init`; no call allocates. A frame that lies whole in the input is handed out in place.
@safe public struct WebSocketClient: ~Copyable {
    enum Reading: BitwiseCopyable { case header, payload, finished }

    let message: UnsafeMutableRawBufferPointer
    let out: UnsafeMutableRawBufferPointer
    private let control: UnsafeMutableRawBufferPointer
    private let head: UnsafeMutableRawBufferPointer
    private var masks: SplitMix
    private var reading = Reading.header
    private var headCount = 0
    private var headNeeded = 2
    private var opcode: UInt8 = 0
    private var isFinal = false
    private var remaining = 0
    private var controlCount = 0
    private var messageCount = 0
    private var messageKind: WebSocketMessageKind?
    private var text = UTF8Check()
    private var outCount = 0
    /// A Close of ours was queued: no data may follow.
    public private(set) var closeSent = false
    /// Pongs that found no room in the output.
    public private(set) var pongsDropped = 0

    /// - Parameters:
    ///   - messageLimit: bytes of the longest message accepted; longer ones fail the connection with 1009.
    ///   - outputLimit: bytes of the output buffer: the longest message sent plus 14, and some room for pongs.
    public init(messageLimit: Int, outputLimit: Int, seed: UInt64) {
        precondition(messageLimit > 0 && outputLimit >= 256)
        unsafe message = .allocate(byteCount: messageLimit, alignment: 64)
        unsafe out = .allocate(byteCount: outputLimit, alignment: 64)
        unsafe control = .allocate(byteCount: 128, alignment: 8)
        unsafe head = .allocate(byteCount: 16, alignment: 8)
        masks = SplitMix(seed: seed)
    }

    deinit {
        unsafe message.deallocate()
        unsafe out.deallocate()
        unsafe control.deallocate()
        unsafe head.deallocate()
    }

    /// Back to the state after `init`, for the next connection.
    public mutating func reset() {
        reading = .header
        (headCount, headNeeded, remaining, controlCount, messageCount, outCount) = (0, 2, 0, 0, 0, 0)
        messageKind = nil
        text = UTF8Check()
        closeSent = false
    }

    /// Reads from the front of `input`, which is advanced past what was consumed, up to the first event.
    public mutating func consume(_ input: inout UnsafeRawBufferPointer) -> WebSocketEvent {
        if let text = unsafe wholeText(&input) { return unsafe .message(text, kind: .text) }
        while true {
            switch reading {
            case .finished:
                unsafe input = unsafe UnsafeRawBufferPointer(rebasing: input[input.count...])
                return .needMore
            case .header:
                guard unsafe readHeader(&input) else { return .needMore }
                if let fault = parseHeader() { return fail(fault) }
            case .payload:
                if let event = unsafe readPayload(&input) { return event }
                if unsafe input.isEmpty, remaining > 0 || reading != .header { return .needMore }
            }
        }
    }

    /// The usual case at once: a text message in one frame that begins and ends in the input. Anything else, wrong or only
    /// unusual, is left to the states, and `input` as it is.
    @inline(__always) private func wholeText(_ input: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard reading == .header, headCount == 0, messageKind == nil, input.count >= 4, unsafe input[0] == 0x81 else {
            return nil
        }
        var length = unsafe Int(input[1])
        var head = 2
        if length == 126 {
            length = unsafe Int(UInt16(bigEndian: input.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            if length < 126 { return nil }
            head = 4
        } else if length > 126 {
            return nil
        }
        guard unsafe length <= message.count, input.count - head >= length else { return nil }
        let text = unsafe UnsafeRawBufferPointer(rebasing: input[head..<(head + length)])
        var check = UTF8Check()
        guard unsafe check.accepts(text), check.isComplete else { return nil }
        unsafe input = unsafe UnsafeRawBufferPointer(rebasing: input[(head + length)...])
        return unsafe text
    }

    private mutating func readHeader(_ input: inout UnsafeRawBufferPointer) -> Bool {
        while headCount < headNeeded {
            let take = min(headNeeded - headCount, input.count)
            if take == 0 { return false }
            for i in 0..<take { unsafe head[headCount + i] = unsafe input[i] }
            unsafe input = unsafe UnsafeRawBufferPointer(rebasing: input[take...])
            headCount += take
            if headCount == 2 {
                let length = unsafe head[1] & 0x7F
                // What is already wrong in two bytes is refused before the length is waited for.
                headNeeded = basicFault() != nil ? 2 : length == 127 ? 10 : length == 126 ? 4 : 2
            }
        }
        return true
    }

    private func basicFault() -> WebSocketFault? {
        let first = unsafe head[0]
        let second = unsafe head[1]
        if first & 0x70 != 0 { return .reservedBit }
        switch first & 0x0F {
        case 0: if messageKind == nil { return .unexpectedContinuation }
        case 1, 2: if messageKind != nil { return .interleavedMessage }
        case 8, 9, 10:
            if first & 0x80 == 0 { return .fragmentedControl }
            if second & 0x7F > 125 { return .longControl }
        default: return .unknownOpcode
        }
        return second & 0x80 != 0 ? .maskedFrame : nil
    }

    private mutating func parseHeader() -> WebSocketFault? {
        if let fault = basicFault() { return fault }
        opcode = unsafe head[0] & 0x0F
        isFinal = unsafe head[0] & 0x80 != 0
        var length = unsafe UInt64(head[1] & 0x7F)
        if headNeeded == 4 {
            length = unsafe UInt64(UInt16(bigEndian: head.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            if length < 126 { return .lengthEncoding }
        } else if headNeeded == 10 {
            length = unsafe UInt64(bigEndian: head.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
            if length < 65536 || length >> 63 != 0 { return .lengthEncoding }
        }
        if opcode < 8 {
            guard unsafe length <= UInt64(message.count - messageCount) else { return .messageTooLong }
            if let kind = WebSocketMessageKind(rawValue: opcode) {
                messageKind = kind
                text = UTF8Check()
            }
        } else {
            controlCount = 0
        }
        remaining = Int(length)
        (headCount, headNeeded) = (0, 2)
        reading = .payload
        return nil
    }

    private mutating func readPayload(_ input: inout UnsafeRawBufferPointer) -> WebSocketEvent? {
        let take = min(remaining, input.count)
        let piece = unsafe UnsafeRawBufferPointer(rebasing: input[..<take])
        unsafe input = unsafe UnsafeRawBufferPointer(rebasing: input[take...])
        if opcode >= 8 {
            if take > 0 { unsafe UnsafeMutableRawBufferPointer(rebasing: control[controlCount...]).copyMemory(from: piece) }
            controlCount += take
            remaining -= take
            return remaining == 0 ? finishControl() : nil
        }
        if messageKind == .text, unsafe !text.accepts(piece) { return fail(.invalidUTF8) }
        let isWhole = take == remaining && isFinal && messageCount == 0
        remaining -= take
        if !isWhole {
            if take > 0 { unsafe UnsafeMutableRawBufferPointer(rebasing: message[messageCount...]).copyMemory(from: piece) }
            messageCount += take
        }
        guard remaining == 0 else { return nil }
        reading = .header
        guard isFinal, let kind = messageKind else { return nil }
        if kind == .text, !text.isComplete { return fail(.invalidUTF8) }
        let whole = unsafe isWhole ? piece : UnsafeRawBufferPointer(rebasing: message[..<messageCount])
        messageCount = 0
        messageKind = nil
        return unsafe .message(whole, kind: kind)
    }

    private mutating func finishControl() -> WebSocketEvent {
        reading = .header
        let payload = unsafe UnsafeRawBufferPointer(rebasing: control[..<controlCount])
        switch opcode {
        case 9:
            if !closeSent, unsafe !append(opcode: 10, payload) { pongsDropped += 1 }
            return .ping
        case 10:
            return .pong
        default:
            return unsafe finishClose(payload)
        }
    }

    private mutating func finishClose(_ payload: UnsafeRawBufferPointer) -> WebSocketEvent {
        var code: UInt16 = 1005
        if payload.count == 1 { return fail(.badClosePayload) }
        if payload.count >= 2 {
            code = unsafe UInt16(bigEndian: payload.loadUnaligned(as: UInt16.self))
            guard Self.mayBeReceived(code) else { return fail(.badCloseCode) }
            var check = UTF8Check()
            guard unsafe check.accepts(UnsafeRawBufferPointer(rebasing: payload[2...])), check.isComplete else {
                return fail(.invalidUTF8)
            }
        }
        reading = .finished
        queueClose(code: code)
        return .closed(code: code)
    }

    /// RFC 6455 7.4 and the IANA registry: the codes that may stand in a Close frame.
    static func mayBeReceived(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    private mutating func fail(_ fault: WebSocketFault) -> WebSocketEvent {
        reading = .finished
        queueClose(code: fault.closeCode)
        return .failed(fault)
    }

    // MARK: Output

    /// Frames to be sent, oldest first.
    public var output: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(rebasing: out[..<outCount]) }

    /// All of `output` was taken.
    @inline(__always) public mutating func outputTaken() { outCount = 0 }

    /// Queues one whole message. False when it does not fit or a Close was queued.
    public mutating func queueMessage(_ payload: UnsafeRawBufferPointer, kind: WebSocketMessageKind) -> Bool {
        unsafe !closeSent && append(opcode: kind.rawValue, payload)
    }

    /// Queues a ping with up to 125 bytes.
    public mutating func queuePing(_ payload: UnsafeRawBufferPointer) -> Bool {
        unsafe payload.count <= 125 && !closeSent && append(opcode: 9, payload)
    }

    /// Queues a Close, once. 1005 sends one without a code.
    public mutating func queueClose(code: UInt16) {
        guard !closeSent else { return }
        var bigEndian = code.bigEndian
        unsafe withUnsafeBytes(of: &bigEndian) { bytes in
            closeSent = unsafe append(opcode: 8, code == 1005 ? UnsafeRawBufferPointer(rebasing: bytes[..<0]) : bytes)
        }
    }

    private mutating func append(opcode: UInt8, _ payload: UnsafeRawBufferPointer) -> Bool {
        let count = payload.count
        let headBytes = count < 126 ? 6 : count < 65536 ? 8 : 14
        guard unsafe out.count - outCount >= headBytes + count else { return false }
        let frame = unsafe UnsafeMutableRawBufferPointer(rebasing: out[outCount...])
        unsafe frame[0] = 0x80 | opcode
        if count < 126 {
            unsafe frame[1] = 0x80 | UInt8(count)
        } else if count < 65536 {
            unsafe frame[1] = 0x80 | 126
            unsafe frame.storeBytes(of: UInt16(count).bigEndian, toByteOffset: 2, as: UInt16.self)
        } else {
            unsafe frame[1] = 0x80 | 127
            unsafe frame.storeBytes(of: UInt64(count).bigEndian, toByteOffset: 2, as: UInt64.self)
        }
        let key = UInt32(truncatingIfNeeded: masks.next())
        unsafe frame.storeBytes(of: key, toByteOffset: headBytes - 4, as: UInt32.self)
        unsafe Self.mask(payload, into: UnsafeMutableRawBufferPointer(rebasing: frame[headBytes...]), key: key)
        outCount += headBytes + count
        return true
    }

    private static func mask(_ from: UnsafeRawBufferPointer, into: UnsafeMutableRawBufferPointer, key: UInt32) {
        let wide = UInt64(key) | UInt64(key) << 32
        let n = from.count
        var i = 0
        while i + 8 <= n {
            let word = unsafe from.loadUnaligned(fromByteOffset: i, as: UInt64.self) ^ wide
            unsafe into.storeBytes(of: word, toByteOffset: i, as: UInt64.self)
            i += 8
        }
        while i < n {
            unsafe into[i] = unsafe from[i] ^ UInt8(truncatingIfNeeded: wide >> (UInt64(i & 7) * 8))
            i += 1
        }
    }
}

internal import CTLS

/// Why the server's answer to the WebSocket opening handshake was refused.
public enum UpgradeFault: Sendable, Equatable, Error {
    /// The answer is not HTTP.
    case http(HTTPFault)
    /// A status other than 101.
    case status(Int)
    case upgradeHeader
    case connectionHeader
    case acceptHeader
    case extensionNotOffered
    case protocolNotOffered
}

/// The client's opening handshake of RFC 6455 4.1 without I/O: request bytes out, response bytes in.
/// Whatever follows the response in the input is left there: it belongs to the WebSocket. Memory is taken at `init`.
@safe public struct HTTPUpgrade: ~Copyable {
    public enum Step {
        case needMore
        case upgraded
        case refused(UpgradeFault)
    }

    private var head: HTTPHead
    private let request: UnsafeMutableRawBufferPointer
    private var requestCount = 0
    private let accept: UnsafeMutableRawBufferPointer

    /// `headLimit`: bytes of the longest response head accepted.
    public init(headLimit: Int = 16384, requestLimit: Int = 4096) {
        head = HTTPHead(byteLimit: headLimit)
        unsafe request = .allocate(byteCount: requestLimit, alignment: 8)
        unsafe accept = .allocate(byteCount: 28, alignment: 8)
    }

    deinit {
        unsafe request.deallocate()
        unsafe accept.deallocate()
    }

    /// The status of the answer, 0 before it was read.
    public var status: Int { head.status }

    /// Writes the request and remembers the answer that its key (128 random bits) calls for. Nil when it is too long
    /// or `host`, `target` or `extraHeaders` (whole `Name: value\r\n` lines, trusted) cannot stand in a request.
    public mutating func begin(
        host: String, target: String, extraHeaders: String, key: (UInt64, UInt64)
    ) -> UnsafeRawBufferPointer? {
        head.reset()
        requestCount = 0
        guard Self.isPlain(host), Self.isPlain(target), target.utf8.first == UInt8(ascii: "/") else { return nil }
        var keyText = unsafe withUnsafeBytes(of: (key.0, key.1)) { unsafe Base64.encode16($0) }
        let keySpan = keyText.mutableSpan
        guard put("GET "), put(target), put(" HTTP/1.1\r\nHost: "), put(host),
            put("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "),
            unsafe keySpan.withUnsafeBytes({ unsafe put($0) }), put("\r\n"), put(extraHeaders), put("\r\n")
        else { return nil }
        rememberAccept(keyText)
        return unsafe UnsafeRawBufferPointer(rebasing: request[..<requestCount])
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
    }

    private mutating func put(_ text: String) -> Bool {
        for byte in text.utf8 {
            guard unsafe requestCount < request.count else { return false }
            unsafe request[requestCount] = byte
            requestCount += 1
        }
        return true
    }

    private mutating func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for unsafe byte in unsafe bytes {
            guard unsafe requestCount < request.count else { return false }
            unsafe request[requestCount] = byte
            requestCount += 1
        }
        return true
    }

    private func rememberAccept(_ key: InlineArray<24, UInt8>) {
        let guid: StaticString = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        var joined = InlineArray<60, UInt8>(repeating: 0)
        for i in 0..<24 { joined[i] = key[i] }
        for i in 0..<36 { joined[24 + i] = unsafe guid.utf8Start[i] }
        var digest = InlineArray<20, UInt8>(repeating: 0)
        var digestSpan = digest.mutableSpan
        let joinedSpan = joined.span
        unsafe joinedSpan.withUnsafeBufferPointer { from in
            unsafe digestSpan.withUnsafeMutableBufferPointer { to in unsafe ctls_sha1(from.baseAddress, 60, to.baseAddress) }
        }
        let digestRead = digest.span
        unsafe digestRead.withUnsafeBytes { unsafe Base64.encode($0, into: accept) }
    }

    /// Reads the answer from the front of `input`, which is advanced past it.
    public mutating func consume(_ input: inout UnsafeRawBufferPointer) -> Step {
        switch unsafe head.consume(&input) {
        case .needMore: .needMore
        case .failed(let fault): .refused(.http(fault))
        case .complete: verdict()
        }
    }

    private func verdict() -> Step {
        guard head.status == 101 else { return .refused(.status(head.status)) }
        guard head.version == 11 else { return .refused(.http(.badVersion)) }
        guard head.lists("upgrade", "websocket"), head.find("upgrade").count == 1 else { return .refused(.upgradeHeader) }
        guard head.lists("connection", "upgrade") else { return .refused(.connectionHeader) }
        let found = head.find("sec-websocket-accept")
        guard found.count == 1, unsafe Self.same(head.value(at: found.last), accept) else { return .refused(.acceptHeader) }
        guard head.find("sec-websocket-extensions").count == 0 else { return .refused(.extensionNotOffered) }
        guard head.find("sec-websocket-protocol").count == 0 else { return .refused(.protocolNotOffered) }
        return .upgraded
    }

    private static func same(_ text: UnsafeRawBufferPointer, _ wanted: UnsafeMutableRawBufferPointer) -> Bool {
        guard text.count == wanted.count else { return false }
        for i in 0..<text.count where unsafe text[i] != wanted[i] { return false }
        return true
    }
}

/// Base64 of the two fixed lengths the handshake needs (16 bytes → 24 characters, 20 bytes → 28).
enum Base64 {
    static func encode16(_ bytes: UnsafeRawBufferPointer) -> InlineArray<24, UInt8> {
        var text = InlineArray<24, UInt8>(repeating: 0)
        var span = text.mutableSpan
        unsafe span.withUnsafeMutableBytes { unsafe encode(bytes, into: $0) }
        return text
    }

    /// Padded base64; `into` has room for it.
    static func encode(_ bytes: UnsafeRawBufferPointer, into text: UnsafeMutableRawBufferPointer) {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        var at = 0
        var i = 0
        let n = bytes.count
        while i < n {
            let a = unsafe UInt32(bytes[i])
            let b = unsafe i + 1 < n ? UInt32(bytes[i + 1]) : 0
            let c = unsafe i + 2 < n ? UInt32(bytes[i + 2]) : 0
            let group = a << 16 | b << 8 | c
            for k in 0..<4 {
                let isPadding = i + k > n
                unsafe text[at + k] = isPadding ? 61 : alphabet.utf8Start[Int(group >> (18 - 6 * UInt32(k))) & 63]
            }
            at += 4
            i += 3
        }
    }
}

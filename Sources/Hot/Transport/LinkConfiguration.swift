public import Units
public import Uring

/// Who encrypts the records of a TLS link once its handshake is done.
public enum TLSRecordProvider: UInt8, Sendable, CaseIterable {
    /// OpenSSL, all of it.
    case openssl = 1
    /// Our record layer, for AES-GCM of TLS 1.3; OpenSSL for any other cipher, and again after anything unexpected.
    case own = 2
}

/// Where a link goes and its bounds. Read at `Link.init`; the address may be replaced before `open`.
public struct LinkConfiguration: Sendable {
    /// What runs over the connection.
    public enum Content: Sendable {
        /// RFC 6455: whole messages.
        case webSocket
        /// Bytes as they come (HTTP/1.1 with `HTTPResponseParser`, for example).
        case raw
    }

    public var address: SocketAddress
    /// The name the certificate must carry, and SNI.
    public var host: String
    /// The Host header: `host`, with the port where it is not the scheme's.
    public var hostHeader: String
    /// Path and query of the upgrade request.
    public var target = "/"
    /// Whole `Name: value\r\n` lines for the upgrade request.
    public var extraHeaders = ""
    public var content = Content.webSocket
    /// Longest message accepted, bytes.
    public var messageLimit = 1 << 20
    /// Longest message sent, bytes.
    public var sendLimit = 1 << 16
    /// Bytes that may wait for the socket, after TLS.
    public var outputBytes = 1 << 18
    public var records = TLSRecordProvider.openssl
    /// With own records: libipsec-mb where it is installed and the processor has AVX2, else OpenSSL's AEAD.
    public var useFastCipher = true
    public var connectTimeout = Nanoseconds(seconds: 5)
    public var tlsTimeout = Nanoseconds(seconds: 5)
    public var upgradeTimeout = Nanoseconds(seconds: 5)
    /// How long an open link may be silent (pongs count as sound); zero: for ever.
    public var idleTimeout = Nanoseconds.zero
    /// How long the peer may take to answer our Close and to end TCP.
    public var closeTimeout = Nanoseconds(seconds: 2)
    /// Randomness of mask and handshake keys.
    public var seed: UInt64

    public init(address: SocketAddress, host: String, hostHeader: String? = nil, seed: UInt64) {
        self.address = address
        self.host = host
        self.hostHeader = hostHeader ?? host
        self.seed = seed
    }
}

/// What arrives on a link.
public enum LinkMessageKind: UInt8, Sendable {
    case text = 1
    case binary = 2
    /// Bytes of a raw link, in whatever pieces they came.
    case raw = 3
}

/// Legal ways: idle → connecting → securing → upgrading → open → closing → draining → closed; each of the first five
/// may go to `draining` at once, stages that the configuration lacks are skipped, and `closed` may open again.
public enum LinkState: UInt8, Sendable {
    case idle, connecting, securing, upgrading, open
    /// A Close was sent or received; waiting for the peer to end TCP.
    case closing
    /// The socket is shut; waiting for the kernel to return our buffers.
    case draining
    case closed
}

/// Receives a link's events, on the link's thread. Pointers are valid during the call. The link is passed in so that
/// an answer can be sent from within.
public protocol LinkHandler: ~Copyable {
    mutating func linkOpened(_ link: inout Link, at now: Nanoseconds)
    /// `receivedAt` is the time given to the `handle` or `poll` call that read it.
    mutating func linkMessage(
        _ link: inout Link, _ bytes: UnsafeRawBufferPointer, kind: LinkMessageKind, receivedAt: Nanoseconds)
    mutating func linkPong(_ link: inout Link, at now: Nanoseconds)
    /// Whether an open link may take what came in. What it does not take stays in the kernel, and when its buffers are full
    /// the peer has to wait. Asked before each completion.
    mutating func linkMayRead() -> Bool
    /// The link is no longer usable, though the socket is not yet gone. Called at most once, before `linkClosed`.
    mutating func linkClosing(_ link: inout Link, reason: LinkCloseReason)
    /// The socket is gone; `open` may be called again, also from here.
    mutating func linkClosed(_ link: inout Link, reason: LinkCloseReason, at now: Nanoseconds)
}

extension LinkHandler where Self: ~Copyable {
    public mutating func linkPong(_ link: inout Link, at now: Nanoseconds) {}
    public mutating func linkMayRead() -> Bool { true }
    public mutating func linkClosing(_ link: inout Link, reason: LinkCloseReason) {}
}

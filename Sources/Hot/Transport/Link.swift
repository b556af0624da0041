internal import CTLS
public import Units
public import Uring

/// One TCP connection, with TLS and WebSocket as configured, driven by the io_uring of its thread.
///
/// The owner drains the ring and gives each completion to the link whose slot it carries (`handle`), and calls `tick`
/// once per duty cycle; with a single link `poll` does all of it. Memory is taken at `init`; `open` lets OpenSSL
/// allocate a session; nothing else allocates. Engine thread only. Before it is released the link must be closed
/// (its buffers may be in the kernel's hands): `deinit` traps otherwise. Sockets are made, set, connected and closed
/// through the ring, so that connecting again is no system call of its own.
@safe public struct Link: ~Copyable {
    enum Operation {
        static let connect: UInt8 = 1, receive: UInt8 = 2, send: UInt8 = 3, cancel: UInt8 = 4
        static let socket: UInt8 = 5, noDelay: UInt8 = 6, close: UInt8 = 7
    }

    public let slot: UInt16
    public internal(set) var configuration: LinkConfiguration
    public internal(set) var state = LinkState.idle
    /// When the last byte arrived; zero before the first.
    public internal(set) var lastReceived = Nanoseconds.zero
    /// When the link became open; zero before.
    public internal(set) var openedAt = Nanoseconds.zero
    /// When it last did what.
    public internal(set) var stamps = LinkStamps()
    /// Bytes read from the socket since `init`, before TLS.
    public internal(set) var bytesReceived: UInt64 = 0

    let ring: UringHandle
    let tls: TLSContext?
    /// The context's pointer and the host as C reads it: a handshake counts no reference and makes no text.
    let tlsContext: OpaquePointer?
    private(set) var hostText: UnsafeMutablePointer<CChar>
    var session: OpaquePointer?
    /// Own records of this connection, where they are in use.
    var records = TLSRecords()
    /// Something unexpected came through own records: from then on OpenSSL's are used.
    public internal(set) var recordsFellBack = false
    /// A ticket for the next connection.
    var ticket: OpaquePointer?
    /// The last handshake resumed an earlier session.
    public internal(set) var isResumed = false
    var web: WebSocketClient
    var upgrade: HTTPUpgrade
    var random: SplitMix
    let plain: UnsafeMutableRawBufferPointer
    let output: UnsafeMutableRawBufferPointer
    let address: UnsafeMutableRawBufferPointer
    let errorText: UnsafeMutablePointer<CChar>
    var sendStart = 0
    var sendEnd = 0
    var sendInFlight = false
    var socket: Int32 = -1
    var generation: UInt32 = 0
    var inFlight = 0
    var now = Nanoseconds.zero
    var deadline = Nanoseconds.zero
    var reason: LinkCloseReason?
    var closingTold = false

    /// `tls` nil: plain TCP. `slot` must be unique on the ring.
    public init(_ configuration: LinkConfiguration, ring: UringHandle, slot: UInt16, tls: TLSContext?) {
        self.configuration = configuration
        self.ring = ring
        self.slot = slot
        self.tls = tls
        unsafe tlsContext = tls?.context
        let host = configuration.host.utf8CString
        unsafe hostText = .allocate(capacity: host.count)
        for index in 0..<host.count { unsafe hostText[index] = host[index] }
        random = SplitMix(seed: configuration.seed)
        let isWeb = configuration.content == .webSocket
        web = WebSocketClient(
            messageLimit: isWeb ? configuration.messageLimit : 1, outputLimit: isWeb ? configuration.sendLimit + 1024 : 256,
            seed: configuration.seed ^ 0x5745_4253_4F43_4B45)
        upgrade = HTTPUpgrade()
        unsafe plain = .allocate(byteCount: TLSRecords.plainBytes, alignment: 64)
        unsafe output = .allocate(byteCount: configuration.outputBytes, alignment: 64)
        unsafe address = .allocate(byteCount: 32, alignment: 8)
        unsafe errorText = .allocate(capacity: 256)
        unsafe errorText.initialize(repeating: 0, count: 256)
        if tls != nil { unsafe precondition(ctls_ticket_create(&ticket) == 0, "no memory for a session ticket") }
    }

    deinit {
        precondition(inFlight == 0, "a link must be closed before it is released")
        if let session = unsafe session { unsafe ctls_session_destroy(session) }
        if let ticket = unsafe ticket { unsafe ctls_ticket_destroy(ticket) }
        unsafe plain.deallocate()
        unsafe output.deallocate()
        unsafe address.deallocate()
        unsafe errorText.deallocate()
        unsafe hostText.deallocate()
    }

    // MARK: Commands

    /// Starts to connect. Legal when idle or closed. A failure that is known at once is reported like any other, from
    /// a later `tick`.
    public mutating func open(now: Nanoseconds) {
        precondition(state == .idle || state == .closed, "open is legal only on an idle or closed link")
        self.now = now
        generation &+= 1
        (sendStart, sendEnd, sendInFlight, inFlight) = (0, 0, false, 0)
        (reason, closingTold) = (nil, false)
        (lastReceived, openedAt) = (.zero, .zero)
        unsafe errorText[0] = 0
        web.reset()
        state = .connecting
        deadline = now + configuration.connectTimeout
        socket = -1
        guard ring.openSocket(ipv6: configuration.address.isIPv6, tag: tag(Operation.socket)) else {
            return tearDown(.ringFull)
        }
        inFlight += 1
        ring.submit()
    }

    /// Where the next `open` connects to: another server, by its own name, which its certificate must carry. Bounds and seed
    /// stay. Legal when idle or closed. The ticket of the server before is given up: no session is resumed elsewhere.
    public mutating func redirect(to server: LinkConfiguration) {
        precondition(state == .idle || state == .closed, "only a closed link can go elsewhere")
        configuration.address = server.address
        configuration.host = server.host
        configuration.hostHeader = server.hostHeader
        configuration.target = server.target
        let host = server.host.utf8CString
        unsafe hostText.deallocate()
        unsafe hostText = .allocate(capacity: host.count)
        for index in 0..<host.count { unsafe hostText[index] = host[index] }
        if let former = unsafe ticket {
            unsafe ctls_ticket_destroy(former)
            unsafe ticket = nil
            unsafe precondition(ctls_ticket_create(&ticket) == 0, "no memory for a session ticket")
        }
    }

    /// Sends one text message. False when the link is not open or the message does not fit; nothing is sent then.
    public mutating func sendText(_ bytes: UnsafeRawBufferPointer) -> Bool { unsafe send(bytes, kind: .text) }

    /// Sends one message: encrypted and handed to the kernel before this returns, unless the socket is behind.
    public mutating func send(_ bytes: UnsafeRawBufferPointer, kind: WebSocketMessageKind) -> Bool {
        stamps.given = ProcessorTicks.now()
        guard state == .open, unsafe web.queueMessage(bytes, kind: kind) else { return false }
        pump()
        return true
    }

    /// Sends bytes on a raw link. False when it is not open or there is no room for all of them.
    public mutating func sendRaw(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard state == .open, configuration.content == .raw, unsafe encrypt(bytes) else { return false }
        pump()
        return true
    }

    /// Sends a ping with up to 125 bytes.
    public mutating func sendPing(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard state == .open, unsafe web.queuePing(bytes) else { return false }
        pump()
        return true
    }

    /// Ends the link in order: WebSocket Close, then TCP. Legal in any state.
    public mutating func close() {
        switch state {
        case .idle, .closed, .draining, .closing: return
        case .connecting, .securing, .upgrading: tearDown(.requested)
        case .open:
            reason = .requested
            guard configuration.content == .webSocket else { return tearDown(.requested) }
            web.queueClose(code: 1000)
            state = .closing
            deadline = now + configuration.closeTimeout
            pump()
        }
    }

    /// Ends the link at once, without a Close.
    public mutating func abort() {
        if state != .idle, state != .closed { tearDown(.requested) }
    }

    /// OpenSSL's words for the last TLS failure; empty when there was none. Allocates: cold.
    public var failureText: String { unsafe String(cString: errorText) }

    /// Version and cipher of an open TLS link. Allocates: cold.
    public var tlsDescription: String {
        guard let session = unsafe session else { return "no TLS" }
        var text = InlineArray<128, CChar>(repeating: 0)
        var span = text.mutableSpan
        return unsafe span.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return "" }
            unsafe ctls_describe(session, base, 128)
            let own = records.isActive ? records.isFast ? ", own records by libipsec-mb" : ", own records" : ""
            return unsafe String(cString: base) + own + (isResumed ? ", resumed" : "")
        }
    }

    func tag(_ operation: UInt8) -> UringTag { UringTag(operation: operation, slot: slot, generation: generation) }

    // MARK: Output

    /// Moves queued frames into the output buffer and gives the kernel what it holds; one send is in flight at a time.
    mutating func pump() {
        let frames = unsafe web.output
        if unsafe !frames.isEmpty, unsafe encrypt(frames) {
            web.outputTaken()
            stamps.sealed = ProcessorTicks.now()
        }
        guard !sendInFlight, sendEnd > sendStart, state != .draining else { return }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: output[sendStart..<sendEnd])
        guard unsafe ring.send(socket, bytes, tag: tag(Operation.send)) else { return tearDown(.ringFull) }
        sendInFlight = true
        inFlight += 1
        stamps.submitted = ProcessorTicks.now()
        ring.submit()
        stamps.taken = ProcessorTicks.now()
    }

    /// Appends plaintext to the output, through TLS where there is one. False when it does not fit.
    mutating func encrypt(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let count = bytes.count
        let overhead = unsafe session == nil ? 0 : (count / 16384 + 1) * 64
        guard unsafe output.count - sendEnd >= count + overhead, let from = bytes.baseAddress else { return count == 0 }
        guard let session = unsafe session else {
            unsafe UnsafeMutableRawBufferPointer(rebasing: output[sendEnd...]).copyMemory(from: bytes)
            sendEnd += count
            return true
        }
        if records.isActive {
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: output[sendEnd...])
            guard let written = unsafe records.seal(bytes, into: room) else {
                recordsFailed(.provider)
                return true
            }
            sendEnd += written
            return true
        }
        unsafe beginTLSOutput(session)
        let written = unsafe ctls_write(session, from, count)
        unsafe endTLSOutput(session)
        if written != Int64(count) { unsafe tearDown(tlsFailure(session, Int32(truncatingIfNeeded: written))) }
        return true
    }

    func beginTLSOutput(_ session: OpaquePointer) {
        guard let base = unsafe output.baseAddress else { return }
        unsafe ctls_set_output(session, base + sendEnd, output.count - sendEnd)
    }

    mutating func endTLSOutput(_ session: OpaquePointer) { unsafe sendEnd += ctls_output_used(session) }

    mutating func tlsFailure(_ session: OpaquePointer, _ code: Int32) -> LinkCloseReason {
        unsafe ctls_error_text(session, errorText, 256)
        return code == -1 ? .peerEnded : code == -3 ? .untrusted : .tls
    }
}

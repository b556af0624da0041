internal import CTLS
public import Units
public import Uring

extension Link {
    /// For a ring with this link alone: drives the ring, hands over every event that the handler has room for, ticks. The
    /// number of completions.
    public mutating func poll<Handler: LinkHandler & ~Copyable>(
        _ queue: borrowing UringQueue, now: Nanoseconds, _ handler: inout Handler
    ) -> Int {
        var work = 0
        queue.poll()
        while state != .open || handler.linkMayRead(), let completion = queue.peek() {
            handle(completion, now: now, &handler)
            work += 1
        }
        tick(now: now, &handler)
        return work
    }

    /// Takes a completion that carries this link's slot.
    public mutating func handle<Handler: LinkHandler & ~Copyable>(
        _ completion: UringCompletion, now: Nanoseconds, _ handler: inout Handler
    ) {
        self.now = now
        let tag = UringTag(raw: completion.userData)
        guard tag.generation == generation else {
            if let id = completion.bufferID { ring.recycle(id) }
            return
        }
        if !completion.hasMore { inFlight -= 1 }
        switch tag.operation {
        case Operation.socket: socketMade(completion.result)
        case Operation.noDelay: if completion.result < 0, socket >= 0 { Socket.noDelay(socket) }
        case Operation.connect: connected(completion.result, &handler)
        case Operation.receive: received(completion, &handler)
        case Operation.send: sent(completion.result)
        default: break
        }
        settle(&handler)
    }

    /// Watches the time-outs and reports what is due. Once per duty cycle.
    public mutating func tick<Handler: LinkHandler & ~Copyable>(now: Nanoseconds, _ handler: inout Handler) {
        self.now = now
        switch state {
        case .connecting where now >= deadline: tearDown(.timeout(.connect))
        case .securing where now >= deadline: tearDown(.timeout(.tls))
        case .upgrading where now >= deadline: tearDown(.timeout(.upgrade))
        case .closing where now >= deadline: tearDown(.timeout(.close))
        case .open where configuration.idleTimeout.raw > 0 && now - lastReceived >= configuration.idleTimeout:
            tearDown(.timeout(.idle))
        case .draining where now >= deadline && socket >= 0 && inFlight > 0:
            // What the cancellation did not reach ends with the connection.
            Socket.shutdown(socket)
            deadline = now + Self.drainPatience
        default: break
        }
        settle(&handler)
    }

    /// Tells the handler that the link is going, and that it is gone once nothing of it is with the kernel.
    private mutating func settle<Handler: LinkHandler & ~Copyable>(_ handler: inout Handler) {
        guard state == .closing || state == .draining else { return }
        let why = reason ?? .peerEnded
        if !closingTold {
            closingTold = true
            handler.linkClosing(&self, reason: why)
        }
        guard state == .draining, inFlight == 0 else { return }
        if socket >= 0 {
            let last = socket
            socket = -1
            if ring.close(last, tag: tag(Operation.close)) {
                inFlight += 1
                ring.submit()
                return
            }
            Socket.close(last)
        }
        records.end()
        if let old = unsafe session { unsafe ctls_session_destroy(old) }
        unsafe session = nil
        state = .closed
        handler.linkClosed(&self, reason: why, at: now)
    }

    /// How long the kernel may take to give everything back.
    private static var drainPatience: Nanoseconds { Nanoseconds(seconds: 1) }

    /// Cancels what the kernel holds; its completions follow, and then the socket is closed. The first reason stays.
    mutating func tearDown(_ why: LinkCloseReason) {
        guard state != .draining, state != .closed, state != .idle else { return }
        if reason == nil { reason = why }
        if records.isActive {
            if !sendInFlight { sendAlert(0) }
        } else if let session = unsafe session, !sendInFlight, unsafe output.count - sendEnd >= 1024 {
            unsafe beginTLSOutput(session)
            _ = unsafe ctls_close_notify(session)
            unsafe endTLSOutput(session)
        }
        if socket >= 0, !sendInFlight, sendEnd > sendStart {
            // A last alert or Close goes out if the socket takes it at once.
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: output[sendStart..<sendEnd])
            if unsafe ring.send(socket, bytes, tag: tag(Operation.send)) {
                sendInFlight = true
                inFlight += 1
                ring.submit()
            }
        }
        state = .draining
        deadline = now + Self.drainPatience
        guard socket >= 0, inFlight > 0 else { return }
        if ring.cancelAll(socket, tag: tag(Operation.cancel)) { inFlight += 1 } else { Socket.shutdown(socket) }
        ring.submit()
    }

    // MARK: Completions

    /// The kernel takes the operations of one submission in their order: the option is set before the connection is made.
    private mutating func socketMade(_ result: Int32) {
        if result < 0 {
            if state == .connecting { tearDown(.connectFailed(errno: -result)) }
            return
        }
        socket = result
        guard state == .connecting else { return }
        for i in 0..<28 { unsafe address[i] = configuration.address.storage[i] }
        if ring.noDelay(socket, tag: tag(Operation.noDelay)) { inFlight += 1 }
        guard let base = unsafe address.baseAddress,
            unsafe ring.connect(socket, to: base, bytes: configuration.address.byteCount, tag: tag(Operation.connect))
        else { return tearDown(.ringFull) }
        inFlight += 1
        ring.submit()
    }

    private mutating func connected<Handler: LinkHandler & ~Copyable>(_ result: Int32, _ handler: inout Handler) {
        guard state == .connecting else { return }
        guard result >= 0 else { return tearDown(.connectFailed(errno: -result)) }
        guard armReceive() else { return tearDown(.ringFull) }
        guard let context = unsafe tlsContext else { return secured(&handler) }
        var made: OpaquePointer?
        let keepsSecrets: Int32 = configuration.records == .own && !recordsFellBack ? 1 : 0
        guard unsafe ctls_session_create(&made, context, hostText, ticket, keepsSecrets) == 0,
            let made = unsafe made
        else { return tearDown(.configuration) }
        unsafe session = unsafe made
        state = .securing
        deadline = now + configuration.tlsTimeout
        unsafe shakeHands(made, &handler)
    }

    private mutating func armReceive() -> Bool {
        guard ring.receive(socket, tag: tag(Operation.receive)) else { return false }
        inFlight += 1
        return ring.submit()
    }

    private mutating func sent(_ result: Int32) {
        sendInFlight = false
        guard result >= 0 else { return tearDown(.socket(errno: -result)) }
        sendStart += Int(result)
        if sendStart == sendEnd {
            (sendStart, sendEnd) = (0, 0)
        } else if unsafe sendStart > output.count / 2, let base = unsafe output.baseAddress {
            unsafe base.copyMemory(from: base + sendStart, byteCount: sendEnd - sendStart)
            (sendStart, sendEnd) = (0, sendEnd - sendStart)
        }
        pump()
    }

    private mutating func received<Handler: LinkHandler & ~Copyable>(
        _ completion: UringCompletion, _ handler: inout Handler
    ) {
        let noBuffers: Int32 = -105
        if let id = completion.bufferID {
            if completion.result > 0, state != .draining {
                lastReceived = now
                stamps.readBegan = ProcessorTicks.now()
                bytesReceived &+= UInt64(completion.result)
                unsafe takeBytes(ring.buffer(id, count: Int(completion.result)), &handler)
            }
            ring.recycle(id)
        }
        guard state != .draining, state != .closed else { return }
        if completion.result == 0 { return tearDown(.peerEnded) }
        if completion.result < 0, completion.result != noBuffers { return tearDown(.socket(errno: -completion.result)) }
        if !completion.hasMore, !armReceive() { tearDown(.ringFull) }
    }

    // MARK: Bytes

    private mutating func takeBytes<Handler: LinkHandler & ~Copyable>(
        _ bytes: UnsafeRawBufferPointer, _ handler: inout Handler
    ) {
        guard let session = unsafe session else {
            stamps.decrypted = stamps.readBegan
            return unsafe takePlain(bytes, &handler)
        }
        guard let base = bytes.baseAddress, let into = unsafe plain.baseAddress else { return }
        if records.isActive { return unsafe takeRecords(bytes, session, &handler) }
        unsafe ctls_feed(session, base, bytes.count)
        if state == .securing { unsafe shakeHands(session, &handler) }
        if records.isActive {
            // What came behind the handshake is ours to decrypt.
            let rest = unsafe ctls_unread(session)
            return unsafe takeRecords(UnsafeRawBufferPointer(rebasing: bytes[(bytes.count - rest)...]), session, &handler)
        }
        while state != .securing, state != .draining {
            unsafe beginTLSOutput(session)
            let count = unsafe ctls_read(session, into, plain.count)
            unsafe endTLSOutput(session)
            if count == 0 { break }
            guard count > 0 else {
                unsafe tearDown(tlsFailure(session, Int32(truncatingIfNeeded: count)))
                break
            }
            stamps.decrypted = ProcessorTicks.now()
            unsafe takePlain(UnsafeRawBufferPointer(start: into, count: Int(count)), &handler)
            // Asking once more only to hear that nothing is left costs a third of a record's decryption.
            if unsafe ctls_is_drained(session) == 1 { break }
            stamps.readBegan = ProcessorTicks.now()
        }
        pump()
    }

    private mutating func shakeHands<Handler: LinkHandler & ~Copyable>(_ session: OpaquePointer, _ handler: inout Handler) {
        unsafe beginTLSOutput(session)
        let result = unsafe ctls_handshake(session)
        unsafe endTLSOutput(session)
        if result < 0 { return unsafe tearDown(tlsFailure(session, result)) }
        if result == 1 {
            isResumed = unsafe ctls_resumed(session) == 1
            guard unsafe takeOver(session) else { return }
            secured(&handler)
        }
        pump()
    }

    private mutating func secured<Handler: LinkHandler & ~Copyable>(_ handler: inout Handler) {
        guard configuration.content == .webSocket else { return opened(&handler) }
        state = .upgrading
        deadline = now + configuration.upgradeTimeout
        let request = unsafe upgrade.begin(
            host: configuration.hostHeader, target: configuration.target, extraHeaders: configuration.extraHeaders,
            key: (random.next(), random.next()))
        guard let request = unsafe request, unsafe encrypt(request) else { return tearDown(.configuration) }
        pump()
    }

    private mutating func opened<Handler: LinkHandler & ~Copyable>(_ handler: inout Handler) {
        state = .open
        openedAt = now
        lastReceived = now
        handler.linkOpened(&self, at: now)
    }

    mutating func takePlain<Handler: LinkHandler & ~Copyable>(
        _ bytes: UnsafeRawBufferPointer, _ handler: inout Handler
    ) {
        var input = unsafe bytes
        if state == .upgrading {
            switch unsafe upgrade.consume(&input) {
            case .needMore: return
            case .refused(let fault): return tearDown(.upgrade(fault))
            case .upgraded: opened(&handler)
            }
        }
        guard configuration.content == .webSocket else {
            if state == .open { unsafe handler.linkMessage(&self, input, kind: .raw, receivedAt: now) }
            return
        }
        unsafe takeFrames(&input, &handler)
    }

    private mutating func takeFrames<Handler: LinkHandler & ~Copyable>(
        _ input: inout UnsafeRawBufferPointer, _ handler: inout Handler
    ) {
        while state == .open || state == .closing {
            switch unsafe web.consume(&input) {
            case .needMore: return
            case .ping: pump()
            case .pong: handler.linkPong(&self, at: now)
            case .message(let bytes, let kind):
                guard state == .open else { continue }
                unsafe handler.linkMessage(&self, bytes, kind: kind == .text ? .text : .binary, receivedAt: now)
                if unsafe !input.isEmpty { stamps.readBegan = ProcessorTicks.now() }
            case .closed(let code): ending(.peerClosed(code: code))
            case .failed(let fault): ending(.webSocket(fault))
            }
        }
    }

    /// A Close is queued; the peer ends TCP, or the time does.
    private mutating func ending(_ why: LinkCloseReason) {
        if reason == nil { reason = why }
        if state == .open { deadline = now + configuration.closeTimeout }
        state = .closing
        pump()
    }
}

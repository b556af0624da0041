internal import CUring

/// How large a ring is. All memory is taken when the ring is made.
public struct UringConfiguration: Sendable {
    /// Submission slots; a power of two.
    public var submissions: UInt32
    /// Completion slots; a power of two, larger than the buffers.
    public var completions: UInt32
    /// Receive buffers shared by all sockets of the ring; a power of two.
    public var buffers: UInt32
    /// Size of one receive buffer. A TLS record (16 KiB and a head) may span buffers.
    public var bufferBytes: UInt32

    public init(submissions: UInt32 = 256, completions: UInt32 = 1024, buffers: UInt32 = 256, bufferBytes: UInt32 = 16384) {
        self.submissions = submissions
        self.completions = completions
        self.buffers = buffers
        self.bufferBytes = bufferBytes
    }
}

/// One finished operation.
public struct UringCompletion: BitwiseCopyable, Sendable {
    /// The word given when the operation was queued.
    public let userData: UInt64
    /// Bytes, or a negative errno.
    public let result: Int32
    let flags: UInt32

    /// A multishot operation stays armed.
    @inline(__always) public var hasMore: Bool { flags & 2 != 0 }
    /// The receive buffer that was filled; it must go back with `recycle`.
    @inline(__always) public var bufferID: UInt16? { flags & 1 != 0 ? UInt16(truncatingIfNeeded: flags >> 16) : nil }
    /// The slot part of a `UringTag`: which link this belongs to.
    @inline(__always) public var slot: UInt16 { UInt16(truncatingIfNeeded: userData >> 8) }
}

/// The word that comes back with a completion: operation (8 bits), slot (16 bits), generation (32 bits).
///
///     63        32 31      24 23        8 7      0
///     | generation | reserved |   slot   |   op   |
public struct UringTag: BitwiseCopyable, Sendable {
    public let raw: UInt64
    @inlinable public init(operation: UInt8, slot: UInt16, generation: UInt32) {
        raw = UInt64(operation) | UInt64(slot) << 8 | UInt64(generation) << 32
    }
    @inlinable public init(raw: UInt64) { self.raw = raw }
    @inlinable public var operation: UInt8 { UInt8(truncatingIfNeeded: raw) }
    @inlinable public var slot: UInt16 { UInt16(truncatingIfNeeded: raw >> 8) }
    @inlinable public var generation: UInt32 { UInt32(truncatingIfNeeded: raw >> 32) }
}

/// One io_uring of one thread (SINGLE_ISSUER, DEFER_TASKRUN) with its receive buffers. It must be made on the thread
/// that drives it, and outlive every `UringHandle` taken from it.
public struct UringQueue: ~Copyable {
    /// The copyable reference that links keep.
    public let handle: UringHandle

    public init(_ configuration: UringConfiguration = UringConfiguration()) throws(UringError) {
        var ring: OpaquePointer?
        let result = unsafe cu_ring_create(
            &ring, configuration.submissions, configuration.completions, configuration.buffers, configuration.bufferBytes)
        guard result == 0, let ring = unsafe ring else { throw UringError(negativeErrno: result) }
        handle = unsafe UringHandle(ring: ring)
    }

    deinit { unsafe cu_ring_destroy(handle.ring) }

    /// The next completion, without a system call. Engine thread only; O(1).
    @inline(__always) public func peek() -> UringCompletion? { handle.peek() }

    /// Submits what is queued and lets the kernel run its deferred work; never waits.
    @inline(__always) public func poll() { handle.poll() }

    /// Submits, then sleeps until a completion or the time: the idle strategy `park` and tests.
    public func wait(nanoseconds: UInt64) { _ = unsafe cu_wait(handle.ring, nanoseconds) }
}

/// A reference to a `UringQueue`, for the links of the same thread.
@safe public struct UringHandle: BitwiseCopyable {
    let ring: OpaquePointer

    init(ring: OpaquePointer) { unsafe self.ring = unsafe ring }

    @inline(__always) public func peek() -> UringCompletion? {
        var c = cu_completion()
        guard unsafe cu_peek(ring, &c) == 1 else { return nil }
        return UringCompletion(userData: c.user_data, result: c.result, flags: c.flags)
    }

    /// Submits what is queued and runs deferred completions. One system call.
    @inline(__always) public func poll() {
        _ = unsafe cu_submit(ring)
        _ = unsafe cu_get_events(ring)
    }

    /// Hands queued operations to the kernel now. False when the kernel refused.
    @discardableResult @inline(__always) public func submit() -> Bool { unsafe cu_submit(ring) >= 0 }

    /// Queues the making of a non-blocking TCP socket; its completion brings the descriptor.
    public func openSocket(ipv6: Bool, tag: UringTag) -> Bool { unsafe cu_socket(ring, ipv6 ? 1 : 0, tag.raw) == 0 }

    /// Queues TCP_NODELAY. Kernels before 6.7 refuse it in the completion; `Socket.noDelay` then.
    public func noDelay(_ socket: Int32, tag: UringTag) -> Bool { unsafe cu_no_delay(ring, socket, tag.raw) == 0 }

    /// Queues the end of a socket: the descriptor is not to be used any more.
    public func close(_ socket: Int32, tag: UringTag) -> Bool { unsafe cu_close(ring, socket, tag.raw) == 0 }

    /// Queues a connect. `address` must stay valid until the next submit. False when the queue is full.
    public func connect(_ socket: Int32, to address: UnsafeRawPointer, bytes: UInt32, tag: UringTag) -> Bool {
        unsafe cu_connect(ring, socket, address, bytes, tag.raw) == 0
    }

    /// Queues a multishot receive into the shared buffers.
    public func receive(_ socket: Int32, tag: UringTag) -> Bool { unsafe cu_receive_multishot(ring, socket, tag.raw) == 0 }

    /// Queues a send. `bytes` must stay untouched until its completion.
    @inline(__always) public func send(_ socket: Int32, _ bytes: UnsafeRawBufferPointer, tag: UringTag) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        return unsafe cu_send(ring, socket, base, bytes.count, tag.raw) == 0
    }

    /// Queues the cancellation of every operation on a socket.
    public func cancelAll(_ socket: Int32, tag: UringTag) -> Bool { unsafe cu_cancel_fd(ring, socket, tag.raw) == 0 }

    /// Queues the cancellation of one operation.
    public func cancel(_ target: UringTag, tag: UringTag) -> Bool { unsafe cu_cancel(ring, target.raw, tag.raw) == 0 }

    /// Queues and submits a timer.
    public func timer(nanoseconds: UInt64, tag: UringTag) -> Bool { unsafe cu_timeout(ring, nanoseconds, tag.raw) == 0 }

    /// The bytes of a filled receive buffer, valid until `recycle`.
    @inline(__always) public func buffer(_ id: UInt16, count: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: cu_buffer(ring, id), count: count)
    }

    /// Gives a receive buffer back to the kernel.
    @inline(__always) public func recycle(_ id: UInt16) { unsafe cu_buffer_recycle(ring, id) }
}

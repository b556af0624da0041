internal import CUring
public import Units

/// An IPv4 or IPv6 address with its port, as the kernel's sockaddr, without heap storage.
public struct SocketAddress: Sendable {
    /// sockaddr_in or sockaddr_in6; only the first `byteCount` bytes count.
    public internal(set) var storage: InlineArray<28, UInt8>
    public internal(set) var byteCount: UInt32
    public internal(set) var isIPv6: Bool

    /// From an address literal such as `127.0.0.1` or `::1`; nil when it is none.
    public init?(literal: String, port: UInt16) {
        self.init(literal, port, resolving: false)
    }

    /// Asks the system's resolver. Blocks: cold threads and start-up only.
    public init?(resolving host: String, port: UInt16) {
        self.init(host, port, resolving: true)
    }

    private init?(_ host: String, _ port: UInt16, resolving: Bool) {
        var storage = InlineArray<28, UInt8>(repeating: 0)
        var byteCount: UInt32 = 0
        var isIPv6: Int32 = 0
        var span = storage.mutableSpan
        let result = unsafe span.withUnsafeMutableBufferPointer { bytes in
            unsafe resolving
                ? cu_address_resolve(host, port, bytes.baseAddress, &byteCount, &isIPv6)
                : cu_address_parse(host, port, bytes.baseAddress, &byteCount, &isIPv6)
        }
        guard result == 0 else { return nil }
        self.storage = storage
        self.byteCount = byteCount
        self.isIPv6 = isIPv6 != 0
    }
}

/// Socket calls that are not queued: they do not block, but each is a system call. For kernels that cannot do them by
/// io_uring.
public enum Socket {
    /// A non-blocking TCP socket with TCP_NODELAY; a negative errno on failure.
    public static func open(ipv6: Bool) -> Int32 { cu_tcp_socket(ipv6 ? 1 : 0) }
    /// Small frames leave at once.
    public static func noDelay(_ socket: Int32) { cu_no_delay_now(socket) }
    /// Ends both directions: pending operations complete.
    public static func shutdown(_ socket: Int32) { _ = cu_shutdown(socket) }
    /// Gives the descriptor back.
    public static func close(_ socket: Int32) { _ = cu_close_now(socket) }
    /// The system's words for an errno.
    public static func errorText(_ errno: Int32) -> String { unsafe String(cString: cu_error_text(errno)) }
}

/// The processor's counter, for stamps: about 10 ns a reading; the owner of a calibrated clock knows how long a tick is.
public enum ProcessorTicks {
    @inline(__always) public static func now() -> UInt64 { cu_ticks() }
}

/// Sources of time and randomness for start-up and tests; machines take both as inputs.
public enum SystemInputs {
    /// Nanoseconds of the monotonic clock.
    public static func monotonicNow() -> Nanoseconds { Nanoseconds(raw: cu_clock_ns()) }
    /// 64 random bits from the kernel.
    public static func entropy() -> UInt64 { cu_entropy() }
}

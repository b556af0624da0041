internal import CPlatform
internal import CTLS
internal import Glibc
internal import Uring

/// A place that the engine would connect to.
package struct PathTarget: Sendable, Equatable {
    package var host: String
    package var port: UInt16
    /// PEM file of the authorities to trust; `nil` means the system's.
    package var caFile: String?

    package init(host: String, port: UInt16, caFile: String? = nil) {
        self.host = host
        self.port = port
        self.caFile = caFile
    }
}

/// How long the way took, step by step; a step that was not reached is `nil`.
package struct PathTiming: Sendable, Equatable {
    package var target: PathTarget
    package var nameNs: Int64?
    package var connectNs: Int64?
    package var tlsNs: Int64?
    /// `TLSv1.3 TLS_AES_256_GCM_SHA384`.
    package var agreed = ""
    /// Why it ended early; `nil` when it did not.
    package var failure: String?

    package init(target: PathTarget) { self.target = target }
}

/// Walks the way to a venue once: name, TCP, TLS with the certificate checked. Sends nothing else and no key.
package enum PathProbe {
    /// Blocks for the resolver's patience and then at most `patienceMs` for each further step.
    package static func walk(_ target: PathTarget, patienceMs: Int32 = 5000) -> PathTiming {
        var timing = PathTiming(target: target)
        let start = platform_monotonic_ns()
        guard let address = SocketAddress(resolving: target.host, port: target.port) else {
            timing.failure = "the name \(target.host) is not known to the resolver"
            return timing
        }
        let named = platform_monotonic_ns()
        timing.nameNs = named - start
        let socket = Socket.open(ipv6: address.isIPv6)
        guard socket >= 0 else {
            timing.failure = "no socket: \(Socket.errorText(-socket))"
            return timing
        }
        defer { Socket.close(socket) }
        if let number = connect(socket, address, patienceMs) {
            timing.failure = "TCP: \(Socket.errorText(number))"
            return timing
        }
        let connected = platform_monotonic_ns()
        timing.connectNs = connected - named
        switch handshake(socket, target, deadlineNs: connected + Int64(patienceMs) * 1_000_000) {
        case .success(let agreed):
            timing.tlsNs = platform_monotonic_ns() - connected
            timing.agreed = agreed
        case .failure(let refusal): timing.failure = "TLS: \(refusal.text)"
        }
        return timing
    }

    /// The finding about one way.
    package static func judge(_ timing: PathTiming) -> Finding {
        let name = "\(timing.target.host):\(timing.target.port)"
        func text(_ ns: Int64?) -> String { ns.map(JitterProbe.span) ?? "–" }
        let steps = "name \(text(timing.nameNs)), TCP \(text(timing.connectNs)), TLS \(text(timing.tlsNs))"
        if let failure = timing.failure {
            return Finding(
                "path", name, .problem, steps, cause: failure,
                cure: "the engine would not get there either: check name, route, firewall and certificates")
        }
        guard let connect = timing.connectNs, connect >= 20_000_000 else { return Finding("path", name, .ok, steps) }
        return Finding(
            "path", name, .advice, steps,
            cause: "orders and cancels travel for as long; nearer engines are always first",
            cure: "a machine in the venue's region")
    }

    /// `nil` when connected, else the errno.
    private static func connect(_ socket: Int32, _ address: SocketAddress, _ patienceMs: Int32) -> Int32? {
        let storage = address.storage
        let result = unsafe storage.span.withUnsafeBufferPointer { bytes in
            unsafe bytes.baseAddress!.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket, $0, address.byteCount)
            }
        }
        if result == 0 { return nil }
        guard errno == EINPROGRESS else { return errno }
        guard wait(socket, for: Int16(POLLOUT), patienceMs) else { return ETIMEDOUT }
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size)
        return number == 0 ? nil : number
    }

    private static func wait(_ socket: Int32, for events: Int16, _ patienceMs: Int32) -> Bool {
        var entry = pollfd(fd: socket, events: events, revents: 0)
        let end = platform_monotonic_ns() + Int64(patienceMs) * 1_000_000
        while true {
            let left = Int32(clamping: (end - platform_monotonic_ns()) / 1_000_000)
            let result = unsafe poll(&entry, 1, max(left, 0))
            if result < 0, errno == EINTR { continue }
            return result > 0
        }
    }

    private struct Refusal: Error { let text: String }

    /// What was agreed on, or why not.
    private static func handshake(_ socket: Int32, _ target: PathTarget, deadlineNs: Int64) -> Result<String, Refusal> {
        var words = [CChar](repeating: 0, count: 256)
        func said() -> String {
            String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        var context: OpaquePointer?
        guard unsafe ctls_context_create(&context, target.caFile, &words, words.count) == 0 else {
            return .failure(Refusal(text: said()))
        }
        defer { unsafe ctls_context_destroy(context) }
        var session: OpaquePointer?
        guard unsafe ctls_session_create(&session, context, target.host, nil, 0) == 0 else {
            return .failure(Refusal(text: "no session"))
        }
        defer { unsafe ctls_session_destroy(session) }
        let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
        let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)
        defer {
            unsafe output.deallocate()
            unsafe input.deallocate()
        }
        while true {
            unsafe ctls_set_output(session, output.baseAddress, output.count)
            let step = unsafe ctls_handshake(session)
            guard unsafe send(socket, output.baseAddress!, ctls_output_used(session), deadlineNs) else {
                return .failure(Refusal(text: "the peer closed the connection"))
            }
            if step == Int32(CTLS_DONE) {
                unsafe ctls_describe(session, &words, words.count)
                return .success(said())
            }
            guard step == Int32(CTLS_NEED_MORE) else {
                unsafe ctls_error_text(session, &words, words.count)
                return .failure(Refusal(text: said()))
            }
            guard wait(socket, for: Int16(POLLIN), left(deadlineNs)) else {
                return .failure(Refusal(text: "no answer in time"))
            }
            let count = unsafe recv(socket, input.baseAddress, input.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { return .failure(Refusal(text: "the peer closed the connection")) }
            unsafe ctls_feed(session, input.baseAddress, count)
        }
    }

    /// Milliseconds until a moment.
    private static func left(_ deadlineNs: Int64) -> Int32 {
        Int32(clamping: (deadlineNs - platform_monotonic_ns()) / 1_000_000)
    }

    private static func send(
        _ socket: Int32, _ bytes: UnsafePointer<UInt8>, _ count: Int, _ deadlineNs: Int64
    ) -> Bool {
        var done = 0
        while done < count {
            let sent = unsafe Glibc.send(socket, bytes + done, count - done, Int32(MSG_NOSIGNAL))
            if sent > 0 { done += sent; continue }
            guard errno == EAGAIN || errno == EINTR else { return false }
            guard wait(socket, for: Int16(POLLOUT), left(deadlineNs)) else {
                return false
            }
        }
        return true
    }
}

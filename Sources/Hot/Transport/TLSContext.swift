internal import CTLS

/// Which certificates a TLS link trusts, with the ciphers and versions it accepts (TLS 1.2 and 1.3, ECDHE with AEAD,
/// SECLEVEL 2, strict X.509). Made once at start; links keep a reference and touch it only when they open.
/// Make it before anything else in the process uses OpenSSL (a plain link's upgrade does, for SHA-1): only then can
/// the freelist allocator be installed.
@safe public final class TLSContext {
    let context: OpaquePointer

    /// `caFile`: a PEM file with the trusted roots; nil for the system's.
    public init(caFile: String?) throws(TransportError) {
        _ = Self.freelist
        var made: OpaquePointer?
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: 256)
        unsafe text.initialize(repeating: 0, count: 256)
        defer { unsafe text.deallocate() }
        let result = unsafe ctls_context_create(&made, caFile, text, 256)
        guard result == 0, let made = unsafe made else {
            throw unsafe .trustStore(file: caFile, reason: String(cString: text))
        }
        unsafe context = unsafe made
    }

    /// Believes any certificate from now on. For `needletail bench client` alone, which measures against a server of the
    /// user's own and says that it verifies nothing; Tests/EndToEnd/bench.sh looks for any other use.
    public func trustAnyoneForMeasuring() { unsafe ctls_context_trust_anyone(context) }

    deinit { unsafe ctls_context_destroy(context) }

    /// OpenSSL takes its memory from per-thread freelists from the first context on. False when something in the process
    /// had used OpenSSL before: records then cost a few small mallocs each.
    private static let freelist: Bool = ctls_install_freelist() == 1

    /// Takes what handshakes of the calling thread need of the heap and of the kernel's randomness, for about a thousand of
    /// them; those beyond take it when they need it. 5 MiB. To be called before the thread is hot.
    public static func prepareThread() { _ = ctls_prepare_thread(256 << 10) }
}

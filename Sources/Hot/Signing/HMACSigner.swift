import CCrypto
import Wire

/// HMAC-SHA-256 with a fixed key. Both key pads are hashed once at start, so a signature costs two short hashes and
/// allocates nothing. The key is wiped when the signer ends.
@safe public struct HMACSigner: ~Copyable, @unchecked Sendable {
    /// Bytes of a signature.
    public static var byteCount: Int { 32 }
    private let key: UnsafeMutablePointer<nt_hmac_key>

    /// Takes the key's bytes (for most venues: of the secret's text). Cold; the one allocation is here.
    public init(key secret: [UInt8]) {
        unsafe key = .allocate(capacity: 1)
        unsafe key.initialize(to: nt_hmac_key())
        unsafe secret.withUnsafeBufferPointer { unsafe nt_hmac_key_init(key, $0.baseAddress, $0.count) }
    }

    deinit {
        unsafe nt_wipe(key, MemoryLayout<nt_hmac_key>.size)
        unsafe key.deallocate()
    }

    /// The 32 bytes of the message's signature. Any thread; about 0.2 µs for 200 bytes, never allocates.
    public func sign(_ message: ByteView) -> InlineArray<32, UInt8> {
        var out = InlineArray<32, UInt8>(repeating: 0)
        let key = unsafe self.key
        unsafe withUnsafeMutablePointer(to: &out) { pointer in
            let bytes = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
            unsafe nt_hmac_sign(key, message.base, message.count, bytes)
        }
        return out
    }

    /// Appends the signature as 64 lower-case hex digits. Never allocates.
    public func appendSignature(of message: ByteView, to out: inout ByteWriter) {
        let signature = sign(message)
        for index in 0..<32 {
            out.append(byte: Hex.digit(signature[index] >> 4))
            out.append(byte: Hex.digit(signature[index] & 15))
        }
    }
}

import CCrypto
import Wire

/// An Ed25519 private key. Made for log-on: a signature costs 30 to 45 µs and a few allocations inside the crypto
/// library. The library wipes the key when the signer ends.
@safe public struct Ed25519Signer: ~Copyable, @unchecked Sendable {
    /// Bytes of a signature.
    public static var byteCount: Int { 64 }
    private let key: UnsafeMutableRawPointer

    /// From an unencrypted PKCS#8 PEM text; `nil` when it is not an Ed25519 private key.
    public init?(pem: String) {
        let bytes = Array(pem.utf8)
        let made = unsafe bytes.withUnsafeBytes { raw -> UnsafeMutableRawPointer? in
            guard let base = raw.baseAddress, raw.count < 65_536 else { return nil }
            return unsafe nt_ed25519_from_pem(base.assumingMemoryBound(to: CChar.self), raw.count)
        }
        guard let made = unsafe made else { return nil }
        unsafe key = made
    }

    /// From the 32 bytes of the seed; `nil` when there are not 32.
    public init?(seed: [UInt8]) {
        guard seed.count == 32 else { return nil }
        let made = unsafe seed.withUnsafeBufferPointer { buffer -> UnsafeMutableRawPointer? in
            guard let base = buffer.baseAddress else { return nil }
            return unsafe nt_ed25519_from_seed(base)
        }
        guard let made = unsafe made else { return nil }
        unsafe key = made
    }

    deinit { unsafe nt_ed25519_free(key) }

    /// The 64 bytes of the message's signature. Any thread. Traps when the library fails: out of memory only.
    public func sign(_ message: ByteView) -> InlineArray<64, UInt8> {
        var out = InlineArray<64, UInt8>(repeating: 0)
        let signed = unsafe withUnsafeMutablePointer(to: &out) { pointer -> Bool in
            let bytes = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
            return unsafe nt_ed25519_sign(key, message.base, message.count, bytes) == 1
        }
        precondition(signed, "the crypto library could not sign")
        return out
    }

    /// The public key's 32 bytes. Cold.
    public var publicKey: [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        let written = unsafe out.withUnsafeMutableBufferPointer { buffer -> Bool in
            guard let base = buffer.baseAddress else { return false }
            return unsafe nt_ed25519_public(key, base) == 1
        }
        precondition(written, "an Ed25519 key has a public half")
        return out
    }

    /// The public key as PEM, as venues want it uploaded. Cold.
    public var publicKeyPEM: String {
        var out = [UInt8](repeating: 0, count: 512)
        let count = unsafe out.withUnsafeMutableBytes { raw -> Int in
            guard let base = raw.baseAddress else { return 0 }
            return unsafe nt_ed25519_public_pem(key, base.assumingMemoryBound(to: CChar.self), raw.count)
        }
        precondition(count > 0, "an Ed25519 key has a public half")
        return String(decoding: out[0..<count], as: UTF8.self)
    }

    /// Whether `signature` (64 bytes) is of this message by the key whose public half (32 bytes) is given. Cold.
    public static func verify(_ signature: [UInt8], of message: ByteView, publicKey: [UInt8]) -> Bool {
        guard signature.count == 64, publicKey.count == 32 else { return false }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe publicKey.withUnsafeBufferPointer { key in
                guard let key = key.baseAddress, let signature = signature.baseAddress else { return false }
                return unsafe nt_ed25519_verify(key, message.base, message.count, signature) == 1
            }
        }
    }
}

extension Ed25519Signer {
    /// Appends the signature as 88 characters of base64.
    ///
    /// For a log-on, once a session: the crypto library may allocate, so the compiler's proof passes it over.
    @_semantics("no_performance_analysis") @inline(never)
    public func appendSignature(of message: ByteView, to out: inout ByteWriter) {
        var signature = sign(message)
        unsafe withUnsafeBytes(of: &signature) { unsafe out.append(base64: ByteView($0)) }
    }
}

import Signing
import Wire

/// The secret half of an API key, ready to sign.
enum RequestSigner: ~Copyable, Sendable {
    case hmac(HMACSigner)
    case ed25519(Ed25519Signer)

    init(_ credentials: BinanceCredentials) throws(BinanceConfigurationError) {
        let plain = credentials.apiKey.utf8.allSatisfy {
            ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
        }
        guard plain, !credentials.apiKey.isEmpty, credentials.apiKey.utf8.count <= 128 else { throw .badAPIKey }
        switch credentials.secret {
        case .hmac(let secret):
            guard !secret.isEmpty else { throw .badPrivateKey }
            self = .hmac(HMACSigner(key: Array(secret.utf8)))
        case .ed25519(let pem):
            guard let signer = Ed25519Signer(pem: pem) else { throw .badPrivateKey }
            self = .ed25519(signer)
        }
    }

    /// Whether a session can be logged on, so that later requests need no signature.
    var logsOnSessions: Bool {
        switch self {
        case .hmac: false
        case .ed25519: true
        }
    }

    /// Appends the signature as the venue wants it in JSON: hex or base64. Allocates only for Ed25519.
    func appendSignature(of payload: ByteView, to out: inout ByteWriter) {
        switch self {
        case .hmac(let signer): signer.appendSignature(of: payload, to: &out)
        case .ed25519(let signer): signer.appendSignature(of: payload, to: &out)
        }
    }
}

import Crypto
import Foundation
import Units

/// One asset of an account, in units of the asset at scale 8.
struct Balance: Sendable, Hashable, Codable {
    var free: Int64 = 0
    var locked: Int64 = 0
}

/// An account's state at the venue. Event-loop thread only.
final class AccountState {
    let number: Int32
    let apiKey: String
    private let secret: SymmetricKey?
    private let publicKey: Curve25519.Signing.PublicKey?
    var balances: [String: Balance] = [:]
    var updatedAt: Int64 = 0
    /// Open orders by venue id, and every order ever sent, oldest first.
    var open: [Int64: VenueOrder] = [:]
    var orders: [VenueOrder] = []
    var trades: [VenueTrade] = []
    var counter10Seconds = WindowCounter(windowMs: 10_000)
    var counterDay = WindowCounter(windowMs: 86_400_000)

    init(number: Int32, _ account: VenueAccount) throws(VenueStartError) {
        self.number = number
        apiKey = account.apiKey
        secret = account.hmacSecret.map { SymmetricKey(data: Data($0.utf8)) }
        publicKey = try account.ed25519PublicKeyPEM.map(Self.publicKey)
        for (asset, amount) in account.balances { balances[asset] = Balance(free: amount.raw) }
    }

    var stored: StoredAccount {
        StoredAccount(
            apiKey: apiKey, updatedAt: updatedAt, balances: balances, counter10Seconds: counter10Seconds,
            counterDay: counterDay)
    }

    func restore(_ stored: StoredAccount) {
        balances = stored.balances
        updatedAt = stored.updatedAt
        counter10Seconds = stored.counter10Seconds
        counterDay = stored.counterDay
    }

    var hasPublicKey: Bool { publicKey != nil }

    /// The raw key is the last 32 bytes of the SubjectPublicKeyInfo.
    private static func publicKey(_ pem: String) throws(VenueStartError) -> Curve25519.Signing.PublicKey {
        let lines = pem.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
        guard let data = Data(base64Encoded: lines.joined()), data.count >= 32,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: data.suffix(32))
        else { throw VenueStartError("an account's Ed25519 public key is not PEM of an Ed25519 key") }
        return key
    }

    /// Whether `signature` is this account's over exactly these bytes: hex HMAC-SHA256 or base64 Ed25519.
    func verifies(_ signature: String, over text: String) -> Bool {
        let bytes = Data(text.utf8)
        if let secret, let code = Self.hex(signature) {
            if HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: secret) { return true }
        }
        if let publicKey, let raw = Data(base64Encoded: signature) {
            return publicKey.isValidSignature(raw, for: bytes)
        }
        return false
    }

    private static func hex(_ text: String) -> Data? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return Data((0..<32).map { UInt8(digits[2 * $0] * 16 + digits[2 * $0 + 1]) })
    }
}

/// A count that starts anew at every multiple of its window on the wall clock.
struct WindowCounter: Codable {
    let windowMs: Int64
    private var window: Int64 = 0
    private var value = 0

    init(windowMs: Int64) { self.windowMs = windowMs }

    func count(at ms: Int64) -> Int { ms / windowMs == window ? value : 0 }

    mutating func add(_ amount: Int, at ms: Int64) {
        value = max(0, count(at: ms) + amount)
        window = ms / windowMs
    }

    /// Milliseconds since 1970 at which the count starts anew.
    func resets(at ms: Int64) -> Int64 { (ms / windowMs + 1) * windowMs }
}

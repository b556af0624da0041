import Foundation
import Signing
import TestSupport
import Testing
import Wire

/// Runs the body with a view of the text's bytes.
private func withView<R>(_ text: String, _ body: (ByteView) -> R) -> R {
    let bytes = Array(text.utf8)
    return unsafe bytes.withUnsafeBytes { unsafe body(ByteView($0)) }
}

private func bytes(hex: String) -> [UInt8] {
    var out: [UInt8] = []
    var index = hex.startIndex
    while index < hex.endIndex {
        let next = hex.index(index, offsetBy: 2)
        out.append(UInt8(hex[index..<next], radix: 16)!)
        index = next
    }
    return out
}

private struct Vector: Decodable {
    var name, alg, payload, signature: String
    var key, seed_hex, public_hex: String?
}

@Test("Binance's signing vectors give the published signatures")
func binanceVectors() throws {
    var hmac = 0
    var ed25519 = 0
    let lines = try SharedFiles.lines("venues/binance/signing_vectors.jsonl", for: "binanceVectors")
    if lines.isEmpty { return }
    for line in lines {
        let vector = try JSONDecoder().decode(Vector.self, from: Data(line.utf8))
        var out = ByteWriter(capacity: 256)
        if vector.alg == "HMAC-SHA256" {
            let signer = HMACSigner(key: Array(vector.key!.utf8))
            withView(vector.payload) { signer.appendSignature(of: $0, to: &out) }
            #expect(out.view.string() == vector.signature, "\(vector.name)")
            hmac += 1
        } else if vector.alg == "Ed25519" {
            let signer = Ed25519Signer(seed: bytes(hex: vector.seed_hex!))!
            #expect(signer.publicKey == bytes(hex: vector.public_hex!))
            withView(vector.payload) { signer.appendSignature(of: $0, to: &out) }
            #expect(out.view.string() == vector.signature, "\(vector.name)")
            ed25519 += 1
        }
    }
    #expect(hmac == 8)
    #expect(ed25519 == 8)
}

@Test("HMAC-SHA-256 of RFC 4231, with short, long and empty keys")
func rfc4231() {
    let cases: [([UInt8], String, String)] = [
        (Array(repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (Array(repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ]
    for (key, message, expected) in cases {
        let signer = HMACSigner(key: key)
        // Twice: the precomputed pads must survive a signature.
        for _ in 0..<2 {
            var out = ByteWriter(capacity: 64)
            withView(message) { signer.appendSignature(of: $0, to: &out) }
            #expect(out.view.string() == expected)
        }
    }
}

@Test("An Ed25519 key from PEM is the key from its seed, and other texts are refused")
func ed25519PEM() {
    let pem = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u
        -----END PRIVATE KEY-----

        """
    let signer = Ed25519Signer(pem: pem)!
    let twin = Ed25519Signer(seed: bytes(hex: "8244616b4606b8400a66fd0efcbea9af1611fd2540e975b3808b20007d9bcf6e"))!
    #expect(signer.publicKey == twin.publicKey)
    #expect(signer.publicKeyPEM.hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
    let public1 = signer.publicKey
    withView("message") { message in
        let signature = signer.sign(message)
        var raw = (0..<64).map { signature[$0] }
        #expect(Ed25519Signer.verify(raw, of: message, publicKey: public1))
        raw[5] ^= 1
        #expect(!Ed25519Signer.verify(raw, of: message, publicKey: public1))
    }
    let empty = isKey(Ed25519Signer(pem: ""))
    let cut = isKey(Ed25519Signer(pem: String(pem.dropLast(40))))
    let short = isKey(Ed25519Signer(seed: [1, 2, 3]))
    #expect(!empty && !cut && !short)
}

private func isKey(_ signer: consuming Ed25519Signer?) -> Bool {
    switch signer {
    case .some: true
    case .none: false
    }
}

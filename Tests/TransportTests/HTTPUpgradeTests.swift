import Testing

@testable import Transport

@Suite struct HTTPUpgradeTests {
    /// The key of RFC 6455 1.3, "the sample nonce", as two words in memory order.
    static var sampleKey: (UInt64, UInt64) {
        Array("the sample nonce".utf8).withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    static let good = """
        HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n
        """

    @Test func theRequestIsWrittenAsTheRFCShowsIt() throws {
        var upgrade = HTTPUpgrade()
        let request = upgrade.begin(host: "venue.test:443", target: "/ws?a=b", extraHeaders: "X: y\r\n", key: Self.sampleKey)
        let text = String(decoding: try #require(request), as: UTF8.self)
        #expect(
            text == "GET /ws?a=b HTTP/1.1\r\nHost: venue.test:443\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX: y\r\n\r\n")
    }

    @Test func aTargetOrHostThatWouldBreakTheRequestIsRefused() {
        #expect(Self.isRefused(host: "a\r\nX: y", target: "/"))
        #expect(Self.isRefused(host: "a", target: "/ b"))
        #expect(Self.isRefused(host: "a", target: "b"))
    }

    private static func isRefused(host: String, target: String) -> Bool {
        var upgrade = HTTPUpgrade()
        return upgrade.begin(host: host, target: target, extraHeaders: "", key: (1, 2)) == nil
    }

    private func run(_ response: String, cut: Int) -> (step: String, leftover: [UInt8]) {
        var upgrade = HTTPUpgrade()
        _ = upgrade.begin(host: "h", target: "/", extraHeaders: "", key: Self.sampleKey)
        let bytes = Array(response.utf8)
        var leftover: [UInt8] = []
        var last = "needMore"
        for piece in [Array(bytes[..<cut]), Array(bytes[cut...])] {
            if last != "needMore" {
                leftover += piece
                continue
            }
            piece.withUnsafeBytes { whole in
                var input = whole
                last = "\(upgrade.consume(&input))"
                leftover += Array(input)
            }
        }
        return (last, leftover)
    }

    @Test func theAnswerIsAcceptedAtEverySplitAndTheRestIsLeft() {
        let response = Self.good + "\u{1}rest"
        for cut in 0...response.utf8.count {
            let (step, leftover) = run(response, cut: cut)
            #expect(step == "upgraded" && leftover == Array("\u{1}rest".utf8), "split at \(cut): \(step)")
        }
    }

    @Test(arguments: [
        ("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo", "acceptHeader"),
        ("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "acceptHeader"),
        ("Upgrade: WebSocket", "Upgrade: h2c", "upgradeHeader"),
        ("keep-alive, Upgrade", "keep-alive", "connectionHeader"),
        ("101 Switching", "200 Switching", "status(200)"),
        ("HTTP/1.1", "HTTP/1.0", "badVersion"),
        ("\r\n\r\n", "\r\nSec-WebSocket-Protocol: x\r\n\r\n", "protocolNotOffered"),
        ("\r\n\r\n", "\r\nSec-WebSocket-Extensions: x\r\n\r\n", "extensionNotOffered"),
        ("\r\n\r\n", "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", "acceptHeader"),
    ]) func aWrongAnswerIsRefusedWithItsReason(_ from: String, _ to: String, _ fault: String) {
        let head = Self.good.replacing(from, with: to)
        for cut in [0, head.utf8.count / 2] { #expect(run(head, cut: cut).step.contains(fault)) }
    }
}

import Model
import Testing
import Units
import VenueKit
import Wire

private func quarantined(_ text: String, offset: Int = -1) -> QuarantinedMessage {
    let bytes = Array(text.utf8)
    return unsafe bytes.withUnsafeBytes {
        unsafe QuarantinedMessage(.orders, .malformed, ByteView($0), offset: offset, receivedAt: Nanoseconds(raw: 7))
    }
}

private func shown(_ text: String) -> String { String(decoding: quarantined(text).bytes, as: UTF8.self) }

@Suite struct QuarantineTests {
    @Test func `The first bytes are kept, with the length of the whole and where reading ended`() {
        let message = quarantined(String(repeating: "ab ", count: 100), offset: 44)
        #expect(message.bytes == Array(String(repeating: "ab ", count: 64).utf8))
        #expect(message.length == 300 && message.offset == 44 && message.receivedAt == Nanoseconds(raw: 7))
        #expect(quarantined("").bytes.isEmpty)
    }

    @Test func `What may be a secret is masked, what names an order is not`() {
        let key = String(repeating: "Ab3", count: 21) + "x"
        #expect(shown(#"{"apiKey":"\#(key)","i":1}"#) == #"{"apiKey":"\#(String(repeating: "*", count: 64))","i":1}"#)
        let client = #"{"c":"needletail-0123456789abcdef-00000001"}"#
        #expect(shown(client) == client)
        let forty = String(repeating: "k", count: 40)
        #expect(shown(forty) == String(repeating: "*", count: 40))
        #expect(shown(String(forty.dropLast())) == String(repeating: "k", count: 39))
    }

    @Test func `A secret that the cut would shorten below recognition is masked as well`() {
        let prefix = String(repeating: ". ", count: 90)
        let text = prefix + String(repeating: "S", count: 64)
        #expect(shown(text) == prefix + String(repeating: "*", count: 12))
        // And at every other place.
        for at in 0..<260 {
            let text = String(repeating: ".", count: at) + String(repeating: "S", count: 88) + "."
            #expect(!shown(text).contains("S"), "at \(at)")
        }
    }
}

import Testing

@testable import Model

@Suite("Client order ids as text")
struct ClientOrderIDTests {
    @Test("seven digits in one word are those of the text")
    func digits() throws {
        let format = try #require(ClientOrderIDFormat(prefix: "nt-"))
        var values: [UInt32] = [0, 1, 9, 10, 31, 32, .max, .max - 1, 1 << 30, 0x2AAA_AAAA, 0x5555_5555]
        for shift in 0..<32 { values += [1 << UInt32(shift), (1 << UInt32(shift)) - 1] }
        for _ in 0..<2000 { values.append(.random(in: 0 ... .max)) }
        for value in values {
            let id = ClientOrderID(run: value, sequence: ~value)
            var bytes = Array("nt-".utf8)
            for part in [value, ~value] {
                let word = ClientOrderIDFormat.digits(part)
                #expect(word >> 56 == 0)
                bytes += (0..<7).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
            }
            let text = format.text(id)
            #expect(String(decoding: bytes, as: UTF8.self) == text.string)
            #expect(format.parse(text.string) == id)
        }
    }

    @Test("a text's words are its bytes and zeros")
    func words() {
        for count in 0...40 {
            let source = String("abcdefghijklmnopqrstuvwxyz0123456789ABCD".prefix(count))
            let text = ShortText(source)!
            let bytes = (0..<5).flatMap { index in (0..<8).map { UInt8(truncatingIfNeeded: text.word(index) >> UInt64($0 * 8)) } }
            #expect(bytes == Array(source.utf8) + [UInt8](repeating: 0, count: 40 - count))
        }
    }
}

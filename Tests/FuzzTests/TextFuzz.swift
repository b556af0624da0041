import Model
import TestSupport
import Testing
import Wire

extension Fuzzers {
    @Test func `Hex and base64 texts that are taken are the only text of their bytes`() {
        let corpus = ["", "00", "deadbeef", "DEADBEEF0", "QUJD", "QUI=", "QQ==", "-_-_", "+/+/", "QR==", "====", "A==="]
        let mutator = Mutator(corpus, shape: .bytes, dictionary: ["=", "==", "A", "/", "_", "0f"])
        fuzz("hex and base64", corpus: mutator.corpus, mutate: { mutator(&$0) }) { input in
            var taken = 0
            for room in [input.count, input.count / 2, 0] {
                var out = [UInt8](repeating: 0xEE, count: room)
                let count = withGuarded(input) { bytes in out.withUnsafeMutableBytes { Hex.decode(ByteView(bytes), into: $0) } }
                guard let count else { continue }
                var writer = ByteWriter(capacity: max(1, input.count))
                out[..<count].withUnsafeBytes { writer.append(hex: ByteView($0)) }
                let lower = input.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
                if writer.view.bytes() != lower { return .wrong("hex gave \(writer.view.string())") }
                taken += 1
            }
            for alphabet in [Base64.Alphabet.standard, .url] {
                var out = [UInt8](repeating: 0xEE, count: input.count)
                let count = withGuarded(input) { bytes in
                    out.withUnsafeMutableBytes { Base64.decode(ByteView(bytes), into: $0, alphabet: alphabet) }
                }
                guard let count else { continue }
                var writer = ByteWriter(capacity: input.count + 4)
                out[..<count].withUnsafeBytes { writer.append(base64: ByteView($0), alphabet: alphabet) }
                if writer.view.bytes() != input { return .wrong("base64 \(alphabet) gave \(writer.view.string())") }
                taken += 1
            }
            return taken > 0 ? .taken : .refused
        }
    }

    @Test func `Bytes survive hex, base64 and JSON text, and a writer without room says so`() {
        let mutator = Mutator(["", "a", "\"\\\u{1}é😀"], shape: .bytes)
        fuzz("writers", corpus: mutator.corpus, rounds: 8_000, mutate: { mutator(&$0) }) { input in
            withGuarded(input) { bytes -> FuzzOutcome in
                let view = ByteView(bytes)
                for room in [input.count * 6 + 4, input.count, 1] {
                    var hex = ByteWriter(capacity: room), base64 = ByteWriter(capacity: room), json = ByteWriter(capacity: room)
                    var percent = ByteWriter(capacity: room)
                    hex.append(hex: view)
                    base64.append(base64: view)
                    json.appendJSONString(view)
                    percent.appendPercentEncoded(view)
                    if hex.count > room || base64.count > room || json.count > room || percent.count > room { return .wrong("too long") }
                    var out = [UInt8](repeating: 0, count: input.count)
                    if !hex.overflowed, out.withUnsafeMutableBytes({ Hex.decode(hex.view, into: $0) }) != input.count || out != input {
                        return .wrong("hex \(hex.view.string())")
                    }
                    out = [UInt8](repeating: 0, count: input.count)
                    if !base64.overflowed, out.withUnsafeMutableBytes({ Base64.decode(base64.view, into: $0) }) != input.count || out != input {
                        return .wrong("base64 \(base64.view.string())")
                    }
                    guard !json.overflowed, String(validating: input, as: UTF8.self) != nil else { continue }
                    var scanner = JSONScanner(json.view)
                    var text = ByteView()
                    var back = ByteWriter(capacity: max(1, input.count))
                    guard scanner.string(&text), scanner.finish(), JSONText.unescape(text, into: &back), back.view == view else {
                        return .wrong("JSON text \(json.view.string())")
                    }
                }
                return .taken
            }
        }
    }

    @Test func `A client order id that is taken is written as it was read`() throws {
        let format = try #require(ClientOrderIDFormat(prefix: "nt-"))
        let corpus = ["nt-00000010000002", "nt-3vvvvvv3vvvvvv", "nt-vvvvvvvvvvvvvv", "nt-", "web_x", ""]
        let mutator = Mutator(corpus, shape: .bytes, dictionary: ["nt-", "v", "w", "V", "0000000"])
        fuzz("client order id", corpus: mutator.corpus, mutate: { mutator(&$0) }) { input in
            guard let id = format.parse(count: input.count, byteAt: { input[$0] }) else { return .refused }
            return format.text(id).string.utf8.elementsEqual(input) ? .taken : .wrong("written as \(format.text(id).string)")
        }
    }
}

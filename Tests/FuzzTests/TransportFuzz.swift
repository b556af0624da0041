import Foundation
import TestSupport
import Testing

@testable import Transport

/// What a conversation came to, the same for every way to cut it.
private struct Conversation: Equatable {
    var events: [String] = []
    var bodyBytes = 0
    var body: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ event: String) { events.append(event) }
    mutating func add(_ part: UnsafeRawBufferPointer) {
        bodyBytes += part.count
        for byte in part { body = (body ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}

private func responses(_ pieces: [[UInt8]]) -> Conversation {
    var parser = HTTPResponseParser(headLimit: 4096)
    var talk = Conversation()
    var isOver = false
    for piece in pieces where !isOver {
        withGuarded(piece) { bytes in
            var input = bytes
            reading: while !isOver {
                let before = input.count
                let event = parser.consume(&input)
                precondition(input.count <= before, "input cannot grow")
                switch event {
                case .needMore:
                    if !input.isEmpty { talk.add("asks for more with input left") }
                    break reading
                case .head(let status): talk.add("head \(status)")
                case .body(let part): talk.add(part)
                case .complete: talk.add("complete \(talk.bodyBytes) \(parser.keepsAlive)")
                case .upgraded:
                    talk.add("upgraded")
                    isOver = true
                case .failed(let fault):
                    talk.add("failed \(fault)")
                    if case .failed(fault) = parser.consume(&input) {} else { talk.add("it went on after a failure") }
                    isOver = true
                }
            }
        }
    }
    if !isOver {
        switch parser.finish() {
        case .complete: talk.add("complete at the end")
        case .failed(let fault): talk.add("failed at the end \(fault)")
        default: talk.add("idle at the end")
        }
    }
    return talk
}

private func frames(_ pieces: [[UInt8]], limit: Int) -> (talk: Conversation, output: [UInt8]) {
    var client = WebSocketClient(messageLimit: limit, outputLimit: 4096, seed: 7)
    var talk = Conversation()
    var output: [UInt8] = []
    for piece in pieces {
        withGuarded(piece) { bytes in
            var input = bytes
            reading: while true {
                switch client.consume(&input) {
                case .needMore: break reading
                case .message(let payload, let kind):
                    if payload.count > limit { talk.add("a message beyond the limit") }
                    talk.add(payload)
                    talk.add("\(kind) \(payload.count) \(talk.body)")
                    if kind == .text, String(validating: payload, as: UTF8.self) == nil { talk.add("a text that is none") }
                case .ping: talk.add("ping")
                case .pong: talk.add("pong")
                case .closed(let code): talk.add("closed \(code)")
                case .failed(let fault): talk.add("failed \(fault)")
                }
                output += Array(client.output)
                client.outputTaken()
            }
        }
    }
    return (talk, output)
}

/// Frames of a server, most of them right, whole conversations of them.
private func serverFrames(_ dice: inout Dice) -> [UInt8] {
    var bytes: [UInt8] = []
    var isOpen = false
    for _ in 0...dice.below(6) {
        // Inside a message its next part or a control frame is due, outside a new message or a control frame.
        let due = dice.oneIn(4) ? dice.pick([9, 9, 10, 8]) : isOpen ? 0 : dice.pick([1, 1, 2])
        let opcode = UInt8(dice.oneIn(40) ? dice.below(16) : due)
        var payload: [UInt8]
        switch dice.below(5) {
        case 0: payload = []
        case 1: payload = dice.bytes(dice.pick(opcode < 8 ? [1, 2, 124, 125, 126, 127] : [0, 3, 125]))
        case 2: payload = Array("κόσμε 𝄞 text".utf8).shuffledAt(dice.below(20), dice.oneIn(3))
        case 3 where opcode == 8: payload = [3, UInt8(truncatingIfNeeded: 232 + dice.below(8))] + Array("bye".utf8)
        default: payload = [UInt8](repeating: 65, count: dice.below(opcode < 8 ? 700 : 126))
        }
        let final: UInt8 = opcode < 8 && dice.oneIn(3) ? 0 : 0x80
        if opcode < 8 { isOpen = final == 0 }
        let reserved: UInt8 = dice.oneIn(60) ? UInt8(dice.below(8)) << 4 : 0
        let mask: UInt8 = dice.oneIn(60) ? 0x80 : 0
        bytes.append(final | reserved | opcode)
        let count = dice.oneIn(60) ? dice.pick([125, 126, 65535, 65536, Int.max, 1 << 62]) : payload.count
        switch dice.oneIn(60) ? dice.below(3) : count < 126 ? 0 : count < 65536 ? 1 : 2 {
        case 0: bytes.append(mask | UInt8(truncatingIfNeeded: count & 127))
        case 1: bytes += [mask | 126, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        default: bytes += [mask | 127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
        }
        bytes += payload
    }
    if dice.oneIn(6), !bytes.isEmpty { bytes[dice.below(bytes.count)] ^= UInt8(1 << dice.below(8)) }
    return bytes
}

extension Array where Element == UInt8 {
    fileprivate func shuffledAt(_ place: Int, _ isCut: Bool) -> [UInt8] { isCut ? Array(prefix(place)) : self }
}

/// What a client sent: masked frames, at most one Close and nothing behind it.
private func complaint(aboutSent bytes: [UInt8]) -> String? {
    var at = 0
    var closes = 0
    while at < bytes.count {
        if closes > 0 { return "a frame was sent behind the Close" }
        guard at + 6 <= bytes.count else { return "half a frame was sent" }
        let (first, second) = (bytes[at], bytes[at + 1])
        if first & 0x80 == 0 || first & 0x70 != 0 || ![8, 10].contains(first & 15) { return "an answer of kind \(first)" }
        if second & 0x80 == 0 || second & 0x7F > 125 { return "an unmasked or long control frame" }
        if first & 15 == 8 { closes += 1 }
        at += 6 + Int(second & 0x7F)
    }
    return at == bytes.count ? nil : "half a frame was sent"
}

extension Fuzzers {
    private func httpCorpus() throws -> [[UInt8]] {
        struct Vector: Decodable { let bytes: String }
        let own = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\\\"c\"\r\nhello\r\n0\r\nX: y\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nConnection: close\r\n\r\nuntil the end",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nrest",
        ]
        let vectors = try SharedFiles.lines("conformance/http/llhttp_responses.jsonl", for: "HTTP vectors").map {
            hexBytes(try JSONDecoder().decode(Vector.self, from: Data($0.utf8)).bytes)
        }
        return own.map { Array($0.utf8) } + vectors
    }

    private static let httpPieces = [
        "\r\n", "\r", "\n", "\r\n\r\n", "HTTP/1.1 ", "Content-Length: 3\r\n", "Content-Length: 18446744073709551615\r\n",
        "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Connection: close\r\n", ":", " ", "\t", "0\r\n\r\n",
        "ffffffffffffffff\r\n", "5\r\n", ";", "\"", "\\", " 304 ", "204", "101", "199", "999",
    ]

    @Test func `An HTTP answer reads the same however it is cut, and a refusal is final`() throws {
        let mutator = Mutator(try httpCorpus(), shape: .lines, pieces: Self.httpPieces.map { Array($0.utf8) })
        var turn: UInt64 = 0
        fuzz("HTTP answers", corpus: mutator.corpus, rounds: 8_000, seconds: 4, mutate: { mutator(&$0) }) { input in
            turn &+= 1
            var dice = Dice(seed: turn)
            let whole = responses([input])
            if whole.events.contains(where: { $0.hasPrefix("it went on") || $0.hasPrefix("asks") }) { return .wrong("\(whole)") }
            if whole.bodyBytes > input.count { return .wrong("more body than input") }
            let cut = responses(input.pieces(cutAt: dice.cuts(of: input.count)))
            if cut != whole { return .wrong("cut: \(cut.events)\nwhole: \(whole.events)") }
            return whole.events.contains { $0.hasPrefix("failed") } ? .refused : .taken
        }
    }

    @Test func `The answer to an upgrade reads the same however it is cut`() throws {
        // The key of RFC 6455 1.3, as the two words that the machine is given.
        let key = Array("the sample nonce".utf8).withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        let good = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        let mutator = Mutator(
            [[UInt8]](repeating: Array(good.utf8), count: 20) + (try httpCorpus()).prefix(10), shape: .lines,
            pieces: (Self.httpPieces + ["Sec-WebSocket-Extensions: x\r\n", "Sec-WebSocket-Protocol: y\r\n", "upgrade, "]).map { Array($0.utf8) })
        var turn: UInt64 = 0
        func run(_ pieces: [[UInt8]]) -> String {
            var machine = HTTPUpgrade(headLimit: 2048)
            guard machine.begin(host: "h", target: "/", extraHeaders: "", key: key) != nil else { return "no request" }
            var rest = 0
            var verdict = ""
            for piece in pieces {
                if !verdict.isEmpty {
                    rest += piece.count
                    continue
                }
                withGuarded(piece) { bytes in
                    var input = bytes
                    switch machine.consume(&input) {
                    case .needMore: verdict = input.isEmpty ? "" : "asks for more with input left"
                    case .upgraded: verdict = "upgraded"
                    case .refused(let fault): verdict = "refused \(fault)"
                    }
                    if !verdict.isEmpty { rest += input.count }
                }
            }
            return verdict == "upgraded" ? "upgraded, \(rest) bytes left" : verdict
        }
        #expect(run([Array(good.utf8)]) == "upgraded, 0 bytes left")
        fuzz("upgrade", corpus: mutator.corpus, rounds: 6_000, mutate: { mutator(&$0) }) { input in
            turn &+= 1
            var dice = Dice(seed: turn)
            let whole = run([input])
            let cut = run(input.pieces(cutAt: dice.cuts(of: input.count)))
            if whole != cut { return .wrong("whole: \(whole), cut: \(cut)") }
            if whole.hasPrefix("asks") { return .wrong(whole) }
            return whole.hasPrefix("upgraded") ? .taken : .refused
        }
    }

    @Test func `WebSocket frames read the same however they are cut, and the answers are frames of a client`() {
        var turn: UInt64 = 0
        fuzz("WebSocket frames", corpus: [[], [0x81, 1, 65]], rounds: 12_000, seconds: 4, mutate: serverFrames) { input in
            turn &+= 1
            var dice = Dice(seed: turn)
            let limit = dice.pick([1, 125, 600, 70_000])
            let whole = frames([input], limit: limit)
            let cut = frames(input.pieces(cutAt: dice.cuts(of: input.count)), limit: limit)
            if cut.talk != whole.talk || cut.output != whole.output { return .wrong("cut: \(cut.talk.events)\nwhole: \(whole.talk.events)") }
            if whole.talk.bodyBytes > input.count { return .wrong("more payload than input") }
            if let odd = whole.talk.events.first(where: { $0.hasPrefix("a ") }) { return .wrong(odd) }
            if let end = whole.talk.events.firstIndex(where: { $0.hasPrefix("failed") || $0.hasPrefix("closed") }),
                end != whole.talk.events.count - 1
            { return .wrong("events behind the end: \(whole.talk.events)") }
            if let complaint = complaint(aboutSent: whole.output) { return .wrong(complaint) }
            return whole.talk.events.contains { $0.hasPrefix("failed") } ? .refused : .taken
        }
    }
}

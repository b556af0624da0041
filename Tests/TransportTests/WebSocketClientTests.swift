import Testing

@testable import Transport

/// Runs a machine over bytes cut into pieces and writes down what it reports.
private func events(_ bytes: [UInt8], cutEvery size: Int = .max, limit: Int = 1 << 17) -> (log: [String], output: [UInt8]) {
    var client = WebSocketClient(messageLimit: limit, outputLimit: 4096, seed: 7)
    var log: [String] = []
    var output: [UInt8] = []
    var start = 0
    while start < bytes.count {
        let end = min(bytes.count, start + min(size, bytes.count))
        Array(bytes[start..<end]).withUnsafeBytes { whole in
            var input = whole
            reading: while true {
                switch client.consume(&input) {
                case .needMore: break reading
                case .message(let payload, let kind): log.append("\(kind) \(Array(payload).hashValue) \(payload.count)")
                case .ping: log.append("ping")
                case .pong: log.append("pong")
                case .closed(let code): log.append("closed \(code)")
                case .failed(let fault): log.append("failed \(fault)")
                }
                output += Array(client.output)
                client.outputTaken()
            }
        }
        start = end
    }
    return (log, output)
}

private func frame(_ opcode: UInt8, _ payload: [UInt8], fin: Bool = true) -> [UInt8] {
    var bytes: [UInt8] = [(fin ? 0x80 : 0) | opcode]
    if payload.count < 126 {
        bytes.append(UInt8(payload.count))
    } else if payload.count < 65536 {
        bytes += [126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    } else {
        bytes += [127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    return bytes + payload
}

/// Takes a client's frames apart again.
private func unmask(_ bytes: [UInt8]) -> [(opcode: UInt8, payload: [UInt8])] {
    var rest = bytes[...]
    var frames: [(UInt8, [UInt8])] = []
    while rest.count >= 6 {
        let opcode = rest.removeFirst() & 15
        let second = rest.removeFirst()
        #expect(second & 0x80 != 0, "a client's frame is masked")
        var length = Int(second & 0x7F)
        let extra = length == 126 ? 2 : length == 127 ? 8 : 0
        if extra > 0 { length = rest.prefix(extra).reduce(0) { $0 << 8 | Int($1) } }
        rest.removeFirst(extra)
        let key = Array(rest.prefix(4))
        rest.removeFirst(4)
        frames.append((opcode, rest.prefix(length).enumerated().map { $1 ^ key[$0 & 3] }))
        rest.removeFirst(length)
    }
    return frames
}

@Suite struct WebSocketClientTests {
    @Test func everySplitOfAConversationReadsTheSame() {
        let text = Array("κόσμε 𝄞 ascii text".utf8)
        let bytes =
            frame(1, text) + frame(2, [], fin: false) + frame(9, [1, 2]) + frame(0, [3, 4], fin: false) + frame(0, [5])
            + frame(1, Array(text[..<3]), fin: false) + frame(10, []) + frame(0, Array(text[3...]))
            + frame(2, [UInt8](repeating: 9, count: 70000)) + frame(2, [UInt8](repeating: 8, count: 126)) + frame(8, [3, 232])
        let whole = events(bytes)
        #expect(whole.log.map { $0.split(separator: " ").first } == ["text", "ping", "binary", "pong", "text", "binary", "binary", "closed"])
        #expect(whole.log.last == "closed 1000")
        for size in 1...40 { #expect(events(bytes, cutEvery: size) == whole, "pieces of \(size)") }
        let sent = unmask(whole.output)
        #expect(sent.map(\.opcode) == [10, 8] && sent[0].payload == [1, 2] && sent[1].payload == [3, 232])
    }

    @Test(arguments: [
        ([0x81, 0x82, 0, 0, 0, 0, 1, 1], WebSocketFault.maskedFrame), ([0xC1, 0], .reservedBit), ([0x83, 0], .unknownOpcode),
        ([0x8B, 0], .unknownOpcode), ([0x09, 0], .fragmentedControl), ([0x89, 126, 0, 126], .longControl),
        ([0x80, 0], .unexpectedContinuation), ([0x01, 0, 0x81, 0], .interleavedMessage), ([0x88, 1, 3], .badClosePayload),
        ([0x88, 2, 3, 237], .badCloseCode), ([0x88, 3, 3, 232, 0xFF], .invalidUTF8), ([0x81, 1, 0xFF], .invalidUTF8),
        ([0x81, 1, 0xC3], .invalidUTF8), ([0x82, 126, 0, 125], .lengthEncoding), ([0x82, 127, 0, 0, 0, 0, 0, 0, 255, 255], .lengthEncoding),
        ([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255], .lengthEncoding), ([0x82, 126, 4, 1], .messageTooLong),
    ] as [([UInt8], WebSocketFault)]) func aBrokenFrameFailsWithItsCode(_ bytes: [UInt8], _ fault: WebSocketFault) {
        for size in [1, 2, 3, 100] {
            let (log, output) = events(bytes + frame(1, [65]), cutEvery: size, limit: 1024)
            #expect(log == ["failed \(fault)"], "pieces of \(size)")
            let sent = unmask(output)
            #expect(sent.count == 1 && sent[0].payload == [UInt8(fault.closeCode >> 8), UInt8(fault.closeCode & 255)])
        }
    }

    @Test func invalidTextIsRefusedBeforeItsFrameEnds() {
        let bytes: [UInt8] = [0x81, 100, 65, 0xED, 0xA0]
        #expect(events(bytes).log == ["failed invalidUTF8"])
        let across = frame(1, [0xE2, 0x82], fin: false) + [0x00, 100, 0x41]
        #expect(events(across).log == ["failed invalidUTF8"])
    }

    @Test func theIncrementalTextCheckAgreesWithTheStandardLibrary() {
        let seed = UInt64.random(in: 0...(.max))
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        let alphabet: [UInt8] = [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5]
        for _ in 0..<20000 {
            let bytes = (0..<Int(random.next() % 12)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            let cut = bytes.isEmpty ? 0 : Int(random.next() % UInt64(bytes.count))
            var check = UTF8Check()
            let first = Array(bytes[..<cut]).withUnsafeBytes { check.accepts($0) }
            let second = first && Array(bytes[cut...]).withUnsafeBytes { check.accepts($0) }
            #expect((second && check.isComplete) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
        }
    }

    @Test func messagesAreMaskedAndBounded() {
        var client = WebSocketClient(messageLimit: 16, outputLimit: 70000, seed: 1)
        for count in [0, 1, 7, 8, 125, 126, 65535, 65536] {
            let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let isQueued = payload.withUnsafeBytes { client.queueMessage($0, kind: .text) }
            #expect(isQueued)
            let sent = unmask(Array(client.output))
            #expect(sent.count == 1 && sent[0].opcode == 1 && sent[0].payload == payload, "\(count) bytes")
            client.outputTaken()
        }
        let tooLong = [UInt8](repeating: 0, count: 70000)
        let longIsQueued = tooLong.withUnsafeBytes { client.queueMessage($0, kind: .text) }
        #expect(!longIsQueued)
        client.queueClose(code: 1000)
        let lateIsQueued = [UInt8(1)].withUnsafeBytes { client.queueMessage($0, kind: .text) }
        #expect(!lateIsQueued, "nothing may follow a Close")
    }
}

import Foundation
import TestSupport
import Testing

@testable import Transport

/// What a whole conversation came to, for comparing splits.
private struct Outcome: Equatable, CustomStringConvertible {
    var statuses: [Int] = []
    var body: [UInt8] = []
    var completes = 0
    var fault: HTTPFault?
    var leftover: [UInt8] = []
    var description: String { "\(statuses) \(completes) \(String(describing: fault)) \(String(decoding: body, as: UTF8.self))" }
}

private func parse(_ pieces: [ArraySlice<UInt8>], noBody: Bool = false) -> Outcome {
    var parser = HTTPResponseParser()
    var outcome = Outcome()
    for piece in pieces {
        let bytes = Array(piece)
        bytes.withUnsafeBytes { whole in
            var input = whole
            reading: while outcome.fault == nil {
                if noBody { parser.expectsNoBody = true }
                switch parser.consume(&input) {
                case .needMore: break reading
                case .head(let status): outcome.statuses.append(status)
                case .body(let part): outcome.body += Array(part)
                case .complete: outcome.completes += 1
                case .upgraded:
                    outcome.leftover += Array(input)
                    break reading
                case .failed(let fault): outcome.fault = fault
                }
            }
        }
    }
    return outcome
}

/// The outcome of the bytes in one piece, after checking that every split comes to the same.
private func parseEverySplit(_ bytes: [UInt8], noBody: Bool = false, _ name: String) -> Outcome {
    let whole = parse([bytes[...]], noBody: noBody)
    #expect(parse(bytes.indices.map { bytes[$0...$0] }, noBody: noBody) == whole, "\(name): byte by byte")
    for cut in bytes.indices {
        let split = parse([bytes[..<cut], bytes[cut...]], noBody: noBody)
        if split != whole { Issue.record("\(name): split at \(cut): \(split) instead of \(whole)") }
    }
    return whole
}

@Suite struct HTTPResponseTests {
    struct Vector: Decodable {
        let file: String
        let name: String
        let bytes: String
        let error: String?
        let complete: Int
        let status: [Int]
        let body: String
    }

    @Test func everyVectorIsAcceptedOrRefusedAsTheReferenceDoes() throws {
        guard let file = SharedFiles.file("conformance/http/llhttp_responses.jsonl", for: "HTTP vectors") else { return }
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 64)
        var refused = 0
        for line in lines {
            let vector = try JSONDecoder().decode(Vector.self, from: Data(line.utf8))
            let noBody = vector.name == "Content-Length reset when no body is received"
            let outcome = parseEverySplit(hex(vector.bytes), noBody: noBody, vector.name)
            let isOtherProtocol = vector.name == "RTSP response" || vector.name == "ICE response"
            let isHandOver = vector.error?.hasPrefix("Pause") == true
            if isOtherProtocol || (vector.error != nil && !isHandOver) {
                #expect(outcome.fault != nil, "\(vector.name) must be refused")
                refused += isOtherProtocol ? 0 : 1
                continue
            }
            #expect(outcome.fault == nil, "\(vector.name): \(outcome)")
            #expect(outcome.statuses == vector.status, "\(vector.name)")
            #expect(outcome.completes + outcome.statuses.count { $0 < 200 } == vector.complete, "\(vector.name)")
            if !isHandOver, !vector.body.contains("\\") {
                // The reference notes bodies line by line, without their line ends.
                let body = String(decoding: outcome.body.filter { $0 != 13 && $0 != 10 }, as: UTF8.self)
                #expect(body == vector.body, "\(vector.name)")
            }
            if isHandOver { #expect(!outcome.leftover.isEmpty && outcome.body.isEmpty, "\(vector.name)") }
        }
        #expect(refused > 20)
    }

    @Test(arguments: [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", HTTPFault.lengthWithEncoding),
        ("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", .conflictingLength),
        ("Content-Length: -1\r\n\r\n", .badLength),
        ("Content-Length: 18446744073709551616\r\n\r\n", .badLength),
        ("Content-Length: \r\n\r\n", .badLength),
        ("Content-Length: 5, 5\r\n\r\n", .badLength),
        ("Transfer-Encoding: chunked\r\n\r\n00000000000000001\r\na\r\n0\r\n\r\n", .badChunkSize),
        ("Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", .badChunkEnd),
        ("Transfer-Encoding: chunked\r\n\r\n0\r\nbad name: x\r\n\r\n", .badFieldName),
        ("A: b\u{0}c\r\n\r\n", .badFieldValue),
        ("A: b\n\r\n", .missingCarriageReturn),
        ("A : b\r\n\r\n", .badFieldName),
    ]) func anAmbiguousOrMalformedResponseIsRefused(_ rest: String, _ fault: HTTPFault) {
        let bytes = Array("HTTP/1.1 200 OK\r\n\(rest)".utf8)
        #expect(parseEverySplit(bytes, rest).fault == fault)
    }

    @Test func boundsOnTheHeadAreKept() {
        let long = "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 65536) + "\r\n\r\n"
        #expect(parse([Array(long.utf8)[...]]).fault == .headTooLong)
        let fits = "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 99) + "Content-Length: 0\r\n\r\n"
        #expect(parse([Array(fits.utf8)[...]]).completes == 1)
        let many = "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n"
        #expect(parse([Array(many.utf8)[...]]).fault == .tooManyFields)
    }

    @Test func a204WithABodyIsRefused() {
        let declared = Array("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello".utf8)
        #expect(parseEverySplit(declared, "declared").fault == .bodyNotAllowed)
        let undeclared = Array("HTTP/1.1 204 No Content\r\n\r\nhello".utf8)
        #expect(parseEverySplit(undeclared, "undeclared").fault == .badStatusLine)
    }

    @Test func anEarlyEndIsToldFromACompleteOne() {
        for (text, isWhole) in [
            ("HTTP/1.1 200 OK\r\n\r\nbody", true), ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody", false),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n", false), ("HTTP/1.1 20", false),
        ] {
            var parser = HTTPResponseParser()
            Array(text.utf8).withUnsafeBytes { whole in
                var input = whole
                while !input.isEmpty { _ = parser.consume(&input) }
                _ = parser.consume(&input)
            }
            if case .complete = parser.finish() { #expect(isWhole, "\(text)") } else { #expect(!isWhole, "\(text)") }
        }
    }

    private func hex(_ text: String) -> [UInt8] {
        let digits = Array(text.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

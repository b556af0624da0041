import Foundation
import TestSupport
import Testing
import Units
import Wire

private let archive = "conformance/json/json-conformance.tar.gz"

/// Whether `bytes` are one valid document.
func accepts(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
        var scanner = JSONScanner(ByteView(buffer))
        return scanner.skipValue() && scanner.finish()
    }
}

/// Reads `{"e":"trade","p":…,"x":<anything>,"q":…}`; the two prices, or `nil` when refused.
func trade(_ buffer: UnsafeRawBufferPointer) -> (price: Int64, quantity: Int64)? {
    var scanner = JSONScanner(ByteView(buffer))
    var key = ByteView()
    var price: Int64?
    var quantity: Int64?
    guard scanner.beginObject() else { return nil }
    while scanner.nextMember(&key) {
        var value: Int64 = 0
        if key.equals("p") {
            if price != nil || !scanner.decimal(&value) { return nil }
            price = value
        } else if key.equals("q") {
            if quantity != nil || !scanner.decimal(&value) { return nil }
            quantity = value
        } else if !scanner.skipValue() {
            return nil
        }
    }
    guard scanner.finish(), let price, let quantity else { return nil }
    return (price, quantity)
}

@Test func everyFileOfTheParsingSuiteIsJudgedRight() throws {
    try SharedFiles.withUnpacked(archive, test: "everyFileOfTheParsingSuiteIsJudgedRight") { place in
        var accepted = 0, refused = 0, either = 0
        for row in try SharedFiles.rows(place.appending(path: "cases.tsv")).dropFirst() {
            let file = [UInt8](try Data(contentsOf: place.appending(path: "jsontestsuite/test_parsing/\(row[0])")))
            let whole = accepts(file)
            let message = Array(#"{"e":"trade","p":"1.25","x":"#.utf8) + file + Array(#","q":"2"}"#.utf8)
            let spliced = message.withUnsafeBytes(trade)
            if let spliced {
                check(spliced.price == 125_000_000 && spliced.quantity == 200_000_000, "\(row[0]): wrong values")
            }
            if row[3] != "either" { check(whole == (row[3] == "accept"), "\(row[0]) as a document") }
            if row[4] != "either" { check((spliced != nil) == (row[4] == "accept"), "\(row[0]) as a member") }
            switch row[3] {
            case "accept": accepted += 1
            case "reject": refused += 1
            default: either += 1
            }
        }
        check(accepted == 95 && refused == 188 && either == 35, "the suite has 95, 188 and 35 files")
        print("parsing suite, as a document and as a member: \(accepted) accepted, \(refused) refused, \(either) either")
    }
}

@Test func everyNumberTextIsExactOrRefusedWithTheRightReason() throws {
    try SharedFiles.withUnpacked(archive, test: "everyNumberTextIsExactOrRefusedWithTheRightReason") { place in
        var counts: [String: Int] = [:]
        for row in try SharedFiles.rows(place.appending(path: "numbers.tsv")) {
            let text = try JSONDecoder().decode([String].self, from: Data("[\(row[0])]".utf8))[0]
            let isNumber = row[1] == "Y"
            let wanted: JSONScanError? =
                switch row[3] {
                case "i64": nil
                case "too_precise": .tooPrecise
                case "i128", "overflow": .decimalOverflow
                default: .badNumber
                }
            // In quotes: raw, so that control characters and quotes in the text meet the scanner as they are.
            var value: Int64 = 42
            scan("\"\(text)\"") { s in
                let taken = s.decimal(&value) && s.finish()
                check(taken == (wanted == nil), "quoted \(row[0])")
                check(!taken || value == Int64(row[4]), "quoted \(row[0]) gave \(value)")
                if isNumber { check(s.error == wanted, "quoted \(row[0]) refused as \(s.error as Any)") }
            }
            // Bare: white space around a number is JSON's, and a quoted number is a number.
            value = 42
            let inner = text.trimmingCharacters(in: CharacterSet(charactersIn: " \t\r\n\""))
            scan(text) { s in
                let taken = s.decimal(&value) && s.finish()
                if isNumber {
                    check(taken == (wanted == nil), "bare \(row[0])")
                    check(!taken || value == Int64(row[4]), "bare \(row[0]) gave \(value)")
                    check(s.error == wanted, "bare \(row[0]) refused as \(s.error as Any)")
                } else if taken {
                    check(inner != text && (try? Price(inner))?.raw == value, "bare \(row[0]) was taken")
                }
            }
            // The String initialiser agrees.
            let parsed = try? Price(text)
            check(parsed?.raw == (wanted == nil ? Int64(row[4]) : nil), "Price(\(row[0]))")
            counts[isNumber ? row[3] : "not a number", default: 0] += 1
        }
        check(counts.values.reduce(0, +) == 9303, "all 9,303 strings were read")
        print("number texts, quoted, bare and as String: \(counts.sorted { $0.key < $1.key })")
    }
}

@Test func aMessageCutAtAnyByteIsRefused() {
    let message = Array(sample.utf8)
    var refused = 0
    for length in 0..<message.count {
        withGuarded(Array(message[..<length])) { check(trade($0) == nil, "cut at \(length)") }
        refused += 1
    }
    withGuarded(message) { check(trade($0).map { $0 == (125_000_000, 200_000_000) } == true, "the whole message") }
    print("cut messages refused: \(refused)")
}

@Test func aFlippedBitNeverReadsOutsideOrYieldsAnUnrelatedMessage() {
    let message = Array(sample.utf8)
    var taken = 0, refused = 0
    for place in message.indices {
        for byte in 0...255 where UInt8(byte) != message[place] {
            var changed = message
            changed[place] = UInt8(byte)
            withGuarded(changed) { buffer in
                if let found = trade(buffer) {
                    taken += 1
                    // A digit may have become another digit; then Foundation must take the document, too.
                    let both = (try? JSONSerialization.jsonObject(with: Data(changed))) != nil
                    check(both, "byte \(place) as \(byte) gave \(found)")
                } else {
                    refused += 1
                }
            }
        }
    }
    check(taken > 0 && refused > taken, "both outcomes occur")
    print("changed messages: \(taken) taken, \(refused) refused")
}

private let sample =
    #"{"e":"trade","p":"1.25","x":[null,true,{"k":"a\u00e9\ud83d\ude00é😀"},-1.5e+3],"q":2.00000000}"#

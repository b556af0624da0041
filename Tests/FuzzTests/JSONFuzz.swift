import Foundation
import TestSupport
import Testing
import Units
import Wire

/// All fuzzers share one process and one processor: they run one after the other.
@Suite(.serialized) struct Fuzzers {}

/// Documents of every kind the engine reads, from the recordings where they are at hand.
func jsonCorpus() throws -> [[UInt8]] {
    let own = [
        #"{"e":"trade","E":1699999999999,"s":"BTCUSDT","t":12,"p":"61837.63","q":"0.00010000","m":true,"M":null}"#,
        #"[-0,0.1,-1.5e+3,2E-2,true,false,null,"",{},[],"\u00e9\ud83d\ude00\n\\\"é😀"]"#,
        "[1,[2,[3,[4,{\"a\":[5]}]]]] ", "0", "\"\"", "null",
    ]
    let recorded = try ["recorded_spot_depth_diff_100ms", "recorded_spot_trade", "doc_spot_wsapi_examples"].flatMap {
        try SharedFiles.lines("venues/binance/\($0).jsonl", for: "recorded documents").prefix(60)
    }
    return (own + recorded.filter { $0.utf8.count < 4096 }).map { Array($0.utf8) }
}

/// Calls the scanner in an order that the dice choose, rarely the right one.
private func wander(_ view: ByteView, _ dice: inout Dice) -> String? {
    var scanner = JSONScanner(view)
    var (text, number, flag) = (ByteView(), Int64(0), false)
    for _ in 0..<64 {
        let before = scanner.error
        let place = scanner.position
        let done: Bool
        switch dice.below(10) {
        case 0: done = scanner.beginObject()
        case 1: done = scanner.beginArray()
        case 2, 3: done = scanner.nextMember(&text)
        case 4: done = scanner.nextElement()
        case 5: done = scanner.string(&text)
        case 6: done = scanner.int64(&number)
        case 7: done = scanner.decimal(&number)
        case 8: done = dice.oneIn(2) ? scanner.bool(&flag) : scanner.null()
        default: done = dice.oneIn(2) ? scanner.raw(&text) : scanner.skipValue()
        }
        if before != nil, done || scanner.error != before || scanner.position != place { return "it went on after an error" }
        if scanner.position < place || scanner.position > view.count { return "the place left the document" }
        if scanner.error != nil, scanner.errorPosition > view.count { return "the error lies outside the document" }
        if text.count > view.count { return "a view is longer than the document" }
    }
    return nil
}

/// Every string of a valid document, unescaped; false when one cannot be.
private func everyStringUnescapes(_ view: ByteView) -> Bool {
    var scanner = JSONScanner(view)
    var writer = ByteWriter(capacity: max(1, view.count))
    var text = ByteView()
    var good = true
    func take(_ scanner: inout JSONScanner) -> Bool {
        switch scanner.peekKind() {
        case .string:
            guard scanner.string(&text) else { return false }
            writer.reset()
            good = good && JSONText.unescape(text, into: &writer)
            return true
        case .object:
            guard scanner.beginObject() else { return false }
            while scanner.nextMember(&text) {
                writer.reset()
                good = good && JSONText.unescape(text, into: &writer)
                if !take(&scanner) { return false }
            }
            return scanner.error == nil
        case .array:
            guard scanner.beginArray() else { return false }
            while scanner.nextElement() { if !take(&scanner) { return false } }
            return scanner.error == nil
        default: return scanner.skipValue()
        }
    }
    return take(&scanner) && good
}

extension Fuzzers {
    @Test func `The JSON scanner takes a document whole or refuses it with a reason, and never reads outside`() throws {
        let mutator = Mutator(try jsonCorpus(), shape: .json)
        var turn: UInt64 = 0
        fuzz("JSON scanner", corpus: mutator.corpus, mutate: { mutator(&$0) }) { input in
            turn &+= 1
            return withGuarded(input) { bytes -> FuzzOutcome in
                let view = ByteView(bytes)
                var dice = Dice(seed: turn)
                if let complaint = wander(view, &dice) { return .wrong(complaint) }
                var scanner = JSONScanner(view)
                guard scanner.skipValue() && scanner.finish() else {
                    return scanner.error == nil ? .wrong("refused without a reason") : .refused
                }
                if !everyStringUnescapes(view) { return .wrong("a string of a valid document does not unescape") }
                var again = JSONScanner(view)
                var raw = ByteView()
                guard again.raw(&raw), again.finish() else { return .wrong("valid when skipped, refused as raw") }
                // Cut anywhere inside, a container is not whole.
                if raw.count > 1, raw[0] == UInt8(ascii: "{") || raw[0] == UInt8(ascii: "[") {
                    var cut = JSONScanner(raw.slice(from: 0, count: 1 + dice.below(raw.count - 1)))
                    if cut.skipValue() { return .wrong("a part of a document was taken for a whole one") }
                    if cut.error == nil { return .wrong("a cut document is refused without a reason") }
                }
                return .taken
            }
        }
    }

    @Test func `A decimal is exact or refused, the same in quotes, bare and as text`() {
        let corpus = Mutator.numbers.map { Array($0.utf8) }
        let mutator = Mutator(
            corpus, shape: .bytes, dictionary: ["0", "00000000", "99999999", ".", "e", "-", "E-", "+", "e1", "922337203"])
        fuzz("decimal", corpus: corpus, mutate: { mutator(&$0) }) { input in
            var raw: Int64 = 42
            let problem = FixedPointText.parse(input.span, into: &raw)
            let wanted = naiveDecimal(input)
            if (problem == nil) != (wanted != nil) || (problem == nil && raw != wanted) {
                return .wrong("parsed as \(raw) (\(problem as Any)), by hand it is \(wanted as Any)")
            }
            if problem != nil, raw != 42 { return .wrong("the value changed although the text was refused") }
            if problem == nil {
                let text = Price(raw: raw).description
                if (try? Price(text))?.raw != raw { return .wrong("\(text) does not read back as \(raw)") }
            }
            for (text, isQuoted) in [(input, false), ([0x22] + input + [0x22], true)] {
                var value: Int64 = 42
                let taken = withGuarded(text) { bytes -> Bool in
                    var scanner = JSONScanner(ByteView(bytes))
                    return scanner.decimal(&value) && scanner.finish()
                }
                // Bare, what stands around the number is the document's.
                let isPlain = isQuoted || !input.contains { [0x20, 0x0A, 0x0D, 0x09, 0x22].contains($0) }
                if isPlain, taken != (problem == nil) { return .wrong("the scanner took it: \(taken), quoted: \(isQuoted)") }
                if isPlain, taken, value != raw { return .wrong("the scanner read \(value)") }
            }
            return problem == nil ? .taken : .refused
        }
    }
}

/// The value at scale 8 by moving digits about, with no bound on their number; `nil` when there is none.
private func naiveDecimal(_ bytes: [UInt8]) -> Int64? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let match = text.wholeMatch(of: /(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?/.asciiOnlyDigits())
    else { return nil }
    let (whole, fraction) = (String(match.2), String(match.3 ?? ""))
    if (whole + fraction).allSatisfy({ $0 == "0" }) { return 0 }
    let shifted = match.4.map { Int($0) ?? ($0.hasPrefix("-") ? -1_000_000 : 1_000_000) } ?? 0
    if abs(shifted) > 100_000 { return nil }
    // Digits before the point once the value is scaled.
    let point = whole.utf8.count + shifted + 8
    var digits = whole + fraction
    if point > digits.utf8.count { digits += String(repeating: "0", count: point - digits.utf8.count) }
    let head = digits.prefix(max(0, point)).drop { $0 == "0" }
    if digits.dropFirst(max(0, point)).contains(where: { $0 != "0" }) { return nil }
    if point < 0, digits.contains(where: { $0 != "0" }) { return nil }
    return head.isEmpty ? 0 : Int64("\(match.1)\(head)")
}

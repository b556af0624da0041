import TestSupport
import Testing
import Wire

/// What may stand behind a message: zeros as in the frame ring, the rest of a longer message, anything.
private let paddings: [[UInt8]] = [
    [UInt8](repeating: 0, count: PaddedCursor.padding),
    Array("0000000000000000\"}}]]00000000000".utf8.prefix(PaddedCursor.padding)),
    Array("\",\"q\":2.00000000}12345678901234567".utf8.prefix(PaddedCursor.padding)),
    [UInt8](repeating: 0xFF, count: PaddedCursor.padding),
]

/// Everything a scanner says of a document, read by the kinds of its values; texts that are decimals as decimals.
private func reading(_ view: ByteView) -> String {
    var scanner = JSONScanner(view)
    var log = ""
    func value(_ scanner: inout JSONScanner, _ turn: Int) -> Bool {
        var (text, number, flag) = (ByteView(), Int64(-7), false)
        var done = false
        switch scanner.peekKind() {
        case .object:
            guard scanner.beginObject() else { return false }
            var member = turn
            while scanner.nextMember(&text) {
                log += "\(text.string()):"
                member += 1
                guard value(&scanner, member) else { return false }
            }
            done = scanner.error == nil
        case .array:
            guard scanner.beginArray() else { return false }
            var element = turn
            while scanner.nextElement() {
                element += 1
                guard value(&scanner, element) else { return false }
            }
            done = scanner.error == nil
        case .string where turn % 2 == 0, .number where turn % 2 == 0: done = scanner.decimal(&number)
        case .string: done = scanner.string(&text)
        case .number: done = scanner.int64(&number)
        case .bool: done = scanner.bool(&flag)
        case .null: done = scanner.null()
        case .none: done = scanner.skipValue()
        }
        log += "\(done) \(text.string()) \(number) \(flag) \(scanner.lastStringHadEscapes)@\(scanner.position);"
        return done
    }
    for turn in 0..<2 {
        scanner = JSONScanner(view)
        let done = value(&scanner, turn) && scanner.finish()
        log += "\(done) \(scanner.error as Any) \(scanner.errorPosition)|"
    }
    return log
}

@Test func aPaddedDocumentIsReadAsTheSameOneWithoutPadding() {
    let documents = [
        #"{"e":"trade","E":1699999999999,"s":"BTCUSDT","t":12,"p":"61837.63","q":"0.00010000","m":true,"M":null}"#,
        #"{"stream":"a@depth","data":{"U":100000000001,"u":2,"b":[["1.0","2.50"],["0.5","0"]],"a":[]},"z":"sixteen letters."}"#,
        #"[12345678,123456789,1234567890123456,12345678901234567,0,01,-5,1.5,2e3,"1234567.12345678","12345678.1","1.123456789"]"#,
    ]
    var dice = Dice(seed: 32)
    let mutator = Mutator(documents, shape: .json)
    var taken = 0
    for round in 0..<6_000 {
        let bytes = round < 3 ? Array(documents[round].utf8) : round % 2 == 0 ? mutator(&dice) : mutator.changingDigits(&dice)
        let wanted = withGuarded(bytes) { reading(ByteView($0)) }
        let found = withPadded(bytes, padding: paddings[round % paddings.count]) { reading(ByteView(padded: $0)) }
        if wanted.contains("true nil") { taken += 1 }
        if found != wanted {
            Issue.record("seed 32 round \(round): \(String(decoding: bytes, as: UTF8.self))\n\(wanted)\n\(found)")
            return
        }
    }
    check(taken > 1000)
}

@Test func aDocumentCutAnywhereWithItsRestAsPaddingIsRefused() {
    let message = Array(#"{"e":"trade","p":"1.25","x":[123456789,"text of some length"],"q":"2.00000000"}"#.utf8)
    for length in 0..<message.count {
        let rest = Array((message[length...] + [UInt8](repeating: 0x20, count: 32)).prefix(PaddedCursor.padding))
        withPadded(Array(message[..<length]), padding: rest) { bytes in
            check(trade(ByteView(padded: bytes)) == nil, "cut at \(length)")
        }
    }
}

private func trade(_ view: ByteView) -> Int64? {
    var scanner = JSONScanner(view)
    var key = ByteView()
    var value: Int64 = 0
    guard scanner.beginObject() else { return nil }
    while scanner.nextMember(&key) {
        if key.equals("p") || key.equals("q") {
            guard scanner.decimal(&value) else { return nil }
        } else if !scanner.skipValue() {
            return nil
        }
    }
    return scanner.finish() ? value : nil
}

@Test func aStepOfTheCursorTakesWhatTheScannerTakesAndNothingBehindTheEnd() {
    var dice = Dice(seed: 8)
    let mutator = Mutator(
        Mutator.numbers + ["61837.63000000", "0.00000001", "1234567.12345678", "1234567890123456"], shape: .bytes,
        dictionary: ["0", "00000000", ".", "9"])
    var decimals = 0, integers = 0
    for round in 0..<30_000 {
        let text = round % 2 == 0 ? mutator(&dice) : mutator.changingDigits(&dice)
        let padding = paddings[round % paddings.count]
        withPadded(text, padding: padding) { bytes in
            guard var cursor = PaddedCursor(ByteView(padded: bytes)) else { return }
            let start = cursor
            var value: Int64 = -1
            if cursor.decimal(&value), cursor.isAtEnd {
                decimals += 1
                var wanted: Int64 = -2
                scan(String(decoding: text, as: UTF8.self)) { check($0.decimal(&wanted) && $0.finish()) }
                check(wanted == value, "round \(round): \(String(decoding: text, as: UTF8.self)) as \(value)")
            }
            cursor = start
            if cursor.integer(&value), cursor.isAtEnd {
                integers += 1
                var wanted: Int64 = -2
                scan(String(decoding: text, as: UTF8.self)) { check($0.int64(&wanted) && $0.finish()) }
                check(wanted == value, "round \(round): \(String(decoding: text, as: UTF8.self)) as \(value)")
            }
        }
    }
    check(decimals > 1000 && integers > 1000)
    print("numbers by the cursor, seed 8: \(decimals) decimals, \(integers) integers")
}

@Test func aCursorNeedsThePromiseAndEndsAtTheEnd() {
    let bytes = Array("[\"12\"]".utf8)
    withGuarded(bytes) { check(PaddedCursor(ByteView($0)) == nil) }
    check(PaddedCursor(ByteView()) == nil)
    for padding in paddings {
        withPadded(bytes, padding: padding) { buffer in
            var cursor = PaddedCursor(ByteView(padded: buffer))!
            var value: Int64 = 0
            check(!cursor.take("[]") && cursor.take("[\"") && cursor.integer(&value) && value == 12)
            check(!cursor.isAtEnd && cursor.take("\"]") && cursor.isAtEnd)
            // At the end nothing is taken, whatever stands behind.
            check(!cursor.take("0") && !cursor.integer(&value) && !cursor.decimal(&value) && cursor.isAtEnd)
        }
    }
}

@Test func everyPhraseOfALargeTableIsFound() {
    let names = (0..<400).map { "pair\($0 &* 7919)x" }
    let table = PhraseTable(names.map { (Array("{\"stream\":\"\($0)@kind-of-message".utf8), Array("second \($0)".utf8)) }, keyOffset: 11)
    for (index, name) in names.enumerated() {
        withPadded(Array("{\"stream\":\"\(name)@kind-of-message!".utf8), padding: paddings[index % paddings.count]) { bytes in
            var cursor = PaddedCursor(ByteView(padded: bytes))!
            let found = table.take(&cursor)
            check(found == index && cursor.take("!") && cursor.isAtEnd)
            check(table.second(found).string() == "second \(name)")
        }
        // A phrase that goes on behind the end is none.
        withPadded(Array("{\"stream\":\"\(name)@kind-of-messag".utf8), padding: Array("e".utf8) + paddings[0].dropFirst()) { bytes in
            var cursor = PaddedCursor(ByteView(padded: bytes))!
            check(table.take(&cursor) == -1)
        }
    }
}

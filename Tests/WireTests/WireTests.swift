import Testing
import Units
import Wire

/// `#expect` for conditions with mutating calls, which the macro cannot take apart.
func check(_ ok: Bool, _ note: String = "", at place: SourceLocation = #_sourceLocation) {
    #expect(ok, "\(note)", sourceLocation: place)
}

/// Runs `body` over a scanner of `text`; the bytes live for the call.
func scan<R>(_ text: String, _ body: (inout JSONScanner) throws -> R) rethrows -> R {
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBytes { buffer in
        var scanner = JSONScanner(ByteView(buffer))
        return try body(&scanner)
    }
}

@Test func aTradeIsReadMemberByMember() {
    scan(#" {"e":"trade","t":12,"p":"61837.63","q":-0.5,"m":true,"x":null,"z":[1,{"a":[]}],"l":[["1","2"],["3","4"]]} "#) { s in
        var key = ByteView()
        var text = ByteView()
        var number: Int64 = 0
        var flag = false
        var levels: [Int64] = []
        check(s.beginObject())
        var keys = ""
        while s.nextMember(&key) {
            keys += key.string()
            if key.equals("e") {
                check(s.string(&text) && text.equals("trade"))
            } else if key.equals("t") {
                check(s.int64(&number) && number == 12)
            } else if key.equals("p") {
                check(s.decimal(&number) && number == 6_183_763_000_000)
            } else if key.equals("q") {
                check(s.decimal(&number) && number == -50_000_000)
            } else if key.equals("m") {
                check(s.bool(&flag) && flag)
            } else if key.equals("x") {
                check(s.null())
            } else if key.equals("l") {
                check(s.beginArray())
                while s.nextElement() {
                    check(s.beginArray())
                    while s.nextElement(), s.decimal(&number) { levels.append(number / fixedPointUnit) }
                }
            } else {
                check(s.peekKind() == .array)
                check(s.raw(&text) && text.equals(#"[1,{"a":[]}]"#))
            }
        }
        check(s.finish())
        check(keys == "etpqmxzl")
        check(levels == [1, 2, 3, 4])
    }
}

@Test func theFirstErrorIsKeptWithItsPlace() {
    scan(#"{"a":01}"#) { s in
        var key = ByteView()
        var number: Int64 = 7
        check(s.beginObject() && s.nextMember(&key))
        check(!s.int64(&number) && number == 7)
        check(!s.nextMember(&key) && !s.finish())
        check(s.error == .badNumber && s.errorPosition == 5)
    }
    scan(#"[1,]"#) { s in
        check(!s.skipValue() && s.error == .unexpectedByte && s.errorPosition == 3)
    }
    scan(#"{"a":"#) { s in check(!s.skipValue() && s.error == .unexpectedEnd) }
    scan("[] x") { s in check(s.skipValue() && !s.finish() && s.error == .trailingBytes) }
    scan(#"["\ud800"]"#) { s in check(!s.skipValue() && s.error == .loneSurrogate) }
}

@Test func aMemberThatWasNotConsumedIsAnError() {
    scan(#"{"a":}"#) { s in
        var key = ByteView()
        check(s.beginObject() && s.nextMember(&key) && !s.nextMember(&key) && s.error == .misuse)
    }
    scan("[1]") { s in
        var number: Int64 = 0
        check(s.beginArray() && !s.int64(&number) && s.error == .misuse)
    }
}

@Test func integersOutsideInt64AreRefused() {
    for (text, value) in [("9223372036854775807", Int64.max), ("-9223372036854775808", .min), ("-0", 0), ("0", 0)] {
        scan(text) { s in
            var number: Int64 = 1
            check(s.int64(&number) && number == value && s.finish())
        }
    }
    for (text, reason) in [
        ("9223372036854775808", JSONScanError.integerOverflow), ("-9223372036854775809", .integerOverflow),
        ("18446744073709551616", .integerOverflow), ("1.0", .notAnInteger), ("1e2", .notAnInteger),
        ("123456789012345678901234.5", .notAnInteger), ("-", .badNumber), ("\"1\"", .wrongKind), ("", .unexpectedEnd),
    ] {
        scan(text) { s in
            var number: Int64 = 1
            check(!s.int64(&number) && s.error == reason && number == 1)
        }
    }
}

@Test func nestingIsFollowedToSixtyFourAndNoFurther() {
    func nested(_ n: Int) -> String { String(repeating: "[", count: n) + String(repeating: "]", count: n) }
    scan(nested(64)) { s in check(s.skipValue() && s.finish()) }
    scan(nested(65)) { s in check(!s.skipValue() && s.error == .tooDeep) }
}

@Test func escapesMeanWhatTheyMean() {
    scan(#""a\"\\\/\b\f\n\r\té€😀\u0000""#) { s in
        var raw = ByteView()
        var writer = ByteWriter(capacity: 64)
        check(s.string(&raw) && s.lastStringHadEscapes)
        check(JSONText.unescape(raw, into: &writer))
        check(writer.view.string() == "a\"\\/\u{8}\u{c}\n\r\té€😀\0")
    }
}

@Test func aWriterFillsItsBufferAndNotOneByteMore() {
    var memory = [UInt8](repeating: 0xEE, count: 16)
    memory.withUnsafeMutableBytes { whole in
        let part = UnsafeMutableRawBufferPointer(rebasing: whole[4..<12])
        var writer = ByteWriter(part)
        writer.append("1234567")
        check(!writer.overflowed)
        writer.append("89")
        writer.append(byte: 0)
        check(writer.overflowed && writer.count == 7 && writer.view.equals("1234567"))
        writer.reset()
        writer.append(int: -1_234_567)
        check(!writer.overflowed && writer.count == 8)
    }
    check(memory[..<4] == [0xEE, 0xEE, 0xEE, 0xEE] && memory[12...] == [0xEE, 0xEE, 0xEE, 0xEE])
}

@Test func numbersAreWrittenExactly() {
    var writer = ByteWriter(capacity: 256)
    func written(_ body: (inout ByteWriter) -> Void) -> String {
        writer.reset()
        body(&writer)
        return writer.view.string()
    }
    check(written { $0.append(int: Int64.min) } == "-9223372036854775808")
    check(written { $0.append(int: UInt64.max) } == "18446744073709551615")
    check(written { $0.append(int: 0) } == "0")
    check(written { $0.append(decimal: Price(raw: 6_183_763_000_000)) } == "61837.63")
    check(written { $0.append(decimal: Quantity(raw: 10_000_000), fractionDigits: 8) } == "0.10000000")
    check(written { $0.append(decimal: Quantity(raw: 12_345_678), fractionDigits: 2) } == "0.12345678")
    check(written { $0.append(decimal: Quantity(raw: 300_000_000), fractionDigits: 0) } == "3")
    check(written { $0.append(decimal: Price(raw: .min)) } == "-92233720368.54775808")
    check(written { $0.appendJSONString(ByteView("a\"\\\n\u{1}é")) } == #""a\"\\\n\u0001é""#)
    check(written { $0.appendPercentEncoded(ByteView("a b/é~")) } == "a%20b%2F%C3%A9~")
}

@Test func whatIsWrittenReadsBackTheSame() {
    let seed: UInt64 = 20_261_121
    print("seed \(seed)")
    var state = seed
    var writer = ByteWriter(capacity: 64)
    for round in 0..<20_000 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let raw = Int64(bitPattern: state) >> Int64(round % 63)
        writer.reset()
        writer.append(decimal: Price(raw: raw), fractionDigits: round % 9)
        let text = writer.view.string()
        check((try? Price(text))?.raw == raw, "\(text)")
        var read: Int64 = 0
        var scanner = JSONScanner(writer.view)
        check(scanner.decimal(&read) && scanner.finish() && read == raw, "\(text)")
        writer.reset()
        writer.append(decimal: Price(raw: raw))
        check(writer.view.string() == Price(raw: raw).description)
    }
}

@Test func hexAndBase64FollowTheRFC() {
    let cases: [(StaticString, String, String)] = [
        ("", "", ""), ("f", "66", "Zg=="), ("fo", "666f", "Zm8="), ("foo", "666f6f", "Zm9v"),
        ("foob", "666f6f62", "Zm9vYg=="), ("fooba", "666f6f6261", "Zm9vYmE="), ("foobar", "666f6f626172", "Zm9vYmFy"),
    ]
    var memory = [UInt8](repeating: 0, count: 16)
    for (plain, hex, base64) in cases {
        var writer = ByteWriter(capacity: 64)
        writer.append(hex: ByteView(plain))
        check(writer.view.string() == hex)
        memory.withUnsafeMutableBytes { out in
            check(Hex.decode(writer.view, into: out) == plain.utf8CodeUnitCount)
            check(ByteView(UnsafeRawBufferPointer(rebasing: out[..<plain.utf8CodeUnitCount])) == ByteView(plain))
        }
        writer.reset()
        writer.append(base64: ByteView(plain))
        check(writer.view.string() == base64)
        memory.withUnsafeMutableBytes { out in
            check(Base64.decode(writer.view, into: out) == plain.utf8CodeUnitCount)
            check(ByteView(UnsafeRawBufferPointer(rebasing: out[..<plain.utf8CodeUnitCount])) == ByteView(plain))
        }
    }
    memory.withUnsafeMutableBytes { out in
        for bad: StaticString in ["Zg=", "Zh==", "Zm9=", "Zg==Zg==", "====", "Z===", "Zm 9", "Zm-_", "Zm9vZm9vZm9vZm9vZm9vZm9v"] {
            check(Base64.decode(ByteView(bad), into: out) == nil, "\(bad)")
        }
        check(Base64.decode(ByteView("-_-_"), into: out, alphabet: .url) == 3)
        check(Hex.decode(ByteView("0g"), into: out) == nil && Hex.decode(ByteView("0"), into: out) == nil)
    }
}

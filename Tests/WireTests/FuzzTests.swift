import Foundation
import Testing
import Wire

/// SplitMix64: small, seeded, the same everywhere.
private struct Dice {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

private let seeds = [
    #"{"e":"trade","E":1699999999999,"s":"BTCUSDT","t":12,"p":"61837.63","q":"0.00010000","m":true,"M":null}"#,
    #"{"stream":"a@depth","data":{"U":1,"u":2,"b":[["1.0","2.50"],["0.5","0"]],"a":[]}}"#,
    #"[-0,0.1,-1.5e+3,2E-2,true,false,null,"",{},[],"\u00e9\ud83d\ude00\n\\\"é😀"]"#,
    "[1,[2,[3,[4,{\"a\":[5]}]]]] ",
]
/// Pieces that lie near the grammar's edges.
private let pieces: [[UInt8]] = [
    ",", ":", "[", "]", "{", "}", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "0", "1", "-", "+", ".", "e", "E9", "null",
    "true", "fals", " ", "\n", "\t", "é", "\u{7f}", "[]", "{}", "\"a\":1", "01", "1.", "//", "NaN",
].map { Array($0.utf8) } + [[0], [0x1F], [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5], [0xFF], [0xEF, 0xBB, 0xBF]]

private func mutated(_ dice: inout Dice) -> [UInt8] {
    var bytes = Array(seeds[dice.below(seeds.count)].utf8)
    for _ in 0...dice.below(3) {
        let place = dice.below(bytes.count + 1)
        switch dice.below(5) {
        case 0: bytes.insert(contentsOf: pieces[dice.below(pieces.count)], at: place)
        case 1: if place < bytes.count { bytes[place] = UInt8(truncatingIfNeeded: dice.next()) }
        case 2: if place < bytes.count { bytes[place] ^= 1 << UInt8(dice.below(8)) }
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + dice.below(4)))
        default:
            let end = min(bytes.count, place + dice.below(12))
            bytes.insert(contentsOf: bytes[place..<end], at: dice.below(bytes.count + 1))
        }
    }
    return bytes
}

/// Whether Foundation takes the bytes as one UTF-8 document.
private func foundationAccepts(_ bytes: [UInt8]) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
}

/// Where Foundation departs from RFC 8259 or goes beyond its grammar; everything else must agree.
private func excuse(_ bytes: [UInt8], ours: Bool, errorPosition: Int) -> String? {
    if bytes.contains(0) { return "a zero byte: Foundation guesses UTF-16 or UTF-32" }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return "a byte order mark: skipped by Foundation, refused here" }
    if ours {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.contains(/[0-9][eE]\+?[0-9]{3}/) ? "a number beyond Double: refused by Foundation" : nil
    }
    if errorPosition < bytes.count, bytes[errorPosition] | 0x20 == UInt8(ascii: "}") {
        let before = bytes[..<errorPosition].last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if before == UInt8(ascii: ",") { return "a comma before a closing bracket: taken by Foundation" }
    }
    return nil
}

@Test func theScannerAndFoundationAgreeOnMutatedDocuments() {
    let seed = ProcessInfo.processInfo.environment["NEEDLETAIL_SEED"].flatMap { UInt64($0) } ?? 8259
    print("seed \(seed)")
    var dice = Dice(state: seed)
    var taken = 0, refused = 0, rounds = 0, differences = 0
    var excused: [String: Int] = [:]
    let start = ContinuousClock.now
    while rounds < 30_000, ContinuousClock.now - start < .seconds(5) {
        rounds += 1
        let bytes = mutated(&dice)
        var ours = false
        var error: JSONScanError?
        var errorPosition = 0
        withGuarded(bytes) { buffer in
            var scanner = JSONScanner(ByteView(buffer))
            ours = scanner.skipValue() && scanner.finish()
            error = scanner.error
            errorPosition = scanner.errorPosition
        }
        if ours { taken += 1 } else { refused += 1 }
        if ours == foundationAccepts(bytes) { continue }
        if let reason = excuse(bytes, ours: ours, errorPosition: errorPosition) {
            excused[reason, default: 0] += 1
            continue
        }
        differences += 1
        let text = String(decoding: bytes, as: UTF8.self)
        if differences <= 10 {
            Issue.record("seed \(seed) round \(rounds): ours \(ours) (\(error as Any)), Foundation differs: \(text)")
        }
    }
    check(differences == 0 && taken > rounds / 50 && refused > rounds / 50)
    print("mutated documents: \(rounds), \(taken) taken, \(refused) refused, \(differences) differences")
    for (reason, count) in excused { print("  excused, \(reason): \(count)") }
}

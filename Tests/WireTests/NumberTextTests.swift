import TestSupport
import Testing
import Units

@testable import Wire

/// Numbers as text against the simplest way to write them.
@Suite("Numbers as text")
struct NumberTextTests {
    private let seed = UInt64.random(in: 1 ... .max)

    /// Values of every length, with runs of nines and zeros.
    private func magnitudes(_ dice: inout Dice) -> [UInt64] {
        var list: [UInt64] = [0, 1, 9, 10, .max, UInt64(Int64.max), UInt64(Int64.max) + 1]
        var power: UInt64 = 1
        for _ in 0..<19 {
            power *= 10
            list += [power - 1, power, power + 1]
        }
        for _ in 0..<20_000 { list.append(dice.next() >> UInt64(dice.below(64))) }
        return list
    }

    private func text(_ capacity: Int = 64, _ body: (inout ByteWriter) -> Void) -> (text: String, overflowed: Bool) {
        // Filled first, so that what a wide store leaves behind shows where it should not be.
        var writer = ByteWriter(capacity: capacity)
        for _ in 0..<capacity { writer.append(byte: 0x23) }
        writer.reset()
        body(&writer)
        return (writer.view.string(), writer.overflowed)
    }

    @Test("integers")
    func integers() {
        var dice = Dice(seed: seed)
        for value in magnitudes(&dice) {
            #expect(text { $0.append(int: value) }.text == "\(value)", "seed \(seed)")
            let signed = Int64(truncatingIfNeeded: value)
            #expect(text { $0.append(int: signed) }.text == "\(signed)", "seed \(seed)")
        }
    }

    /// Sign, whole part, point, eight digits, less the zeros that are not asked for.
    private func plain(_ raw: Int64, _ least: Int) -> String {
        let whole = raw.magnitude / 100_000_000
        var digits = String(raw.magnitude % 100_000_000)
        digits = String(repeating: "0", count: 8 - digits.count) + digits
        while digits.count > least, digits.hasSuffix("0") { digits.removeLast() }
        return (raw < 0 ? "-" : "") + "\(whole)" + (digits.isEmpty ? "" : ".") + digits
    }

    @Test("decimals, with every least number of digits")
    func decimals() {
        var dice = Dice(seed: seed)
        for value in magnitudes(&dice) {
            let raw = Int64(truncatingIfNeeded: value)
            let least = dice.below(9)
            #expect(text { $0.append(scaled: raw, fractionDigitsMin: least) }.text == plain(raw, least), "seed \(seed)")
        }
        for least in 0...8 {
            for raw: Int64 in [0, 1, -1, 10_000_000, 99_999_999, 100_000_000, -6_183_763_000_000, .max, .min] {
                #expect(text { $0.append(scaled: raw, fractionDigitsMin: least) }.text == plain(raw, least))
            }
        }
    }

    @Test("a number fits to the last byte, or is refused whole")
    func room() {
        var dice = Dice(seed: seed)
        for value in magnitudes(&dice).prefix(3000) {
            let raw = Int64(truncatingIfNeeded: value)
            for (wanted, write) in [
                ("\(raw)", { (w: inout ByteWriter) in w.append(int: raw) }),
                (plain(raw, 2), { (w: inout ByteWriter) in w.append(scaled: raw, fractionDigitsMin: 2) }),
            ] {
                let exact = text(wanted.utf8.count, write)
                #expect(exact.text == wanted && !exact.overflowed, "seed \(seed)")
                let short = text(wanted.utf8.count - 1, write)
                #expect(short.text.isEmpty && short.overflowed, "seed \(seed)")
            }
        }
    }

    @Test("nothing is written beyond the memory")
    func guarded() {
        for room in 0...40 {
            withGuarded([UInt8](repeating: 0, count: room)) { memory in
                var writer = ByteWriter(UnsafeMutableRawBufferPointer(mutating: memory))
                for part in 0..<9 { writer.append(word: 0x6867_6665_6463_6261, count: part) }
                writer.append(int: UInt64.max)
                writer.append(scaled: .min, fractionDigitsMin: 8)
            }
        }
    }

    @Test("words are appended by their first bytes")
    func words() {
        for count in 0...8 {
            for capacity in count...(count + 9) {
                let found = text(capacity) { $0.append(word: 0x6867_6665_6463_6261, count: count) }
                #expect(found.text == String("abcdefgh".prefix(count)) && !found.overflowed)
            }
        }
    }
}

import Model
import TestSupport
import Testing
import Units

extension Fuzzers {
    /// Random words are nearly always refused, so the stream, the tag and small fields are mostly set to what exists.
    private func words(_ dice: inout Dice) -> [UInt8] {
        var words = (0..<16).map { _ in dice.oneIn(3) ? UInt64(dice.below(12)) : dice.next() }
        if !dice.oneIn(8) {
            words[1] = UInt64(dice.below(3)) | UInt64(dice.below(12)) << 8
            for byte in 2..<8 { words[1] |= UInt64(dice.oneIn(4) ? dice.below(256) : dice.below(6)) << UInt64(byte * 8) }
        }
        return words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
    }

    @Test func `Any 128 bytes are a record that reads back as it was, or none`() {
        var corpus = [[UInt8](repeating: 0, count: 128), [UInt8](repeating: 0xFF, count: 128)]
        corpus[0][0] = 1
        fuzz("records", corpus: corpus, rounds: 60_000, mutate: words) { input in
            var record = Record()
            for word in 0..<16 {
                var value: UInt64 = 0
                for byte in (0..<8).reversed() where word * 8 + byte < input.count {
                    value = value << 8 | UInt64(input[word * 8 + byte])
                }
                record.words[word] = value
            }
            let time = Nanoseconds(raw: record.time)
            if let read = Input(record: record) {
                let written = read.record(sequence: record.sequence, time: time)
                guard let again = Input(record: written), String(describing: again) == String(describing: read) else {
                    return .wrong("\(read) does not survive its record")
                }
                if Output(record: record) != nil { return .wrong("an input and an output at once") }
                return .taken
            }
            if let read = Output(record: record) {
                let written = read.record(sequence: record.sequence, time: time)
                guard let again = Output(record: written), String(describing: again) == String(describing: read) else {
                    return .wrong("\(read) does not survive its record")
                }
                return .taken
            }
            return .refused
        }
    }
}

import Foundation
import Loopback
import TestSupport
import Testing
import Units

@Suite struct StressTests {
    private func recording(_ times: [Int64]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "load-\(UUID().uuidString)").path
        let text = times.enumerated().map { "\(1_600_000_000_000_000_000 + $0.element) {\"n\":\($0.offset)}\n" }.joined()
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    @Test func `The busiest second and tenth of a second are found wherever they lie`() throws {
        let ms: Int64 = 1_000_000
        #expect(RecordingPeak([]) == RecordingPeak())
        // Ten within a second, four of them within a tenth; a message exactly a second later is not in it.
        let times = [0, 1000, 1001, 1099, 1098 + 2, 1500, 1600, 1700, 1800, 1900, 1999, 2000 + 1100, 5000].sorted()
        let peak = RecordingPeak(times.map { Nanoseconds(raw: Int64($0) * ms) })
        #expect(peak.inSecond == 10 && peak.inTenth == 3, "\(peak)")
        #expect(peak.messages == 13 && peak.span == Nanoseconds(seconds: 5))
        #expect(RecordingPeak((0..<50).map { _ in Nanoseconds(seconds: 3) }).inTenth == 50)
    }

    @Test func `After its calm beginning the load is above twice the busiest second, and bursts are twice as dense`() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var dice = Dice(seed: seed)
            var time: Int64 = 0
            let times = (0..<3000).map { _ -> Int64 in
                time += dice.oneIn(20) ? Int64(dice.below(60_000_000)) : Int64(dice.below(2_000_000))
                return time
            }
            let file = try recording(times)
            defer { try? FileManager.default.removeItem(atPath: file) }
            let load = try RecordingLoad(files: [file], factor: 2)
            let calm = Nanoseconds(seconds: 2)
            let due = load.times(calm: calm)
            let original = times.map { Nanoseconds(raw: $0) }
            #expect(load.peak == RecordingPeak(original), "seed \(seed)")
            let start = due.firstIndex { $0 >= calm } ?? 0
            #expect(start > 10, "seed \(seed): it begins at its own pace")
            for index in 1...start { #expect((due[index] - due[index - 1]) == (original[index] - original[index - 1])) }
            let after = Array(due[start...])
            let span = Double((after.last! - after[0]).raw) / 1e9
            let rate = Double(after.count - 1) / span
            #expect(rate >= 2 * Double(load.peak.inSecond), "seed \(seed): \(rate) a second, the busiest had \(load.peak.inSecond)")
            for index in (start + 1)..<due.count {
                #expect((due[index] - due[index - 1]).raw <= (original[index] - original[index - 1]).raw / 2, "seed \(seed)")
            }
        }
    }

    @Test func `The load is written as a recording with the same messages in their order`() throws {
        let file = try recording((0..<200).map { Int64($0) * 10_000_000 })
        let copy = file + ".load"
        defer { for path in [file, copy] { try? FileManager.default.removeItem(atPath: path) } }
        let load = try RecordingLoad(files: [file], factor: 2)
        let lasts = try load.write(to: copy, calm: Nanoseconds(milliseconds: 500))
        var (before, after) = (try RecordingReader(files: [file]), try RecordingReader(files: [copy]))
        var count = 0
        var first: Nanoseconds?
        var last = Nanoseconds.zero
        while let line = try before.next() {
            let again = try #require(try after.next())
            #expect(again.json == line.json)
            first = first ?? again.time
            last = again.time
            count += 1
        }
        let rest = try after.next()
        #expect(count == 200 && rest == nil && last - first! == lasts)
    }
}

import Foundation
import Units

/// How busy a recording is at its busiest.
package struct RecordingPeak: Sendable, Equatable {
    package var messages = 0
    /// Most messages within any second, and within any tenth of a second.
    package var inSecond = 0
    package var inTenth = 0
    /// Of all of it.
    package var span = Nanoseconds.zero

    package init() {}

    /// Of times in order.
    package init(_ times: [Nanoseconds]) {
        messages = times.count
        inSecond = Self.most(times, within: 1_000_000_000)
        inTenth = Self.most(times, within: 100_000_000)
        if let first = times.first, let last = times.last { span = last - first }
    }

    /// Most of the times that any half-open window of this length holds.
    private static func most(_ times: [Nanoseconds], within span: Int64) -> Int {
        var most = 0
        var first = 0
        for (index, time) in times.enumerated() {
            while (time - times[first]).raw >= span { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }
}

/// A recording played harder than it was: after a beginning at its own pace, every message comes at the latest when a
/// steady load of `factor` times the busiest second would bring it, and in `1 / factor` of the time that the recording
/// took between two messages where that is sooner. So the load is above `factor` times the busiest second for as long as
/// the recording lasts, and its bursts come `factor` times as dense.
package struct RecordingLoad {
    package let peak: RecordingPeak
    package let factor: Int
    /// Lines with the time at which each is due since the start.
    private let lines: [RecordingReader.Line]

    package init(files: [String], factor: Int) throws(LoopbackStartError) {
        var reader = try RecordingReader(files: files)
        var lines: [RecordingReader.Line] = []
        while let line = try reader.next() { lines.append(line) }
        guard lines.count > 1 else {
            throw LoopbackStartError("the recording \(files.joined(separator: ", ")) holds no two messages")
        }
        self.lines = lines
        self.factor = factor
        peak = RecordingPeak(lines.map(\.time))
    }

    /// The times of all messages since the first: `calm` at the recording's own pace, then the load.
    package func times(calm: Nanoseconds) -> [Nanoseconds] {
        let steady = 1_000_000_000 / Int64(max(1, peak.inSecond * factor))
        var due = Nanoseconds.zero
        return lines.indices.map { index in
            guard index > 0 else { return .zero }
            let gap = (lines[index].time - lines[index - 1].time).raw
            due = due + Nanoseconds(raw: due < calm ? gap : min(gap / Int64(factor), steady))
            return due
        }
    }

    /// Writes it as a recording of its own; answers how long it lasts.
    package func write(to file: String, calm: Nanoseconds) throws -> Nanoseconds {
        let times = times(calm: calm)
        // Any day will do; a time has 19 digits.
        let origin: Int64 = 1_700_000_000_000_000_000
        var bytes: [UInt8] = []
        for (line, time) in zip(lines, times) {
            bytes += Array("\(origin + time.raw) ".utf8)
            bytes += line.json
            bytes.append(10)
        }
        try Data(bytes).write(to: URL(filePath: file))
        return times.last ?? .zero
    }
}

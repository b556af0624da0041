import Foundation
import Units

/// The lines of one recording: `<receive time> <raw JSON>`, plain or gzip, several files in order as one.
///
/// The time is nanoseconds (19 digits) or microseconds (16 digits) since 1970. Files are read whole at start; lines are
/// cut as they are asked for. Between two files time goes on: a pause of more than a second, or a step back, becomes
/// 100 ms.
package struct RecordingReader {
    package struct Line {
        package var time: Nanoseconds
        package var json: [UInt8]
        /// The first line of a file but the first.
        package var startsFile: Bool
    }

    private let bytes: [UInt8]
    private let starts: [Int]
    private var at = 0
    private var shift = Nanoseconds.zero
    private var last: Nanoseconds?
    /// Lines read so far, to name one in a message.
    package private(set) var lineNumber = 0

    package init(files: [String]) throws(LoopbackStartError) {
        var all: [UInt8] = []
        var starts: [Int] = []
        for file in files {
            starts.append(all.count)
            all += try Self.contents(file)
            if let last = all.last, last != 10 { all.append(10) }
        }
        bytes = all
        self.starts = starts
    }

    /// The next line that has a time and a text; `nil` at the end.
    package mutating func next() throws(LoopbackStartError) -> Line? {
        while at < bytes.count {
            let end = bytes[at...].firstIndex(of: 10) ?? bytes.count
            let line = bytes[at..<end]
            let startsFile = at > 0 && starts.contains(at)
            at = end + 1
            lineNumber += 1
            if line.isEmpty { continue }
            guard let space = line.firstIndex(of: 32), let stamp = Int64(String(decoding: line[..<space], as: UTF8.self)),
                stamp >= 0
            else {
                throw LoopbackStartError("recording line \(lineNumber) does not start with a time and a space")
            }
            let digits = space - line.startIndex
            guard digits == 19 || digits == 16 else {
                throw LoopbackStartError(
                    "recording line \(lineNumber): a time has 19 digits (nanoseconds) or 16 (microseconds), not \(digits)")
            }
            let time = Nanoseconds(raw: digits == 19 ? stamp : stamp * 1000)
            if startsFile, let last, !(0...1_000_000_000).contains((time + shift - last).raw) {
                shift = last + Nanoseconds(milliseconds: 100) - time
            }
            last = time + shift
            return Line(time: time + shift, json: Array(line[(space + 1)...]), startsFile: startsFile)
        }
        return nil
    }

    private static func contents(_ file: String) throws(LoopbackStartError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw LoopbackStartError("cannot read the recording \(file)")
        }
        guard data.starts(with: [0x1F, 0x8B]) else { return Array(data) }
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        gzip.arguments = ["-dc", file]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        do { try gzip.run() } catch { throw LoopbackStartError("cannot run /bin/gzip for \(file): \(error)") }
        let out = pipe.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        guard gzip.terminationStatus == 0 else { throw LoopbackStartError("\(file) is not a whole gzip file") }
        return Array(out)
    }
}

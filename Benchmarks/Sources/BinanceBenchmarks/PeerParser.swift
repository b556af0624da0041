import BenchKit
import CBench
import Foundation
import Wire

/// simdjson on demand, reading the same frames to the same numbers: from a library beside this program, or not at all.
@safe final class PeerParser {
    private let parser: UnsafeMutableRawPointer
    private var numbers = [Int64](repeating: 0, count: 5)

    /// Why there is none.
    struct Absent: Error { let reason: String }

    init() throws(Absent) {
        let folder = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0]).deletingLastPathComponent()
        let path = folder.appending(path: "libbenchjson.so").path
        var words = [CChar](repeating: 0, count: 512)
        let made = unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe bench_json_open(path, words.baseAddress!, words.count)
        }
        guard let made = unsafe made else {
            throw Absent(
                reason: String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                    + "; swift build -c release --product benchjson builds it")
        }
        unsafe parser = made
    }

    deinit { unsafe bench_json_close(parser) }

    var name: String { unsafe "simdjson on demand, " + String(cString: bench_json_name()) }

    func ticker(_ frame: ByteView) -> Bool {
        unsafe numbers.withUnsafeMutableBufferPointer {
            unsafe bench_json_read_ticker(parser, frame.buffer.baseAddress!, frame.count, $0.baseAddress!) == 1
        }
    }

    func depth(_ frame: ByteView) -> Int {
        unsafe Int(bench_json_read_depth(parser, frame.buffer.baseAddress!, frame.count))
    }
}

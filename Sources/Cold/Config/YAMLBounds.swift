/// What a configuration never needs and what would let a small file take unbounded time, memory or stack while it is
/// read: aliases (`*name`: nine lines of them are a thousand million nodes), deep nesting, sheer size. Looked for in the
/// text, before the YAML reader sees it.
enum YAMLBounds {
    static let bytesMax = 1 << 20
    static let depthMax = 32
    static let indentMax = 128

    /// The first thing that is out of bounds; `nil` when the text may be read.
    static func problem(_ yaml: String, file: String) -> ConfigurationError? {
        func error(_ line: Int, _ column: Int, _ cause: String, _ cure: String) -> ConfigurationError {
            ConfigurationError(file: file, line: line, column: column, path: "", cause: cause, cure: cure)
        }
        if yaml.utf8.count > bytesMax {
            return error(0, 0, "the file is larger than \(bytesMax) bytes", "check that it is a configuration")
        }
        var scan = LineScan()
        for (index, line) in yaml.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            if let column = scan.alias(in: line) {
                return error(
                    index + 1, column, "an alias ('*' before a name) is not taken here", "write the value out, or quote the text")
            }
            if scan.flowDepth > depthMax || scan.blockDepth > depthMax || scan.indent > indentMax {
                return error(
                    index + 1, 1, "nested more than \(depthMax) deep or indented more than \(indentMax) columns",
                    "a configuration has five levels at most; check the brackets")
            }
        }
        return nil
    }

    /// Reads a line byte by byte, outside quotes and comments. Brackets are counted from line to line.
    private struct LineScan {
        var flowDepth = 0
        /// `- ` and `? ` on one line, each of which opens a level.
        var blockDepth = 0
        var indent = 0

        /// The column of the first alias, from 1.
        mutating func alias(in line: some Collection<UInt8>) -> Int? {
            var quote: UInt8 = 0
            var previous = UInt8(ascii: " ")
            blockDepth = 0
            indent = line.prefix { $0 == UInt8(ascii: " ") }.count
            let bytes = Array(line)
            for (column, byte) in bytes.enumerated() {
                defer { previous = byte }
                if quote != 0 {
                    if byte == quote { quote = 0 }
                    continue
                }
                let isStart = [UInt8(ascii: " "), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: "\t")].contains(previous)
                let next = column + 1 < bytes.count ? bytes[column + 1] : UInt8(ascii: " ")
                switch byte {
                case UInt8(ascii: "'") where isStart, UInt8(ascii: "\"") where isStart: quote = byte
                case UInt8(ascii: "#") where isStart && previous != UInt8(ascii: ","): return nil
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    flowDepth += 1
                    if flowDepth > YAMLBounds.depthMax { return nil }
                case UInt8(ascii: "]"), UInt8(ascii: "}"): flowDepth = max(0, flowDepth - 1)
                case UInt8(ascii: "-"), UInt8(ascii: "?"):
                    if isStart, next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { blockDepth += 1 }
                case UInt8(ascii: "*"):
                    if isStart, next != UInt8(ascii: " ") { return column + 1 }
                default: break
                }
            }
            return nil
        }
    }
}

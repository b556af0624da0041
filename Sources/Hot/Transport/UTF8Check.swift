/// Incremental UTF-8 validation (RFC 3629): refuses at the first byte that cannot be continued to valid text,
/// whatever the split of the input. O(n), eight ASCII bytes at a time.
struct UTF8Check: BitwiseCopyable {
    private var needed: UInt8 = 0
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// No character is half read.
    var isComplete: Bool { needed == 0 }

    /// False as soon as the text so far cannot be valid.
    mutating func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var i = 0
        let n = bytes.count
        while i < n {
            if needed == 0 {
                while i + 8 <= n, unsafe bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
                    i += 8
                }
                guard i < n else { return true }
                let byte = unsafe bytes[i]
                i += 1
                if byte >= 0x80, !opens(byte) { return false }
            } else {
                let byte = unsafe bytes[i]
                i += 1
                guard byte >= lower, byte <= upper else { return false }
                needed -= 1
                lower = 0x80
                upper = 0xBF
            }
        }
        return true
    }

    private mutating func opens(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: needed = 1
        case 0xE0: (needed, lower) = (2, 0xA0)
        case 0xE1...0xEC, 0xEE...0xEF: needed = 2
        case 0xED: (needed, upper) = (2, 0x9F)
        case 0xF0: (needed, lower) = (3, 0x90)
        case 0xF1...0xF3: needed = 3
        case 0xF4: (needed, upper) = (3, 0x8F)
        default: return false
        }
        return true
    }
}

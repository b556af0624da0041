import Matching

/// The venue's WebSocket server as far as bytes go: one text message in one frame, or in several with a ping between.
package enum WorldFrames {
    /// The bytes of a message; `parts` frames.
    package static func frames(_ message: [UInt8], parts: Int = 1) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(message.count + 16)
        let parts = Swift.max(1, Swift.min(parts, message.count))
        for part in 0..<parts {
            let from = message.count * part / parts
            let to = message.count * (part + 1) / parts
            if part > 0 { out += [0x89, 2, 0x68, 0x69] }
            out.append((part == parts - 1 ? 0x80 : 0) | (part == 0 ? 1 : 0))
            let count = to - from
            if count < 126 {
                out.append(UInt8(count))
            } else if count < 65_536 {
                out += [126, UInt8(count >> 8), UInt8(count & 255)]
            } else {
                out += [127, 0, 0, 0, 0, UInt8(count >> 24 & 255), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
            }
            out += message[from..<to]
        }
        return out
    }

    /// Cut into two to five pieces, some of them of one byte.
    package static func pieces(_ bytes: [UInt8], _ dice: inout SeededRandom) -> [[UInt8]] {
        var cuts: [Int] = []
        for _ in 0..<(1 + dice.next() % 4) {
            cuts.append(1 + Int(dice.next() % UInt64(Swift.max(1, bytes.count - 1))))
        }
        if dice.next() % 3 == 0 { cuts.append(1) }
        var pieces: [[UInt8]] = []
        var from = 0
        for cut in cuts.sorted() where cut > from && cut < bytes.count {
            pieces.append(Array(bytes[from..<cut]))
            from = cut
        }
        pieces.append(Array(bytes[from...]))
        return pieces
    }
}

/// Writes and reads client order ids as text: `<prefix><run, 7 digits><sequence, 7 digits>`, digits in base 32
/// (`0-9a-v`), so that the text fits every venue's alphabet and the 36 bytes of the strictest one.
///
/// The prefix names the engine at the account: two engines on one account must not share it. 1 to 16 bytes of
/// `[A-Za-z0-9-]`, ending in `-`.
public struct ClientOrderIDFormat: Sendable {
    public let prefix: ShortText

    /// `nil` when the prefix is empty, longer than 16 bytes, has other bytes than `[A-Za-z0-9-]` or does not end in `-`.
    public init?(prefix: String) {
        guard let text = ShortText(prefix), text.count >= 1, text.count <= 16, prefix.hasSuffix("-") else { return nil }
        for byte in prefix.utf8 {
            let letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
            guard letter || (byte >= 0x30 && byte <= 0x39) || byte == 0x2D else { return nil }
        }
        self.prefix = text
    }

    /// The id's text. O(1), never allocates.
    public func text(_ id: ClientOrderID) -> ShortText {
        var text = prefix
        Self.write(id.run, to: &text)
        Self.write(id.sequence, to: &text)
        return text
    }

    /// The seven digits of a run or a sequence, the first one lowest in the word: what `text` has behind the prefix.
    @inlinable public static func digits(_ value: UInt32) -> UInt64 {
        let wide = UInt64(value)
        let high = (wide >> 30 & 31) | (wide >> 25 & 31) << 8 | (wide >> 20 & 31) << 16 | (wide >> 15 & 31) << 24
        let fives = high | (wide >> 10 & 31) << 32 | (wide >> 5 & 31) << 40 | (wide & 31) << 48
        // From ten on a letter: 39 places behind where the digits would go on.
        let letters = (fives &+ 0x0076_7676_7676_7676) >> 7 & 0x0001_0101_0101_0101
        return fives &+ 0x0030_3030_3030_3030 &+ letters &* 39
    }

    /// The id behind a text, or `nil` when the text is not of this prefix and form: a foreign order.
    public func parse(count: Int, byteAt: (Int) -> UInt8) -> ClientOrderID? {
        guard count == prefix.count + 14 else { return nil }
        for index in 0..<prefix.count where byteAt(index) != prefix[index] { return nil }
        guard let run = Self.read(from: prefix.count, byteAt),
            let sequence = Self.read(from: prefix.count + 7, byteAt)
        else { return nil }
        return ClientOrderID(run: run, sequence: sequence)
    }

    /// `parse` for a `String`; cold code.
    public func parse(_ text: String) -> ClientOrderID? {
        let bytes = Array(text.utf8)
        return parse(count: bytes.count) { bytes[$0] }
    }

    private static func write(_ value: UInt32, to text: inout ShortText) {
        var shift: UInt32 = 30
        while true {
            let digit = UInt8(truncatingIfNeeded: (value >> shift) & 31)
            text.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
            if shift == 0 { return }
            shift -= 5
        }
    }

    private static func read(from start: Int, _ byteAt: (Int) -> UInt8) -> UInt32? {
        var value: UInt64 = 0
        for index in start..<start + 7 {
            let byte = byteAt(index)
            switch byte {
            case 0x30...0x39: value = value << 5 | UInt64(byte - 0x30)
            case 0x61...0x76: value = value << 5 | UInt64(byte - 0x61 + 10)
            default: return nil
            }
        }
        return UInt32(exactly: value)
    }
}

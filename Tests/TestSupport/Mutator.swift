/// Makes new inputs from old ones: a few changes each, some to bytes, some to what the bytes mean.
public struct Mutator: Sendable {
    /// What the inputs are made of.
    public enum Shape: Sendable {
        case bytes
        /// JSON documents: values, members and numbers are moved about, too.
        case json
        /// Lines of text: lines are moved about, too.
        case lines
        /// One JSON document a line: both.
        case jsonLines
    }

    public let corpus: [[UInt8]]
    public let shape: Shape
    /// Pieces that lie near the edges of the grammar.
    public var dictionary: [[UInt8]]
    /// Inputs grow no longer than this.
    public var bytesMax = 1 << 16

    /// An empty corpus stands for the empty input.
    public init(_ corpus: [[UInt8]], shape: Shape, dictionary: [String] = [], pieces: [[UInt8]] = []) {
        self.corpus = corpus.isEmpty ? [[]] : corpus
        self.shape = shape
        self.dictionary = dictionary.map { Array($0.utf8) } + pieces + [[0], [0x7F], [0x80], [0xC0, 0x80], [0xFF]]
        if shape == .json || shape == .jsonLines { self.dictionary += Mutator.jsonPieces.map { Array($0.utf8) } }
    }

    public init(_ corpus: [String], shape: Shape, dictionary: [String] = []) {
        self.init(corpus.map { Array($0.utf8) }, shape: shape, dictionary: dictionary)
    }

    /// A member of the corpus with one to four changes.
    public func callAsFunction(_ dice: inout Dice) -> [UInt8] {
        var bytes = dice.pick(corpus)
        for _ in 0...dice.below(4) {
            switch shape {
            case .json where !dice.oneIn(3), .jsonLines where !dice.oneIn(3): changeJSON(&bytes, &dice)
            case .lines where !dice.oneIn(3), .jsonLines where dice.oneIn(2): changeLines(&bytes, &dice)
            default: changeBytes(&bytes, &dice)
            }
        }
        return bytes.count > bytesMax ? Array(bytes[..<bytesMax]) : bytes
    }

    /// A member of the corpus with a few digits put in, taken out or changed: mostly still a document of the same form.
    public func changingDigits(_ dice: inout Dice) -> [UInt8] {
        var bytes = dice.pick(corpus)
        for _ in 0...dice.below(6) {
            let digits = bytes.indices.filter { bytes[$0] >= 0x30 && bytes[$0] <= 0x39 }
            guard let place = digits.isEmpty ? nil : dice.pick(digits) else { break }
            let digit = UInt8(0x30 + dice.below(10))
            switch dice.below(4) {
            case 0: bytes.insert(digit, at: place)
            case 1: bytes.remove(at: place)
            default: bytes[place] = digit
            }
        }
        return bytes
    }

    private func changeBytes(_ bytes: inout [UInt8], _ dice: inout Dice) {
        let place = dice.below(bytes.count + 1)
        switch dice.below(8) {
        case 0: bytes.insert(contentsOf: dice.pick(dictionary), at: place)
        case 1: if place < bytes.count { bytes[place] = UInt8(truncatingIfNeeded: dice.next()) }
        case 2: if place < bytes.count { bytes[place] ^= 1 << UInt8(dice.below(8)) }
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + dice.below(4)))
        case 4: bytes.removeSubrange(place...)
        case 5:
            let piece = dice.pick(dictionary)
            bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
        case 6:
            let other = dice.pick(corpus)
            bytes.replaceSubrange(place..., with: other[dice.below(other.count + 1)...])
        default:
            let end = min(bytes.count, place + dice.below(16))
            bytes.insert(contentsOf: Array(bytes[place..<end]), at: dice.below(bytes.count + 1))
        }
    }

    private func changeLines(_ bytes: inout [UInt8], _ dice: inout Dice) {
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
        let place = dice.below(lines.count)
        switch dice.below(6) {
        case 0: lines.remove(at: place)
        case 1: lines.insert(lines[place], at: dice.below(lines.count + 1))
        case 2: lines.swapAt(place, dice.below(lines.count))
        case 3:
            let other = dice.pick(corpus).split(separator: 10, omittingEmptySubsequences: false)
            if !other.isEmpty { lines[place] = Array(dice.pick(other)) }
        case 4:
            let name = lines[place].prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "=") }
            if name.count < lines[place].count { lines[place] = name + [lines[place][name.count], 0x20] + dice.pick(dictionary) }
        default: lines[place].insert(contentsOf: dice.pick(dictionary), at: dice.below(lines[place].count + 1))
        }
        bytes = Array(lines.joined(separator: [10]))
    }
}

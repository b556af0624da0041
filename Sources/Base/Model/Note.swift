/// A piece of plain text among the inputs, so that the journal says why, in the order of everything else: an operator's
/// reason, an override, a limit that is off. The core takes no decision from it, but for
/// an incident's: that there is one is a condition of the next arming.
///
/// A text longer than a piece is several notes in a row, `part` counting from 0 to `parts - 1`.
public struct Note: BitwiseCopyable, Sendable {
    /// What a note is about. Raw values are journalled.
    public enum Kind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
        /// The mode or a value of the configuration was changed on the command line.
        case override = 1
        /// A limit is off; the text holds its name and the written reason.
        case unlimited = 2
        /// Why an operator gave the command that follows; of a kill, which waits for nothing, the one before.
        case reason = 3
        /// The kill latch was removed.
        case unlatch = 4
        /// The strategies were enabled again after a stop.
        case start = 5
        /// What the start found of the run before it.
        case recovery = 6
        /// What an incident was, by the person who looked; the core counts it, see `CommandKind.incident`.
        case incident = 80
        /// Up to which id an instrument's trades were processed; the next start begins there.
        case mark = 70
        /// Somebody knows of an alert; the text holds its number, kind and what that person said.
        case acknowledge = 110
        /// Who answers for the run, and how they are woken.
        case responsible = 111
        /// The kill latch is on disk; the text holds its reason. A halt without it is latched by the next start.
        case latched = 135
    }

    /// Bytes of text in one piece.
    public static var capacity: Int { 72 }
    public var kind: Kind
    public var part: UInt8
    public var parts: UInt8
    /// User id of the operator; `Command.engineOperator` for the engine itself.
    public var operatorID: UInt32
    /// Bytes of `text` that count.
    public private(set) var count: UInt8
    /// UTF-8, eight bytes a word, the first in the low bits; unused bytes are zero.
    public private(set) var text: InlineArray<9, UInt64>

    /// From a record: any nine words; a count above the capacity is cut to it.
    init(kind: Kind, part: UInt8, parts: UInt8, operatorID: UInt32, count: UInt8, text: InlineArray<9, UInt64>) {
        self.kind = kind
        self.part = part
        self.parts = parts
        self.operatorID = operatorID
        self.count = min(count, UInt8(Note.capacity))
        self.text = text
    }

    /// One piece. Precondition: at most `capacity` bytes.
    public init(_ kind: Kind, operatorID: UInt32, part: UInt8 = 0, parts: UInt8 = 1, bytes: some Collection<UInt8>) {
        precondition(bytes.count <= Note.capacity, "a note's piece is too long")
        self.kind = kind
        self.part = part
        self.parts = parts
        self.operatorID = operatorID
        count = UInt8(bytes.count)
        text = InlineArray(repeating: 0)
        for (index, byte) in bytes.enumerated() { text[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8) }
    }

    /// A text in pieces, cut at 1,024 bytes. Cold code only, allocates.
    public static func pieces(_ kind: Kind, operatorID: UInt32, _ text: String) -> [Note] {
        let bytes = Array(text.utf8.prefix(1024))
        let parts = max(1, (bytes.count + capacity - 1) / capacity)
        return (0..<parts).map { part in
            Note(
                kind, operatorID: operatorID, part: UInt8(part), parts: UInt8(parts),
                bytes: bytes[part * capacity..<min(bytes.count, (part + 1) * capacity)])
        }
    }

    /// Bytes that are not blank. Never allocates.
    public var ink: Int {
        var sum = 0
        for index in 0..<Int(count) where UInt8(truncatingIfNeeded: text[index / 8] >> UInt64(index % 8 * 8)) > 0x20 {
            sum += 1
        }
        return sum
    }

    /// The bytes of this piece. Cold code only, allocates.
    public var bytes: [UInt8] {
        (0..<Int(count)).map { UInt8(truncatingIfNeeded: text[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }
}

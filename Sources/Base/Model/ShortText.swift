/// Up to 40 bytes of ASCII text held in place: symbols, client order ids. Never allocates.
public struct ShortText: BitwiseCopyable, Sendable {
    @inlinable public static var capacity: Int { 40 }
    @usableFromInline var storage: InlineArray<40, UInt8>
    public private(set) var count: Int

    /// The empty text.
    public init() {
        storage = InlineArray(repeating: 0)
        count = 0
    }

    /// The text's UTF-8 bytes; `nil` when longer than `capacity`.
    public init?(_ text: String) {
        self.init()
        for byte in text.utf8 {
            guard append(byte) else { return nil }
        }
    }

    /// Adds a byte; `false` and unchanged when full.
    @discardableResult public mutating func append(_ byte: UInt8) -> Bool {
        guard count < Self.capacity else { return false }
        storage[count] = byte
        count += 1
        return true
    }

    /// The byte at `index`. Precondition: `index < count`.
    public subscript(index: Int) -> UInt8 {
        precondition(index < count, "index out of the text")
        return storage[index]
    }

    /// Bytes `8 * index` and the seven behind it, the first one lowest; zeros behind the text. Precondition: `0..<5`.
    @inlinable public func word(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < Self.capacity / 8, "index out of the text")
        let start = index &* 8
        var word: UInt64 = 0
        // One load, to the compiler; a span made here would count as an allocation to its proof.
        for at in 0..<8 { unsafe word |= UInt64(storage[unchecked: start &+ at]) &<< UInt64(at &* 8) }
        return word
    }

    /// As a `String`; cold code only, allocates.
    public var string: String {
        String(decoding: (0..<count).map { storage[$0] }, as: UTF8.self)
    }
}

extension ShortText: Hashable {
    public static func == (a: ShortText, b: ShortText) -> Bool {
        guard a.count == b.count else { return false }
        for index in 0..<a.count where a.storage[index] != b.storage[index] { return false }
        return true
    }
    public func hash(into hasher: inout Hasher) {
        for index in 0..<count { hasher.combine(storage[index]) }
    }
}

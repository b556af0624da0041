/// Why a scanner stopped. The first reason stays; every later call returns `false`.
public enum JSONScanError: UInt8, Error, Sendable {
    /// The bytes end inside a value.
    case unexpectedEnd = 1
    /// A byte that the grammar does not allow here.
    case unexpectedByte
    /// A byte below 0x20 inside a string.
    case controlCharacter
    /// A backslash followed by something that is no escape.
    case badEscape
    /// `\uD800`…`\uDFFF` without its other half.
    case loneSurrogate
    /// Bytes that are not UTF-8.
    case badUTF8
    /// Not a JSON number.
    case badNumber
    /// A number with a fraction or an exponent where an integer was asked for.
    case notAnInteger
    /// An integer outside `Int64`.
    case integerOverflow
    /// A decimal with more digits than scale 8 holds.
    case tooPrecise
    /// A decimal outside `Int64` at scale 8.
    case decimalOverflow
    /// More than `JSONScanner.depthMax` containers inside one another.
    case tooDeep
    /// A well-formed value of another kind than was asked for.
    case wrongKind
    /// Calls out of order: a value read where none is due, a member asked for outside an object.
    case misuse
    /// Something other than white space after the document.
    case trailingBytes
}

/// What the next value looks like from its first byte.
public enum JSONKind: UInt8, Sendable {
    /// No value starts here (end, closing bracket, or a byte that starts nothing).
    case none
    case object, array, string, number, bool, null
}

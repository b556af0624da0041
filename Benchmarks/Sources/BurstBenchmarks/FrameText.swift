/// A text with numbers of fixed width that are written anew where they stand.
struct FrameText {
    private(set) var bytes: [UInt8]
    /// Where each run of `#` began, and how long it was; in order.
    private let fields: [(start: Int, width: Int)]

    /// `#` stands for a digit; each run of them is a field.
    init(_ template: String) {
        bytes = Array(template.utf8)
        var found: [(start: Int, width: Int)] = []
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "#") {
            if let last = found.last, last.start + last.width == index {
                found[found.count - 1].width += 1
            } else {
                found.append((index, 1))
            }
        }
        fields = found
    }

    var fieldCount: Int { fields.count }

    /// Writes a number into a field, with zeros in front. Precondition: it fits.
    mutating func put(_ value: Int64, _ field: Int) {
        var rest = UInt64(value)
        let (start, width) = fields[field]
        var at = start + width
        while at > start {
            at -= 1
            bytes[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        precondition(rest == 0, "a number is wider than its field")
    }

    /// A price in hundredths into two fields: before the point and behind it.
    mutating func put(hundredths value: Int64, _ field: Int) {
        put(value / 100, field)
        put(value % 100, field + 1)
    }
}

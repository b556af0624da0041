/// How a piece of a line looks on a terminal that has colour. Raw values are SGR parameters.
enum Style: String {
    case plain = ""
    case bold = "1"
    case dim = "2"
    case heading = "1;36"
    case good = "32"
    case warning = "33"
    case bad = "1;31"
    case onGreen = "1;97;42"
    case onRed = "1;97;41"
    case onGrey = "1;97;100"
    case onAmber = "1;30;43"
    case onBlue = "1;97;44"
    case onMagenta = "1;97;45"
}

/// One line in pieces; widths are counted in characters before any escape code is added.
struct StyledLine {
    private var pieces: [(text: String, style: Style)] = []
    private(set) var width = 0

    init() {}
    init(_ text: String, _ style: Style = .plain) { add(text, style) }

    mutating func add(_ text: String, _ style: Style = .plain) {
        pieces.append((text, style))
        width += text.count
    }

    mutating func add(_ other: StyledLine) {
        pieces += other.pieces
        width += other.width
    }

    /// Exactly `wanted` characters wide: padded with spaces or cut, with `…` as the last character when cut.
    func fitted(_ wanted: Int) -> StyledLine {
        var line = StyledLine()
        if width <= wanted {
            line = self
            if width < wanted { line.add(String(repeating: " ", count: wanted - width)) }
            return line
        }
        var left = wanted - 1
        for piece in pieces {
            let text = String(piece.text.prefix(left))
            line.add(text, piece.style)
            left -= text.count
            if left <= 0 { break }
        }
        if wanted > 0 { line.add("…", .dim) }
        return line
    }

    func text(color: Bool) -> String {
        var out = ""
        for piece in pieces where !piece.text.isEmpty {
            if color, piece.style != .plain {
                out += "\u{1B}[\(piece.style.rawValue)m\(piece.text)\u{1B}[0m"
            } else {
                out += piece.text
            }
        }
        return out
    }
}

/// Columns of plain text.
enum Columns {
    static func left(_ text: String, _ width: Int) -> String { pad(text, width, atEnd: true) }
    static func right(_ text: String, _ width: Int) -> String { pad(text, width, atEnd: false) }

    static func center(_ text: String, _ width: Int) -> String {
        let cut = cut(text, width)
        let before = (width - cut.count) / 2
        return left(String(repeating: " ", count: before) + cut, width)
    }

    private static func pad(_ text: String, _ width: Int, atEnd: Bool) -> String {
        let cut = cut(text, width)
        let space = String(repeating: " ", count: width - cut.count)
        return atEnd ? cut + space : space + cut
    }

    static func cut(_ text: String, _ width: Int) -> String {
        text.count <= width ? text : width < 1 ? "" : String(text.prefix(width - 1)) + "…"
    }

    /// Text of the outside world made harmless and one column per character: no controls, no marks, nothing wide.
    static func clean(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
                .nonspacingMark, .enclosingMark, .spacingMark:
                out.append("?")
            default:
                let wide = (0x1100...0x115F).contains(scalar.value) || scalar.value >= 0x2E80
                    || scalar.properties.isEmojiPresentation
                if wide { out.append("?") } else { out.unicodeScalars.append(scalar) }
            }
        }
        return out
    }
}

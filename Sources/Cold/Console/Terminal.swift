import Glibc

/// The terminal while the live screen is on it: alternate screen, hidden cursor, both undone when the value goes.
///
/// A process that a signal ends without unwinding writes `restoreSequence` itself.
package struct Terminal: ~Copyable {
    private let descriptor: Int32

    /// Resets colours, wraps long lines again, shows the cursor, leaves the alternate screen.
    package static var restoreSequence: String { "\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l" }

    package static func isTerminal(_ descriptor: Int32 = 1) -> Bool { isatty(descriptor) == 1 }

    /// Columns and rows, 100x30 where the terminal does not say.
    package static func size(_ descriptor: Int32 = 1) -> (width: Int, height: Int) {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (100, 30)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Takes the terminal; `nil` when the descriptor is none.
    package init?(_ descriptor: Int32 = 1) {
        guard Self.isTerminal(descriptor) else { return nil }
        self.descriptor = descriptor
        Self.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J", to: descriptor)
    }

    deinit { Self.write(Self.restoreSequence, to: descriptor) }

    /// Shows the lines from the top left corner, in one write, without flicker. More lines than rows are left out.
    package func draw(_ lines: [String]) {
        Self.write(Self.frame(lines, rows: Self.size(descriptor).height), to: descriptor)
    }

    /// What `draw` writes. Each line is erased before it is written: after a character in the last column most
    /// terminals still stand on it, and erasing then would take it away.
    package static func frame(_ lines: [String], rows: Int) -> String {
        let shown = lines.prefix(max(0, rows))
        let text = "\u{1B}[H" + shown.map { "\u{1B}[2K" + $0 }.joined(separator: "\r\n")
        return shown.count < rows ? text + "\r\n\u{1B}[J" : text
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }
}

import Glibc
import Testing

@testable import Console

@Suite struct TerminalTests {
    /// What is read from the terminal's other end until nothing more comes.
    static func read(_ descriptor: Int32) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&entry, 1, 200) > 0, entry.revents & Int16(POLLIN) != 0 {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count <= 0 { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    @Test func `the terminal is taken, drawn on and given back`() throws {
        let main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        try #require(main >= 0)
        defer { close(main) }
        // TIOCSPTLCK and TIOCGPTN: unlock the other end, and its number.
        var (lock, number): (Int32, Int32) = (0, 0)
        try #require(ioctl(main, 0x4004_5431, &lock) == 0)
        try #require(ioctl(main, 0x8004_5430, &number) == 0)
        let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        try #require(other >= 0)
        defer { close(other) }
        var size = winsize(ws_row: 2, ws_col: 40, ws_xpixel: 0, ws_ypixel: 0)
        try #require(ioctl(main, UInt(TIOCSWINSZ), &size) == 0)
        #expect(Terminal.size(other) == (40, 2))
        do {
            guard let terminal = Terminal(other) else {
                Issue.record("the terminal was not taken")
                return
            }
            #expect(Self.read(main) == "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J")
            terminal.draw(["one", "two", "three"])
            #expect(Self.read(main).filter { $0 != "\r" && $0 != "\n" && $0 != "\r\n" } == "\u{1B}[H\u{1B}[2Kone\u{1B}[2Ktwo")
        }
        #expect(Self.read(main) == Terminal.restoreSequence)
    }

    @Test func `what is no terminal is not taken`() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        #expect(!Terminal.isTerminal(ends[1]))
        if Terminal(ends[1]) != nil { Issue.record("a pipe was taken for a terminal") }
        #expect(Terminal.size(ends[1]) == (100, 30))
    }

    @Test func `a frame below the height clears what is under it`() {
        #expect(Terminal.frame(["a"], rows: 2) == "\u{1B}[H\u{1B}[2Ka\r\n\u{1B}[J")
        #expect(Terminal.frame(["a", "b"], rows: 2) == "\u{1B}[H\u{1B}[2Ka\r\n\u{1B}[2Kb")
    }
}

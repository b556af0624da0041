import Foundation

/// Who owns how much of the process's memory, by the kernel's own list of its regions (/proc/self/smaps).
struct MemoryTable {
    struct Row: Equatable {
        let region: String
        let owner: String
        var bytes: Int64 = 0
        var resident: Int64 = 0
        var locked: Int64 = 0
    }

    private(set) var rows: [Row] = []

    /// From the text of smaps; regions of one kind are one row.
    init(smaps: String) {
        var current: Int?
        for line in smaps.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let first = words.first else { continue }
            if first.last != ":" {
                let path = words.count > 5 ? words[5...].joined(separator: " ") : ""
                current = place(Self.kind(path, isWritable: words.count > 1 && words[1].contains("w")))
            } else if let current, words.count >= 3, let kilobytes = Int64(words[1]) {
                switch first {
                case "Size:": rows[current].bytes += kilobytes << 10
                case "Rss:": rows[current].resident += kilobytes << 10
                case "Locked:": rows[current].locked += kilobytes << 10
                default: break
                }
            }
        }
    }

    private mutating func place(_ kind: (region: String, owner: String)) -> Int {
        if let found = rows.firstIndex(where: { $0.region == kind.region }) { return found }
        rows.append(Row(region: kind.region, owner: kind.owner))
        return rows.count - 1
    }

    private static func kind(_ path: String, isWritable: Bool) -> (region: String, owner: String) {
        if path.hasSuffix("/journal.shm") { return ("journal ring, shared file", "trade -> cold") }
        if path.hasSuffix("/heartbeat.shm") { return ("heartbeat, shared file", "trade -> guard") }
        switch path {
        case "[heap]": return ("heap: rings, books, core, links, TLS", "feed, parse, trade, cold")
        case "[stack]": return ("stack of the main thread", "cold")
        case "[vdso]", "[vvar]", "[vvar_vclock]", "[vsyscall]": return ("the kernel's pages for reading clocks", "all")
        case "": return ("stacks of threads, other anonymous", "all")
        default: break
        }
        if path.contains("io_uring") { return ("queues shared with the kernel", "feed, trade") }
        if path.hasPrefix("[anon") { return ("stacks of threads, other anonymous", "all") }
        return isWritable ? ("data of program and libraries", "all") : ("code of program and libraries", "all")
    }

    /// Aligned lines with a sum.
    var lines: [String] {
        func row(_ cells: [String]) -> String {
            cells[0].padding(toLength: 39, withPad: " ", startingAt: 0)
                + cells[1].padding(toLength: 26, withPad: " ", startingAt: 0)
                + cells[2...].map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
        }
        func kibibytes(_ bytes: Int64) -> String { "\(bytes >> 10) KiB" }
        func text(_ row: Row) -> [String] {
            [row.region, row.owner, kibibytes(row.bytes), kibibytes(row.resident), kibibytes(row.locked)]
        }
        var sum = Row(region: "all", owner: "")
        for row in rows {
            sum.bytes += row.bytes
            sum.resident += row.resident
            sum.locked += row.locked
        }
        return [row(["region", "owner", "taken", "resident", "locked"])]
            + rows.sorted { $0.resident > $1.resident }.map { row(text($0)) } + [row(text(sum))]
    }
}

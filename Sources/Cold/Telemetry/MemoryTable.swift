import Model

/// Who owns how much of the process's memory, by the kernel's own list of its regions (/proc/PID/smaps).
package struct MemoryTable: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package let region: String
        package let owner: String
        /// Bytes of address space, of them in memory, and of those kept there.
        package var taken: Int64 = 0
        package var resident: Int64 = 0
        package var locked: Int64 = 0

        package init(region: String, owner: String, taken: Int64 = 0, resident: Int64 = 0, locked: Int64 = 0) {
            self.region = region
            self.owner = owner
            self.taken = taken
            self.resident = resident
            self.locked = locked
        }
    }

    /// The largest first.
    package private(set) var rows: [Row] = []
    /// What was resident when the engine had taken its memory; `nil` where that is not known.
    package var residentAtStart: Int64?

    /// From the text of smaps; regions of one kind are one row. Lines that it does not know are passed over.
    package init(smaps: String) {
        var current: Int?
        for line in smaps.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let first = words.first else { continue }
            if first.last != ":" {
                let path = words.count > 5 ? words[5...].joined(separator: " ") : ""
                current = place(Self.kind(path, isWritable: words.count > 1 && words[1].contains("w")))
            } else if let current, words.count >= 3, words[2] == "kB", let kilobytes = Int64(words[1]), kilobytes >= 0,
                kilobytes <= Int64.max >> 20
            {
                switch first {
                case "Size:": rows[current].taken += kilobytes << 10
                case "Rss:": rows[current].resident += kilobytes << 10
                case "Locked:": rows[current].locked += kilobytes << 10
                default: break
                }
            }
        }
        rows.sort { ($0.resident, $1.region) > ($1.resident, $0.region) }
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

    package var sum: Row {
        var sum = Row(region: "all", owner: "")
        for row in rows {
            sum.taken += row.taken
            sum.resident += row.resident
            sum.locked += row.locked
        }
        return sum
    }

    /// Aligned lines with a sum and, where it is known, what has come since the start.
    package var lines: [String] {
        func row(_ cells: [String]) -> String {
            zip(cells, [39, 26, 0, 0, 0]).map { cell, width in
                width > 0
                    ? cell + String(repeating: " ", count: max(1, width - cell.count))
                    : String(repeating: " ", count: max(1, 12 - cell.count)) + cell
            }.joined()
        }
        func kibibytes(_ bytes: Int64) -> String { "\(bytes >> 10) KiB" }
        func text(_ row: Row) -> [String] {
            [row.region, row.owner, kibibytes(row.taken), kibibytes(row.resident), kibibytes(row.locked)]
        }
        let table = [row(["region", "owner", "taken", "resident", "locked"])] + (rows + [sum]).map { row(text($0)) }
        guard let residentAtStart else { return table }
        let grown = sum.resident - residentAtStart
        let change = grown == 0 ? "unchanged" : "\(grown > 0 ? "+" : "-")\(kibibytes(abs(grown)))"
        return table + ["resident at the start \(kibibytes(residentAtStart)), now \(kibibytes(sum.resident)): \(change)"]
    }

    package var json: JSONValue {
        func bytes(_ row: Row) -> [JSONMember] {
            [
                JSONMember("taken_bytes", .integer(row.taken)), JSONMember("resident_bytes", .integer(row.resident)),
                JSONMember("locked_bytes", .integer(row.locked)),
            ]
        }
        return .object(
            [
                JSONMember("regions", .array(rows.map { row in
                    .object([JSONMember("region", .string(row.region)), JSONMember("owner", .string(row.owner))] + bytes(row))
                }))
            ] + bytes(sum) + [JSONMember("resident_at_start_bytes", residentAtStart.map { .integer($0) } ?? .null)])
    }

    /// What `json` wrote; `nil` for anything else.
    package init?(json: JSONValue) {
        guard let regions = json["regions"]?.array else { return nil }
        for item in regions {
            guard let region = item["region"]?.string, let owner = item["owner"]?.string,
                let taken = item["taken_bytes"]?.integer, let resident = item["resident_bytes"]?.integer,
                let locked = item["locked_bytes"]?.integer
            else { return nil }
            rows.append(Row(region: region, owner: owner, taken: taken, resident: resident, locked: locked))
        }
        residentAtStart = json["resident_at_start_bytes"]?.integer
    }
}

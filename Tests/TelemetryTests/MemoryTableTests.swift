import Telemetry
import Testing

@Suite struct MemoryTableTests {
    static let smaps = """
        00400000-00500000 r-xp 00000000 fe:01 12 /usr/bin/needletail
        Size:               1024 kB
        KernelPageSize:        4 kB
        Rss:                 512 kB
        Locked:              512 kB
        VmFlags: rd ex mr mw me lo
        00500000-00600000 rw-p 00100000 fe:01 12 /usr/bin/needletail
        Size:                 64 kB
        Rss:                  60 kB
        Locked:               60 kB
        01000000-02000000 rw-p 00000000 00:00 0 [heap]
        Size:              16384 kB
        Rss:               16380 kB
        Locked:            16380 kB
        7f0000000000-7f0000100000 rw-s 00000000 00:01 9 /dev/shm/a run/journal.shm
        Size:               8192 kB
        Rss:                8192 kB
        Locked:             8192 kB
        7f0000200000-7f0000300000 rw-p 00000000 00:00 0
        Size:                256 kB
        Rss:                   8 kB
        Locked:                0 kB
        7f0000400000-7f0000500000 rw-p 00000000 00:00 0
        Size:                256 kB
        Rss:                   4 kB
        Locked:                0 kB
        7f0000600000-7f0000700000 rw-s 00000000 00:0e 9 anon_inode:[io_uring]
        Size:                 16 kB
        Rss:                  16 kB
        Locked:                0 kB
        7ffd00000000-7ffd00010000 rw-p 00000000 00:00 0 [stack]
        Size:                132 kB
        Rss:                  20 kB
        Locked:               20 kB
        """

    @Test func `Regions of one kind are one row with its owner, the largest first, and all are in the sum`() throws {
        let table = MemoryTable(smaps: Self.smaps)
        let sizes: [Int64] = [16380, 8192, 512, 60, 20, 16, 12]
        #expect(table.rows.map(\.resident) == sizes.map { $0 << 10 })
        let journal = try #require(table.rows.first { $0.region == "journal ring, shared file" })
        #expect(journal.owner == "trade -> cold" && journal.taken == 8192 << 10 && journal.locked == 8192 << 10)
        let anonymous = try #require(table.rows.first { $0.owner == "all" && $0.region.hasPrefix("stacks") })
        #expect(anonymous.taken == 512 << 10 && anonymous.resident == 12 << 10 && anonymous.locked == 0)
        #expect(table.rows.contains { $0.region == "queues shared with the kernel" && $0.owner == "feed, trade" })
        #expect(table.sum.resident == sizes.reduce(0, +) << 10)
        let taken: [Int64] = [1024, 64, 16384, 8192, 512, 16, 132]
        #expect(table.sum.taken == taken.reduce(0, +) << 10)
    }

    @Test func `Lines are aligned, end in the sum, and say what came since the start`() throws {
        var table = MemoryTable(smaps: Self.smaps)
        #expect(table.lines.count == table.rows.count + 2)
        #expect(Set(table.lines.map(\.count)).count == 1)
        #expect(table.lines.last?.hasPrefix("all ") == true)
        table.residentAtStart = table.sum.resident
        #expect(table.lines.last?.hasSuffix(": unchanged") == true)
        table.residentAtStart = table.sum.resident - 8192
        #expect(table.lines.last?.hasSuffix(": +8 KiB") == true)
        table.residentAtStart = table.sum.resident + 4096
        #expect(table.lines.last?.hasSuffix(": -4 KiB") == true)
    }

    @Test func `It is read back from its JSON, and nothing else is`() {
        var table = MemoryTable(smaps: Self.smaps)
        table.residentAtStart = 7 << 20
        #expect(MemoryTable(json: table.json) == table)
        table.residentAtStart = nil
        #expect(MemoryTable(json: table.json) == table)
        #expect(MemoryTable(json: .make(["regions": .array([.make(["region": .string("x")])])])) == nil)
        #expect(MemoryTable(json: .null) == nil)
    }

    @Test func `What is no list of regions makes no row and no crash`() {
        for text in ["", "\n\n", "Rss: 5 kB\n", "1-2 rw-p\nRss: many kB\nSize: -4 kB\n", "Rss:\n:\n", "1-2\nRss: 99999999999999999 kB\n"] {
            #expect(MemoryTable(smaps: text).sum.resident == 0, "\(text)")
        }
    }
}

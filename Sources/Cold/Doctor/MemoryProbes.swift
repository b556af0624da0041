/// Memory: what makes a page arrive late. Pure: text in, finding out.
enum MemoryProbes {
    /// `always [madvise] never`.
    static func hugePages(_ reading: Reading) -> Finding {
        guard let chosen = reading.trimmed.flatMap(bracketed) else { return .unseen("memory", "huge pages", reading) }
        if chosen != "always" { return Finding("memory", "huge pages", .ok, chosen) }
        return Finding(
            "memory", "huge pages", .advice, "always", cause: "the kernel stops a thread to join its pages",
            cure: "tuning/memory.sh apply")
    }

    /// The word in brackets.
    static func bracketed(_ text: String) -> String? {
        words(text).first { $0.hasPrefix("[") && $0.hasSuffix("]") }.map { String($0.dropFirst().dropLast()) }
    }

    /// Swap spaces: a heading, then one a line.
    static func swap(_ reading: Reading) -> Finding {
        guard case .text(let text) = reading else { return .unseen("memory", "swap", reading) }
        let spaces = text.split(separator: "\n").dropFirst().map { words($0) }.filter { $0.count >= 4 }
        if spaces.isEmpty { return Finding("memory", "swap", .ok, "none") }
        let used = spaces.compactMap { Int64($0[3]) }.reduce(0, +)
        if used == 0 {
            return Finding(
                "memory", "swap", .advice, "\(spaces.count) in place, unused",
                cause: "cold pages may go to disk, and a read of one takes milliseconds",
                cure: "tuning/memory.sh apply")
        }
        return Finding(
            "memory", "swap", .problem, "\(used) KiB in use",
            cause: "memory is short: any thread may wait for the disk, the guard's included",
            cure: "end what needs the memory, then swapoff -a")
    }

    /// Memory that can be had without pushing others out.
    static func available(_ reading: Reading) -> Finding {
        guard case .text(let text) = reading,
              let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
              let kibibytes = words(line).dropFirst().first.flatMap({ Int64($0) })
        else { return .unseen("memory", "available", reading) }
        let found = "\(kibibytes / 1024) MiB"
        if kibibytes >= 1 << 20 { return Finding("memory", "available", .ok, found) }
        let cause = "the engine takes its arenas at the start; too little memory ends it with the kernel's killer"
        return Finding(
            "memory", "available", kibibytes >= 256 << 10 ? .advice : .problem, found, cause: cause,
            cure: "free 1 GiB, or take a larger machine")
    }

    /// The row `Max locked memory` of /proc/self/limits, in bytes.
    static func lockedMemory(_ reading: Reading, isRoot: Bool) -> Finding {
        guard case .text(let text) = reading,
              let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Max locked memory") }),
              let soft = words(line).dropFirst(3).first
        else { return .unseen("limits", "locked memory", reading) }
        if isRoot { return Finding("limits", "locked memory", .ok, "root: no limit") }
        let bytes = Int64(soft)
        if soft == "unlimited" || (bytes ?? 0) >= 512 << 20 {
            return Finding("limits", "locked memory", .ok, bytes.map { "\($0 >> 20) MiB" } ?? soft)
        }
        return Finding(
            "limits", "locked memory", .advice, "\((bytes ?? 0) >> 20) MiB",
            cause: "the engine locks all its memory, some 250 MiB, and cannot; some kernels refuse the ring as well",
            cure: "tuning/limits.sh apply, and log in again")
    }

    /// Automatic moves of pages between nodes.
    static func numaBalancing(_ reading: Reading) -> Finding {
        guard let value = reading.integer else { return .unseen("memory", "page migration", reading) }
        if value == 0 { return Finding("memory", "page migration", .ok, "off") }
        return Finding(
            "memory", "page migration", .advice, "numa_balancing \(value)",
            cause: "pages are unmapped to see who uses them: faults on the hot path", cure: "tuning/memory.sh apply")
    }
}

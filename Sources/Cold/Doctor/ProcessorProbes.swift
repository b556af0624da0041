/// The cores: how many, who else may run there, how fast they wake up. Pure: text in, finding out.
enum ProcessorProbes {
    /// Cores this process may use, against what the smallest topology needs.
    static func cores(allowed: Int) -> Finding {
        if allowed >= 2 { return Finding("cpu", "cores", .ok, "\(allowed) may be used") }
        return Finding(
            "cpu", "cores", .problem, "\(allowed) may be used",
            cause: "the hot thread spins and would starve everything beside it: journal, control, guard",
            cure: "give the machine or the container two cores at least")
    }

    /// Boot options that keep the kernel off the hot cores.
    static func isolation(_ reading: Reading) -> Finding {
        guard let line = reading.trimmed else { return .unseen("cpu", "isolation", reading) }
        let options = ["isolcpus=", "nohz_full=", "rcu_nocbs="]
        let set = words(line).filter { word in options.contains { word.hasPrefix($0) } }
        if set.contains(where: { $0.hasPrefix("isolcpus=") }) {
            return Finding("cpu", "isolation", .ok, set.joined(separator: " "))
        }
        return Finding(
            "cpu", "isolation", .advice, set.isEmpty ? "no core is isolated" : set.joined(separator: " "),
            cause: "the scheduler puts other work on the hot cores",
            cure: "boot with isolcpus=, nohz_full= and rcu_nocbs= for the hot cores (tuning/cpu.sh says which)")
    }

    /// Whose frequency governor is not `performance`.
    static func governors(_ readings: [(core: Int, reading: Reading)]) -> Finding {
        let known = readings.compactMap { item in item.reading.trimmed.map { (item.core, $0) } }
        guard !known.isEmpty else {
            return .unseen(
                "power", "governor", readings.first?.reading ?? .absent,
                cure: "a guest has none: choose a plan with dedicated cores, and ask the host for performance")
        }
        let slow = known.filter { $0.1 != "performance" }
        if slow.isEmpty { return Finding("power", "governor", .ok, "performance on \(known.count) cores") }
        return Finding(
            "power", "governor", .advice, "\(slow[0].1) on \(slow.count) of \(known.count) cores",
            cause: "a core that slowed down needs milliseconds to be fast again", cure: "tuning/power.sh apply")
    }

    /// Sleep states that are enabled and take more than 10 us to leave.
    static func sleepStates(_ states: [(name: String, latency: Reading, disabled: Reading)]) -> Finding {
        let known = states.filter { $0.latency.integer != nil }
        guard !known.isEmpty else {
            return .unseen(
                "power", "sleep states", .absent,
                cure: "a guest has none of its own: the host decides, the jitter shows it")
        }
        let deep = known.filter { $0.latency.integer! > 10 && $0.disabled.integer != 1 }
        guard let worst = deep.max(by: { $0.latency.integer! < $1.latency.integer! }) else {
            return Finding("power", "sleep states", .ok, "none that takes more than 10 us to leave")
        }
        return Finding(
            "power", "sleep states", .advice, "\(worst.name) takes \(worst.latency.integer!) us to leave",
            cause: "the first message after a quiet moment waits for the core to wake", cure: "tuning/power.sh apply")
    }

    /// Interrupts that may be served by every core.
    static func interrupts(_ readings: [(line: String, reading: Reading)], cores: Int) -> Finding {
        let known = readings.compactMap { item in item.reading.trimmed.flatMap(CoreList.parse).map { (item.line, $0) } }
        guard !known.isEmpty else { return .unseen("cpu", "interrupts", readings.first?.reading ?? .absent) }
        if cores < 2 { return Finding("cpu", "interrupts", .ok, "one core serves all") }
        let wide = known.filter { $0.1 != [0] }
        if wide.isEmpty { return Finding("cpu", "interrupts", .ok, "\(known.count) lines, all on core 0") }
        return Finding(
            "cpu", "interrupts", .advice, "\(wide.count) of \(known.count) lines may leave core 0",
            cause: "an interrupt on a hot core is a gap of some microseconds", cure: "tuning/cpu.sh apply")
    }

    /// Work queues of the kernel: a mask in hexadecimal.
    static func workqueues(_ reading: Reading) -> Finding {
        guard let text = reading.trimmed else { return .unseen("cpu", "work queues", reading) }
        guard let mask = UInt64(text.split(separator: ",").joined().suffix(16), radix: 16) else {
            return .unseen("cpu", "work queues", reading)
        }
        if mask == 1 { return Finding("cpu", "work queues", .ok, "on core 0") }
        return Finding(
            "cpu", "work queues", .advice, "mask \(text)", cause: "the kernel's own work runs on the hot cores",
            cure: "tuning/cpu.sh apply")
    }

    /// Time that the host gave to others, of all time since the start: the first line of /proc/stat.
    static func stolen(_ reading: Reading) -> Finding {
        guard case .text(let text) = reading, let line = text.split(separator: "\n").first, line.hasPrefix("cpu ")
        else { return .unseen("cpu", "stolen time", reading) }
        let fields = words(line).dropFirst().compactMap { UInt64($0) }
        guard fields.count >= 8 else { return .unseen("cpu", "stolen time", reading) }
        let total = max(fields.prefix(8).reduce(0) { $0 &+ $1 }, 1)
        let perMille = fields[7] / max(total / 1000, 1)
        let found = "\(perMille / 10).\(perMille % 10) % since the machine started"
        if perMille < 10 { return Finding("cpu", "stolen time", .ok, found) }
        return Finding(
            "cpu", "stolen time", .advice, found, cause: "the host runs other guests on our cores",
            cure: "a plan with dedicated cores")
    }
}

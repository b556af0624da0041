import Testing

@testable import Doctor

@Suite struct ExaminationTests {
    @Test func `A tuned machine has no row that is not ok`() throws {
        let tree = try FakeTree(FakeTree.tuned)
        let findings = tree.findings
        #expect(findings.count == 20)
        for finding in findings { #expect(finding.verdict == .ok, "\(finding)") }
        let report = DoctorReport(findings: findings)
        #expect(report.isWise)
        #expect(report.exitStatus(strict: true) == 0)
    }

    /// One file changed, and exactly this row with this verdict.
    @Test(arguments: [
        ("/proc/cmdline", "quiet", "isolation", Verdict.advice),
        ("/proc/irq/25/smp_affinity_list", "0-1", "interrupts", .advice),
        ("/sys/devices/virtual/workqueue/cpumask", "3", "work queues", .advice),
        ("/proc/stat", "cpu  1000 0 1000 8000 0 0 0 500", "stolen time", .advice),
        ("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave", "governor", .advice),
        ("/sys/devices/system/cpu/cpu0/cpuidle/state1/disable", "0", "sleep states", .advice),
        ("/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never", "huge pages", .advice),
        ("/proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 100 0 -2", "swap", .advice),
        ("/proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 100 7 -2", "swap", .problem),
        ("/proc/meminfo", "MemAvailable: 1048575 kB", "available", .advice),
        ("/proc/meminfo", "MemAvailable: 262143 kB", "available", .problem),
        ("/proc/sys/kernel/numa_balancing", "1", "page migration", .advice),
        ("/proc/self/limits", "Max locked memory  67108863  67108863  bytes", "locked memory", .advice),
        ("/proc/sys/kernel/osrelease", "6.0.19", "kernel", .problem),
        ("/proc/sys/kernel/osrelease", "5.15.0-91-generic", "kernel", .problem),
        ("/proc/sys/kernel/sched_autogroup_enabled", "1", "autogroup", .advice),
        ("/proc/self/timerslack_ns", "50001", "timer slack", .advice),
        ("/proc/sys/kernel/watchdog", "1", "watchdog", .advice),
        ("/proc/sys/net/ipv4/tcp_slow_start_after_idle", "1", "slow start after idle", .advice),
        ("/proc/sys/net/core/rmem_max", "4194303", "receive room", .advice),
        ("/proc/sys/net/core/busy_poll", "0", "busy poll", .advice),
        ("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet", "source", .advice),
    ])
    func `Each setting that is off has its row`(_ path: String, _ text: String, _ name: String, _ verdict: Verdict) throws {
        var files = FakeTree.tuned
        try #require(files[path] != nil)
        files[path] = text
        let tree = try FakeTree(files)
        let wrong = tree.findings.filter { $0.verdict != .ok }
        #expect(wrong.map(\.name) == [name])
        #expect(wrong.first?.verdict == verdict)
        #expect(wrong.allSatisfy { !$0.cause.isEmpty && !$0.cure.isEmpty })
    }

    @Test func `Each file that is absent, empty or garbage is a row that says so, never a trap or an ok`() throws {
        let tree = try FakeTree(FakeTree.tuned)
        let several = ["cpuidle", "irq", "cpufreq"]
        for (path, tuned) in FakeTree.tuned where !several.contains(where: path.contains) {
            for text in [nil, "", "\0\u{FF}-,[", "99999999999999999999999"] as [String?] {
                try tree.put(path, text)
                let wrong = tree.findings.filter { $0.verdict != .ok }
                try tree.put(path, tuned)
                // Any word is a command line or the name of a clock, and an empty table has no swap in it.
                if path == "/proc/swaps", text != nil { continue }
                #expect(wrong.count == 1, "\(path) with \(text ?? "nothing"): \(wrong)")
            }
        }
    }

    @Test func `A machine that shows nothing at all is all unseen, and that is no vouching`() throws {
        let tree = try FakeTree([:])
        #expect(tree.findings.count == 20)
        for finding in tree.findings { #expect(finding.verdict == .unseen, "\(finding)") }
        #expect(DoctorReport(findings: tree.findings).exitStatus(strict: true) == 3)
    }

    @Test func `Root has no limit of locked memory, whatever the file says`() {
        let reading = Reading.text("Max locked memory  65536  65536  bytes")
        #expect(MemoryProbes.lockedMemory(reading, isRoot: true).verdict == .ok)
        #expect(MemoryProbes.lockedMemory(reading, isRoot: false).verdict == .advice)
    }

    @Test func `An engine is found by its command line and nothing else is taken for one`() throws {
        let tree = try FakeTree([
            "/proc/17/cmdline": "/usr/bin/needletail\0engine\0--config\0run.yaml\0", "/proc/18/cmdline": "vi\0engine\0",
            "/proc/19/cmdline": "needletail\0guard\0", "/proc/self/cmdline": "needletail\0engine\0",
        ])
        #expect(Examination.engines(SystemTree(root: tree.root)) == [17])
    }
}

import Foundation

@testable import Doctor

/// A root with files of our own, gone with the test.
final class FakeTree {
    let root: String

    init(_ files: [String: String]) throws {
        root = NSTemporaryDirectory() + "doctor-" + UUID().uuidString
        for (path, text) in files { try put(path, text) }
    }

    /// Writes a file anew, or removes it.
    func put(_ path: String, _ text: String?) throws {
        let file = URL(filePath: root + path)
        guard let text else { return try FileManager.default.removeItem(at: file) }
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var findings: [Finding] { Examination.files(SystemTree(root: root), isRoot: false) }

    /// A machine of two cores on which all is as the scripts in tuning/ leave it.
    static let tuned: [String: String] = [
        "/proc/cmdline": "quiet isolcpus=1 nohz_full=1 rcu_nocbs=1\n",
        "/proc/irq/24/smp_affinity_list": "0\n", "/proc/irq/25/smp_affinity_list": "0\n",
        "/sys/devices/virtual/workqueue/cpumask": "1\n",
        "/proc/stat": "cpu  1000 0 1000 8000 0 0 0 5 0 0\ncpu0 1 2 3\n",
        "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
        "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
        "/sys/devices/system/cpu/cpu0/cpuidle/state0/name": "POLL\n",
        "/sys/devices/system/cpu/cpu0/cpuidle/state0/latency": "0\n",
        "/sys/devices/system/cpu/cpu0/cpuidle/state0/disable": "0\n",
        "/sys/devices/system/cpu/cpu0/cpuidle/state1/name": "C6\n",
        "/sys/devices/system/cpu/cpu0/cpuidle/state1/latency": "133\n",
        "/sys/devices/system/cpu/cpu0/cpuidle/state1/disable": "1\n",
        "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
        "/proc/swaps": "Filename Type Size Used Priority\n",
        "/proc/meminfo": "MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n",
        "/proc/sys/kernel/numa_balancing": "0\n",
        "/proc/self/limits": "Limit Soft Hard Units\nMax locked memory         unlimited            unlimited            bytes\n",
        "/proc/sys/kernel/osrelease": "6.1.0-18-amd64\n",
        "/proc/sys/kernel/sched_rt_runtime_us": "950000\n",
        "/proc/sys/kernel/sched_autogroup_enabled": "0\n",
        "/proc/self/timerslack_ns": "50000\n",
        "/proc/sys/kernel/watchdog": "0\n",
        "/proc/sys/net/ipv4/tcp_slow_start_after_idle": "0\n",
        "/proc/sys/net/core/rmem_max": "16777216\n",
        "/proc/sys/net/core/busy_poll": "50\n",
        "/sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
    ]
}

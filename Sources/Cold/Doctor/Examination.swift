internal import CPlatform
internal import Glibc
internal import Uring

/// The whole look at a machine. Nothing is changed, and nothing needs a privilege: what this user may not see is a row.
package enum Examination {
    /// Everything that is not a file: asked of this kernel, by this process.
    package static func asked() -> [Finding] {
        let attempt: Result<UringFeatures, UringError>
        do throws(UringError) {
            _ = try UringQueue()  // exactly what the links use
            attempt = .success(try UringFeatures.read())
        } catch { attempt = .failure(error) }
        return [
            ProcessorProbes.cores(allowed: Int(platform_allowed_core_count())),
            KernelProbes.ring(attempt),
            ClockProbes.discipline(.read()),
        ]
    }

    /// The kernel's io_uring features in words; empty where there is no ring.
    package static func ringFeatures() -> [String] { (try? UringFeatures.read())?.names ?? [] }

    /// Everything that is a file below the tree's root.
    package static func files(_ tree: SystemTree, isRoot: Bool = geteuid() == 0) -> [Finding] {
        let cores = tree.names("/sys/devices/system/cpu").filter { name in
            name.hasPrefix("cpu") && Int(name.dropFirst(3)) != nil
        }
        let idleFolder = "/sys/devices/system/cpu/cpu0/cpuidle"
        let idle = tree.names(idleFolder).map { "\(idleFolder)/\($0)" }
        let lines = tree.names("/proc/irq").filter { Int($0) != nil }
        let sysctl = { (name: String) in tree.read("/proc/sys/" + name) }
        return [
            ProcessorProbes.isolation(tree.read("/proc/cmdline")),
            ProcessorProbes.interrupts(
                lines.map { ($0, tree.read("/proc/irq/\($0)/smp_affinity_list")) }, cores: cores.count),
            ProcessorProbes.workqueues(tree.read("/sys/devices/virtual/workqueue/cpumask")),
            ProcessorProbes.stolen(tree.read("/proc/stat")),
            ProcessorProbes.governors(cores.map { name in
                (Int(name.dropFirst(3)) ?? 0, tree.read("/sys/devices/system/cpu/\(name)/cpufreq/scaling_governor"))
            }),
            ProcessorProbes.sleepStates(idle.map { state in
                (tree.read(state + "/name").trimmed ?? "?", tree.read(state + "/latency"),
                 tree.read(state + "/disable"))
            }),
            MemoryProbes.hugePages(tree.read("/sys/kernel/mm/transparent_hugepage/enabled")),
            MemoryProbes.swap(tree.read("/proc/swaps")),
            MemoryProbes.available(tree.read("/proc/meminfo")),
            MemoryProbes.numaBalancing(sysctl("kernel/numa_balancing")),
            MemoryProbes.lockedMemory(tree.read("/proc/self/limits"), isRoot: isRoot),
            KernelProbes.release(sysctl("kernel/osrelease")),
            KernelProbes.realTime(sysctl("kernel/sched_rt_runtime_us")),
            KernelProbes.autogroup(sysctl("kernel/sched_autogroup_enabled")),
            KernelProbes.timerSlack(tree.read("/proc/self/timerslack_ns")),
            KernelProbes.watchdog(sysctl("kernel/watchdog")),
            KernelProbes.slowStart(sysctl("net/ipv4/tcp_slow_start_after_idle")),
            KernelProbes.receiveRoom(sysctl("net/core/rmem_max")),
            KernelProbes.busyPoll(sysctl("net/core/busy_poll")),
            ClockProbes.source(tree.read("/sys/devices/system/clocksource/clocksource0/current_clocksource")),
        ]
    }

    /// Processes that are an engine: to spin on its cores would be the very disturbance that is looked for.
    package static func engines(_ tree: SystemTree) -> [Int] {
        tree.names("/proc").compactMap { Int($0) }.filter { process in
            guard case .text(let text) = tree.read("/proc/\(process)/cmdline") else { return false }
            let arguments = text.split(separator: "\0")
            return arguments.count > 1 && arguments[0].hasSuffix("needletail") && arguments[1] == "engine"
        }
    }
}

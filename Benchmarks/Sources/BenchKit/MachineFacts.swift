import CPlatform
import Foundation

/// What the figures were taken on.
package struct MachineFacts {
    package let list: [(name: String, value: String)]
    package subscript(name: String) -> String? { list.first { $0.name == name }?.value }

    package static func read() -> MachineFacts {
        let processor = lines("/proc/cpuinfo").first { $0.hasPrefix("model name") || $0.hasPrefix("CPU part") }
        let cpu = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
        return MachineFacts(list: [
            ("processor", processor?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"),
            ("cores", "\(platform_core_count())"),
            ("memory", lines("/proc/meminfo").first.map { $0.dropFirst(9).trimmingCharacters(in: .whitespaces) } ?? "?"),
            ("kernel", word("/proc/sys/kernel/osrelease")),
            ("governor", FileManager.default.fileExists(atPath: cpu) ? word(cpu) : "not shown (virtual machine)"),
            ("clock", word("/sys/devices/system/clocksource/clocksource0/current_clocksource")),
            ("huge pages", word("/sys/kernel/mm/transparent_hugepage/enabled")),
            ("load", lines("/proc/loadavg").first?.split(separator: " ").first.map(String.init) ?? "?"),
            ("system", lines("/etc/os-release").first { $0.hasPrefix("PRETTY_NAME=") }.map {
                $0.dropFirst(12).replacingOccurrences(of: "\"", with: "")
            } ?? "?"),
            ("compiler", compiler), ("taken at", ISO8601DateFormatter().string(from: Date())),
        ])
    }

    private static func word(_ path: String) -> String { lines(path).first ?? "?" }

    private static func lines(_ path: String) -> [String] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    private static var compiler: String {
        #if compiler(>=6.4)
            "Swift 6.4 or later"
        #elseif compiler(>=6.3)
            "Swift 6.3"
        #else
            "Swift before 6.3"
        #endif
    }
}

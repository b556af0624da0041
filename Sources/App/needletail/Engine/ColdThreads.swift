import CPlatform
import Foundation

/// Everything of this process that is not a hot runner, on its core: the main thread, the pools of the libraries, and
/// whatever threads they make later, which inherit their maker's mask.
enum ColdThreads {
    /// To be called before the hot runners start: they pin themselves.
    static func keep(to core: Int) throws {
        for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap({ Int32($0) }) {
            let errno = platform_pin_other_thread(thread, Int32(clamping: core))
            // A thread that ended meanwhile needs no core.
            guard errno == 0 || errno == ESRCH else {
                throw ToolError(
                    "the cold side's threads cannot be kept to core \(core) (errno \(errno))",
                    cure: "name a core that this process may use (topology in the configuration; taskset, cpuset)")
            }
        }
    }
}

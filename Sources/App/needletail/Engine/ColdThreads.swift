import CPlatform
import Foundation

/// Everything of this process that is not a hot runner, on its core: the main thread, the pools of the libraries, and
/// whatever threads they make later, which inherit their maker's mask and priority.
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

    /// Among ordinary threads: above the hot ones' is nobody, where that is allowed (CAP_SYS_NICE); below them all others,
    /// which needs no right. To be called once the hot threads run; those ended meanwhile need no priority.
    static func lower(below hot: [Int32]) {
        for thread in hot { _ = platform_set_thread_nice(thread, hotNice) }
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap { Int32($0) }) ?? []
        for thread in all where !hot.contains(thread) { _ = platform_set_thread_nice(thread, coldNice) }
    }

    /// Before all others on its core, where that is allowed: for a thread that only waits.
    static func raise(_ thread: Int32) { _ = platform_set_thread_nice(thread, hotNice) }

    private static let hotNice: Int32 = -20
    private static let coldNice: Int32 = 5
}

internal import CPlatform
internal import Glibc

/// What one core does to a thread that never sleeps.
package struct CoreJitter: Sendable {
    package let core: Int
    /// `nil` where the thread could not be put on the core.
    package let gaps: GapRecorder?
}

/// Measures the cores one after the other: the others stay free for everything else, as they are while the engine runs.
package enum JitterProbe {
    private final class Job {
        let cores: [Int]
        let seconds: Int
        let progress: @Sendable (_ core: Int, _ second: Int) -> Bool
        var results: [CoreJitter] = []

        init(_ cores: [Int], _ seconds: Int, _ progress: @escaping @Sendable (Int, Int) -> Bool) {
            self.cores = cores
            self.seconds = seconds
            self.progress = progress
        }

        func run() {
            for core in cores {
                guard platform_pin_thread(Int32(core)) == 0 else {
                    results.append(CoreJitter(core: core, gaps: nil))
                    continue
                }
                let rate = GapRecorder.calibrate()
                var gaps = GapRecorder()
                for second in 0..<seconds {
                    guard progress(core, second) else { return }
                    gaps.spin(forNs: 1_000_000_000, ticksPerUs: rate)
                }
                results.append(CoreJitter(core: core, gaps: gaps))
            }
        }
    }

    /// Takes `seconds` for each core, on a thread of its own. `progress` is called on that thread before each second,
    /// outside what is measured; false ends the measurement, and what is complete is returned.
    package static func measure(
        cores: [Int], seconds: Int, progress: @escaping @Sendable (_ core: Int, _ second: Int) -> Bool
    ) -> [CoreJitter] {
        guard seconds > 0, !cores.isEmpty else { return [] }
        let job = Job(cores, seconds, progress)
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { raw in
                guard let raw = unsafe raw else { return nil }
                unsafe Unmanaged<Job>.fromOpaque(raw).takeUnretainedValue().run()
                return nil
            }, Unmanaged.passUnretained(job).toOpaque())
        guard result == 0 else { return cores.map { CoreJitter(core: $0, gaps: nil) } }
        pthread_join(thread, nil)
        return job.results
    }

    /// A millisecond is what a market moves in; 50 ms is what the fair server takes from a thread that never sleeps.
    package static func judge(_ jitter: CoreJitter) -> Finding {
        let name = "jitter of core \(jitter.core)"
        guard let gaps = jitter.gaps else {
            return Finding(
                "cpu", name, .unseen, "no thread could be put there", cause: "nothing vouches for it",
                cure: "allow the doctor this core (taskset, cpuset)")
        }
        let worst = gaps.largestNs.first ?? 0
        let perMille = gaps.lostNs / max(gaps.measuredNs / 1000, 1)
        let found = "largest gap \(span(worst)), \(perMille / 10).\(perMille % 10) % lost"
        if worst < 1_000_000 { return Finding("cpu", name, .ok, found) }
        return Finding(
            "cpu", name, worst < 50_000_000 ? .advice : .problem, found,
            cause: worst < 50_000_000
                ? "for so long the engine neither sees the market nor cancels"
                : "so long a gap makes data stale and comes near the guard's patience",
            cure: "tuning/cpu.sh and tuning/power.sh; in a guest, dedicated cores")
    }

    /// Nanoseconds for people.
    package static func span(_ ns: Int64) -> String {
        if ns < 10_000 { return "\(ns / 1000).\(ns / 100 % 10) us" }
        if ns < 1_000_000 { return "\(ns / 1000) us" }
        if ns < 10_000_000_000 { return "\(ns / 1_000_000).\(ns / 100_000 % 10) ms" }
        return "\(ns / 1_000_000_000) s"
    }
}

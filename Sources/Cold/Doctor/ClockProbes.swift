internal import CPlatform

/// The clocks: what they count with, and whether anybody keeps them right.
enum ClockProbes {
    /// The counter behind clock_gettime.
    static func source(_ reading: Reading) -> Finding {
        guard let name = reading.trimmed else { return .unseen("clock", "source", reading) }
        if ["tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page"].contains(name) {
            return Finding("clock", "source", .ok, name)
        }
        return Finding(
            "clock", "source", .advice, name, cause: "each look at the clock is a system call, a hundred times dearer",
            cure: "tuning/clock.sh apply; where tsc is not on offer, ask the host for an invariant one")
    }

    /// The kernel's own opinion of the wall clock, from adjtimex.
    struct Discipline: Equatable {
        /// STA_UNSYNC is not set.
        var isSynchronised: Bool
        /// The correction still to be made.
        var offsetNs: Int64
        /// The bound on the error that the discipline claims.
        var maxErrorUs: Int64

        /// Asks without changing anything; `nil` where even that is not allowed.
        static func read() -> Discipline? {
            var isSynchronised: Int32 = 0
            var (offsetNs, maxErrorUs): (Int64, Int64) = (0, 0)
            guard unsafe platform_clock_discipline(&isSynchronised, &offsetNs, &maxErrorUs) == 0 else { return nil }
            return Discipline(isSynchronised: isSynchronised != 0, offsetNs: offsetNs, maxErrorUs: maxErrorUs)
        }
    }

    /// A venue refuses what is signed at the wrong time, and records tell the wrong story.
    static func discipline(_ state: Discipline?) -> Finding {
        guard let state else { return .unseen("clock", "discipline", .forbidden) }
        let cure = "tuning/clock.sh check says which service keeps it; install chrony, or ask the host"
        guard state.isSynchronised else {
            return Finding(
                "clock", "discipline", .problem, "nobody keeps the wall clock",
                cause: "it drifts until the venue refuses every signed request", cure: cure)
        }
        let offsetUs = Int64((state.offsetNs / 1000).magnitude)
        let found = "offset \(offsetUs) us, error at most \(state.maxErrorUs) us"
        if offsetUs < 1_000, state.maxErrorUs < 100_000 { return Finding("clock", "discipline", .ok, found) }
        if offsetUs < 100_000, state.maxErrorUs < 1_000_000 {
            return Finding(
                "clock", "discipline", .advice, found,
                cause: "latencies against the venue's stamps mean little", cure: cure)
        }
        return Finding(
            "clock", "discipline", .problem, found,
            cause: "the venue may refuse what is signed at this time", cure: cure)
    }
}

internal import Uring

/// Kernel, scheduler and network settings. Pure: text in, finding out.
enum KernelProbes {
    /// `6.1.0-18-amd64`: 6.1 brought what the links need of io_uring.
    static func release(_ reading: Reading) -> Finding {
        guard let text = reading.trimmed else { return .unseen("limits", "kernel", reading) }
        let numbers = text.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else { return .unseen("limits", "kernel", reading) }
        if (numbers[0], numbers[1]) >= (6, 1) { return Finding("limits", "kernel", .ok, text) }
        return Finding(
            "limits", "kernel", .problem, text, cause: "io_uring before 6.1 lacks what the links need",
            cure: "Linux 6.1 or newer")
    }

    /// What trying one came to.
    static func ring(_ attempt: Result<UringFeatures, UringError>) -> Finding {
        switch attempt {
        case .success(let features):
            Finding(
                "limits", "io_uring", .ok,
                "works; \(features.operations) operations, \(features.names.count) features")
        case .failure(let error):
            Finding(
                "limits", "io_uring", .problem, "cannot be used", cause: error.description,
                cure: "tuning/limits.sh apply where the kernel refuses, the seccomp profile where the container does")
        }
    }

    /// The part of each second that real-time threads may have.
    static func realTime(_ reading: Reading) -> Finding {
        guard let value = reading.integer else { return .unseen("scheduling", "real-time share", reading) }
        let found = value < 0 ? "no throttle" : "\(value) us of a second"
        // The engine runs under the fair scheduler: the throttle matters to whoever chooses FIFO.
        return Finding("scheduling", "real-time share", .ok, found)
    }

    /// Grouping by terminal: makes niceness count among the group's own only.
    static func autogroup(_ reading: Reading) -> Finding {
        guard let value = reading.integer else { return .unseen("scheduling", "autogroup", reading) }
        if value == 0 { return Finding("scheduling", "autogroup", .ok, "off") }
        return Finding(
            "scheduling", "autogroup", .advice, "on", cause: "an engine's niceness counts within its own session only",
            cure: "tuning/scheduling.sh apply")
    }

    /// How late the kernel may be with a sleep of this process.
    static func timerSlack(_ reading: Reading) -> Finding {
        guard let value = reading.integer else { return .unseen("timers", "timer slack", reading) }
        // Only sleeping threads see it; the hot thread does not sleep.
        if value <= 50_000 { return Finding("timers", "timer slack", .ok, "\(value) ns") }
        return Finding(
            "timers", "timer slack", .advice, "\(value) ns", cause: "parked threads wake up late",
            cure: "start the engine by tuning/systemd (TimerSlackNSec=1us)")
    }

    /// The watchdog that interrupts every core.
    static func watchdog(_ reading: Reading) -> Finding {
        guard let value = reading.integer else { return .unseen("timers", "watchdog", reading) }
        if value == 0 { return Finding("timers", "watchdog", .ok, "off") }
        return Finding(
            "timers", "watchdog", .advice, "on", cause: "a high-resolution interrupt on every core, every few seconds",
            cure: "tuning/timers.sh apply")
    }

    /// Whether an idle TCP connection forgets how fast it may send.
    static func slowStart(_ reading: Reading) -> Finding {
        guard let value = reading.integer else { return .unseen("network", "slow start after idle", reading) }
        if value == 0 { return Finding("network", "slow start after idle", .ok, "off") }
        return Finding(
            "network", "slow start after idle", .advice, "on",
            cause: "after a quiet second a burst of orders waits for acknowledgements", cure: "tuning/network.sh apply")
    }

    /// Room for a burst of market data while the hot thread is away.
    static func receiveRoom(_ reading: Reading) -> Finding {
        guard let value = reading.integer else { return .unseen("network", "receive room", reading) }
        if value >= 4 << 20 { return Finding("network", "receive room", .ok, "\(value >> 10) KiB") }
        return Finding(
            "network", "receive room", .advice, "\(value >> 10) KiB",
            cause: "a burst closes the window and data come late", cure: "tuning/network.sh apply")
    }

    /// Microseconds that a poll looks at the card instead of sleeping.
    static func busyPoll(_ reading: Reading) -> Finding {
        guard let value = reading.integer else { return .unseen("network", "busy poll", reading) }
        if value > 0 { return Finding("network", "busy poll", .ok, "\(value) us") }
        return Finding(
            "network", "busy poll", .advice, "off", cause: "each packet waits for an interrupt of the card",
            cure: "tuning/network.sh apply, where there is a card that can")
    }
}

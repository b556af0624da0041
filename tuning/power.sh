#!/usr/bin/env bash
# A core that slept or slowed down is late. Frequency governor and sleep states of every core.
# Not measured here: the virtual machine has neither. There a wake-up from sleep cost 15 to 20 us, a spinning thread none,
# and that is why hot threads spin.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

settings() {
    local file state latency
    for file in "$TUNING_ROOT"/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor; do
        if [ -e "$file" ]; then write "${file#"$TUNING_ROOT"}" performance "raising the frequency takes milliseconds"; fi
    done
    for state in "$TUNING_ROOT"/sys/devices/system/cpu/cpu[0-9]*/cpuidle/state[0-9]*; do
        if [ ! -e "$state/disable" ]; then continue; fi
        latency=$(cat "$state/latency" 2>/dev/null || echo 0)
        # Shallow states stay: a core that never rests gets hot and loses its turbo.
        if [ "$latency" -gt 10 ]; then
            write "${state#"$TUNING_ROOT"}/disable" 1 "leaving it takes $latency us, and the first message waits for that"
        fi
    done
}
tuning_main "$@"

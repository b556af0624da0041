#!/usr/bin/env bash
# Timers that interrupt hot cores. Not measured here.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

settings() {
    write /proc/sys/kernel/timer_migration 0 "a timer stays on the core that set it: cold ones are not moved to hot cores"
    write /proc/sys/kernel/watchdog 0 "the watchdog interrupts every core each few seconds"
    # Slack belongs to a process: tuning/systemd/needletail-engine.service sets TimerSlackNSec=1us. Hot threads spin and do not
    # see it; parked ones wake up 50 us later without it.
    advise "timer slack of this shell: $(cat "$TUNING_ROOT/proc/self/timerslack_ns" 2>/dev/null || echo unseen) ns"
}
tuning_main "$@"

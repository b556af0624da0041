#!/usr/bin/env bash
# A clock that is cheap to read and right. Measured here: 22.6 ns a look with tsc, 9.8 ns for the counter itself.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

settings() {
    local base=/sys/devices/system/clocksource/clocksource0 service found=none
    if grep -qw tsc "$TUNING_ROOT$base/available_clocksource" 2>/dev/null; then
        write $base/current_clocksource tsc "hpet and acpi_pm make each look at the clock a system call"
    else
        advise "tsc is not on offer here: $(cat "$TUNING_ROOT$base/available_clocksource" 2>/dev/null || echo unseen)"
    fi
    if [ -z "$TUNING_ROOT" ]; then
        for service in chronyd ntpd systemd-timesyn ptp4l phc2sys; do
            if grep -qsx "$service" /proc/[0-9]*/comm; then found=$service; fi
        done
        advise "the wall clock is kept by: $found (where it is none: apt-get install chrony)"
    fi
    # The venue refuses what is signed outside its window (recvWindow): who keeps the wall clock is not a matter of taste.
    advise "in a guest a paravirtual clock is best: refclock PHC /dev/ptp0 poll 2, in chrony's configuration"
}
tuning_main "$@"

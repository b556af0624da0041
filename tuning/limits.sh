#!/usr/bin/env bash
# What the engine's user may take. Seen: io_uring works here with all flags of the links while kernel.io_uring_disabled is 0
# and is refused with 2, and `needletail check` then names this setting. 8 MiB of locked memory do not bite root.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

settings() {
    write /proc/sys/kernel/io_uring_disabled 0 "without io_uring the links cannot be carried"
    lines /etc/security/limits.d/90-needletail.conf "needletail - memlock unlimited
needletail - nice -20
needletail hard core 0" "locked memory and niceness for the user needletail, and no core dumps: they hold keys"
    lines /etc/sysctl.d/90-needletail.conf "kernel.io_uring_disabled = 0" "the same after the next start"
}
tuning_main "$@"

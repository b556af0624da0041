#!/usr/bin/env bash
# The kernel's TCP and the card. Measured here on loopback only: busy polling accepted, no effect there; bbr and cubic the
# same. What concerns a card was not measured here: the virtual machine's has no coalescing to set.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

settings() {
    local card name
    write /proc/sys/net/core/busy_poll 50 "a poll looks at the card for 50 us before it sleeps"
    write /proc/sys/net/core/busy_read 50 "so does a read"
    write /proc/sys/net/core/rmem_max 16777216 "room for a burst of market data while the hot thread is away"
    write /proc/sys/net/core/wmem_max 16777216 "a burst of cancels never waits for room"
    write /proc/sys/net/core/netdev_max_backlog 16384 "a burst is not dropped between card and socket"
    write /proc/sys/net/ipv4/tcp_slow_start_after_idle 0 "after a quiet second orders do not wait for acknowledgements"
    write /proc/sys/net/ipv4/tcp_autocorking 0 "a small order is sent now, not joined with the next"
    for card in "$TUNING_ROOT"/sys/class/net/*; do
        name=$(basename "$card")
        # Only what has a device behind it: lo, ifb and the like have no card.
        if [ ! -e "$card/device" ]; then continue; fi
        write "/sys/class/net/$name/gro_flush_timeout" 20000 "with the next line: 20 us in which polling replaces interrupts"
        write "/sys/class/net/$name/napi_defer_hard_irqs" 2 "the card's interrupt waits while somebody polls"
        if command -v ethtool >/dev/null; then
            advise "$name coalescing: $(ethtool -c "$name" 2>/dev/null | grep -E '^rx-usecs:' || echo 'none to set')"
            advise "$name by hand: ethtool -C $name adaptive-rx off rx-usecs 0 tx-usecs 0; ethtool -L $name combined 1"
        else
            advise "$name: install ethtool to see coalescing and queues"
        fi
    done
}
tuning_main "$@"

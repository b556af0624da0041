#!/usr/bin/env bash
# The hot cores belong to the hot threads: interrupts and the kernel's own work go to the cold ones.
# Seen: on the two-core virtual machine that the figures of docs/BENCHMARKS.md are from, a spinning thread lost 2.4 % of its
# time, at most 3 ms at once, without any of this; most of that was the host's. The effect of each line: not measured here.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

settings() {
    local file
    write /proc/irq/default_smp_affinity "$(mask_of "$COLD_CORES")" "an interrupt that comes later goes to a cold core too"
    for file in "$TUNING_ROOT"/proc/irq/*/smp_affinity_list; do
        if [ -e "$file" ]; then
            write "${file#"$TUNING_ROOT"}" "$COLD_CORES" "an interrupt on a hot core is a gap of some microseconds"
        fi
    done
    write /sys/devices/virtual/workqueue/cpumask "$(mask_of "$COLD_CORES")" "unbound kernel work runs where nobody waits"
    write /sys/devices/virtual/workqueue/writeback/cpumask "$(mask_of "$COLD_CORES")" "so does writing the journal's pages back"
    # A kernel thread that is bound to its core stays; only the boot line keeps the scheduler and the timer tick away.
    advise "boot line: isolcpus=domain,managed_irq,$(hot_cores) nohz_full=$(hot_cores) rcu_nocbs=$(hot_cores)"
    advise "now: $(cat "$TUNING_ROOT/proc/cmdline" 2>/dev/null || echo unseen)"
    advise "irqbalance, where it runs, moves interrupts back: systemctl disable --now irqbalance"
}
tuning_main "$@"

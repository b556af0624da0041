#!/usr/bin/env bash
# No page of the engine may be moved, joined, scanned or written out while it trades.
# Not measured here. The engine takes its memory at the start and touches what threads share; it does not lock it, so that
# swap and reclaim can still make it wait.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

settings() {
    local huge=/sys/kernel/mm/transparent_hugepage
    write $huge/enabled madvise "'always' joins pages of whoever has not asked, and stops the thread for it"
    write $huge/defrag madvise "a page fault may not have to compact memory first"
    write $huge/khugepaged/defrag 0 "the joining thread does not compact memory either"
    write /proc/sys/vm/swappiness 1 "only an emergency sends pages to disk; a read of one takes milliseconds"
    write /proc/sys/vm/compaction_proactiveness 0 "compaction in the background takes locks that faults need"
    write /proc/sys/vm/stat_interval 120 "per-core statistics are folded on every core, each second by default"
    write /proc/sys/vm/zone_reclaim_mode 0 "an allocation does not have to reclaim its own node first"
    write /proc/sys/kernel/numa_balancing 0 "pages are unmapped to see who uses them: faults on the hot path"
    advise "swap: swapoff -a, and take it out of /etc/fstab; a script that does so with memory in use does harm"
}
tuning_main "$@"

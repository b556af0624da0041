#!/usr/bin/env bash
# The whole thing, as a stranger runs it: venue and engine in processes of their own, real TLS, real orders. The JSON
# summary must say that the run was clean, and its figures must be those of a run that traded.
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=.build/release/needletail
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

check() { # label, extra arguments
    local label=$1
    shift
    "$tool" demo --json "$out/$label.json" "$@" >"$out/$label.log" 2>&1 || {
        tail -40 "$out/$label.log"
        echo "demo $label: exit status not 0"
        return 1
    }
    if grep -q $'\x1b' "$out/$label.log"; then
        echo "demo $label: escape codes although standard output is no terminal"
        return 1
    fi
    python3 - "$out/$label.json" "$label" <<'PY'
import json, sys
s = json.load(open(sys.argv[1]))
assert s["mode"] == "LIVE", s["mode"]
assert s["ticks"] > 50, s["ticks"]
assert s["orders_sent"] > 0 and s["cancels"] > 0, s
assert s["open_orders_at_end"] == 0
assert s["position_matches_venue"] is True
assert s["journal_verified"] is True and s["journal_records"] > s["ticks"]
assert s["decision_hash_live"] == s["decision_hash_replay"]
assert s["hot_allocations"] == 0, f"{s['hot_allocations']} heap allocations on the hot thread; engine.log says where"
stage = s["latency_ns"]["tick_to_order"]
assert stage["count"] > 0 and stage["p50"] <= stage["p99"] <= stage["max"], stage
print(f"demo {sys.argv[2]}: {s['ticks']} ticks, {s['orders_sent']} orders, {s['fills']} fills,",
      f"{s['journal_records']} journal records, hash {s['decision_hash_live']}")
PY
}

check seeded --seconds 12 --seed 7

shared=${NEEDLETAIL_SHARED:-../shared}
recordings=("$shared"/data/binance/spot/{btc,eth}usdt_20240808.gz)
if [ -e "${recordings[0]}" ]; then
    for file in "${recordings[@]}"; do
        check "$(basename "$file" .gz)" --seconds 12 --data "$file"
    done
    # Two files in order are one recording; one without a snapshot of the book is refused with that reason.
    both=("$shared"/data/binance/spot/btcusdt_2024080{8,9}.gz)
    check two-files --seconds 8 --data "${both[0]},${both[1]}"
    without=$shared/data/binance/spot/btcusdt_20230405.dat.gz
    if "$tool" demo --seconds 8 --data "$without" >"$out/without.log" 2>&1 || ! grep -q "snapshot" "$out/without.log"; then
        cat "$out/without.log"
        echo "demo without a snapshot: not refused with the reason"
        exit 1
    fi
    echo "demo without a snapshot: $(grep -m 1 snapshot "$out/without.log")"
elif [ "${NEEDLETAIL_STRICT:-}" = 1 ]; then
    echo "recordings are missing"
    exit 1
else
    echo "SKIP demo on recordings: no recordings beside the checkout"
fi

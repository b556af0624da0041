#!/usr/bin/env bash
# A short run of every benchmark: that each measures something, that the wire rig's orders are the ones its ticks ask for
# (the rig checks each), and that the engine's loop asked nothing of the heap over real sockets. No time is judged here.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

.build/release/needletail bench --quick --no-priority --json "$out/bench.json" >"$out/bench.log" 2>&1 || {
    tail -40 "$out/bench.log"
    echo "bench: exit status not 0"
    exit 1
}
python3 - "$out/bench.json" <<'PY'
import json, sys
found = json.load(open(sys.argv[1]))["benchmarks"]
expected = {"ring", "decode", "core", "risk", "sign", "journal", "wire"}
missing = expected - set(found)
assert not missing, f"not measured: {missing}"
for group, content in found.items():
    for name, series in content["series"].items():
        assert series["samples"] > 0 and 0 < series["p50"] <= series["p99"] <= series["max"], (group, name, series)
assert any("simdjson" in name for name in found["decode"]["ratios"]), "not compared with simdjson"
wire = found["wire"]["figures"]
assert wire["hot_allocations"] == 0, f"{wire['hot_allocations']} heap allocations in the engine's loop"
assert wire["hot_retains"] == 0, f"{wire['hot_retains']} retains in the engine's loop"
print("bench:", ", ".join(sorted(found)), "measured; no heap call and no retain in the engine's loop")
PY

# The one switch that believes any certificate is used by the benchmark's client alone.
users=$(grep -rl trustAnyoneForMeasuring Sources Benchmarks | sort | tr '\n' ' ')
if [ "$users" != "Benchmarks/Rig/WireToWire/WireSession.swift Sources/Hot/Transport/TLSContext.swift " ]; then
    echo "trustAnyoneForMeasuring is used in: $users"
    exit 1
fi

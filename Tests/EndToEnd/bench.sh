#!/usr/bin/env bash
# A short run of every benchmark: that each measures something, that the wire rig's orders are the ones its ticks ask for
# (the rig checks each), and that the engine's loop asked nothing of the heap over real sockets. No time is judged here.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

.build/release/needletail bench --quick --no-priority --json "$out/bench.json" --html "$out/bench.html" >"$out/bench.log" 2>&1 || {
    tail -40 "$out/bench.log"
    echo "bench: exit status not 0"
    exit 1
}
python3 - "$out" <<'PY'
import json, sys
import xml.dom.minidom

found = json.load(open(sys.argv[1] + "/bench.json"))["benchmarks"]
expected = {"ring", "decode", "core", "risk", "sign", "journal", "flat", "stamp", "wire", "kill", "replay", "burst"}
missing = expected - set(found)
assert not missing, f"not measured: {missing}"
for group, content in found.items():
    for name, series in content["series"].items():
        assert series["samples"] > 0 and 0 < series["p50"] <= series["p99"] <= series["max"], (group, name, series)
assert any("simdjson" in name for name in found["decode"]["ratios"]), "not compared with simdjson"

# Every row of the table is in the output and on the page, and the page is well-formed and needs no other file.
log, page = open(sys.argv[1] + "/bench.log").read(), open(sys.argv[1] + "/bench.html").read()
xml.dom.minidom.parseString(page)
# A curve for each benchmark with samples enough (a short run kills four times), and the bars of where the time goes.
curves = [group for group, content in found.items() if any(s["samples"] >= 20 for s in content["series"].values())]
assert len(curves) >= 9 and page.count("<svg") == len(curves) + 1, ("a drawing is missing", curves)
assert not any(word in page for word in ("src=", "url(", "<script", "<link", "@import")), "the page asks for other files"
rows = {group: content["goals"] for group, content in found.items()}
wanted = {"ring": 4, "decode": 3, "core": 2, "risk": 1, "sign": 1, "journal": 1, "flat": 4, "wire": 5, "kill": 1, "burst": 5}
for group, count in wanted.items():
    assert len(rows[group]) == count, (group, [row["name"] for row in rows[group]])
    for row in rows[group]:
        # On a busy machine both sides of a ratio may be disturbed: then it is told, and nothing is claimed.
        if row["verdict"] == "not measurable":
            assert not row["reached"], row
        else:
            assert row["verdict"] in ("reached", "MISSED") and row["measured"] >= 0, row
            # Something where nothing is wanted has no ratio.
            assert row["target"] == 0 if row["ratio"] is None else row["ratio"] >= 0, row
        shown = row["name"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert f"{group}: {row['name']}" in log and shown in page, f"{row['name']} is not in the table"

assert rows["replay"] and all(row["target"] == 3e6 for row in rows["replay"]), rows["replay"]
replay = found["replay"]["figures"]
assert replay and all(value > 0 for value in replay.values()), f"the replay of a market measured nothing: {replay}"
# Whatever the engine could take, no frame is gone without a number, and nothing of the orders is.
burst = found["burst"]["figures"]
assert burst["frames_offered"] == burst["frames_taken"] > 300_000 and burst["orders_sent"] > 0, burst
assert burst["hot_allocations"] == 0 and burst["hot_retains"] == 0, burst
assert {row["name"]: row["measured"] for row in rows["burst"]}["orders and fills lost"] == 0, rows["burst"]
wire = found["wire"]["figures"]
assert wire["hot_allocations"] == 0, f"{wire['hot_allocations']} heap allocations in the engine's loop"
assert wire["hot_retains"] == 0, f"{wire['hot_retains']} retains in the engine's loop"
for records in ("", "own_records_"):
    inside, whole = wire[records + "decrypted_to_sealed_p50"], wire[records + "receive_to_submitted_p50"]
    assert 0 < inside < whole, f"decrypted to sealed {inside} ns, received to submitted {whole} ns"
print("bench:", ", ".join(sorted(found)), "measured; no heap call and no retain in the engine's loop")
PY

# A comparison with itself holds, and one with figures of a thousandth fails.
compare() { .build/release/needletail bench sign --quick --no-priority --compare "$1" --tolerance 300 >"$out/compare.log" 2>&1; }
compare "$out/bench.json" || { cat "$out/compare.log"; echo "bench: worse than itself"; exit 1; }
python3 - "$out" <<'PY'
import json, sys
old = json.load(open(sys.argv[1] + "/bench.json"))
for series in old["benchmarks"]["sign"]["series"].values():
    series["repetition_p50"] = [value / 1000 for value in series["repetition_p50"]]
json.dump(old, open(sys.argv[1] + "/faster.json", "w"))
PY
if compare "$out/faster.json"; then echo "bench: a thousand times slower is not seen"; exit 1; fi
grep -q WORSE "$out/compare.log" || { cat "$out/compare.log"; exit 1; }

# The one switch that believes any certificate is used by the benchmark's client alone.
users=$(grep -rl trustAnyoneForMeasuring Sources Benchmarks | sort | tr '\n' ' ')
if [ "$users" != "Benchmarks/Rig/WireToWire/WireSession.swift Sources/Hot/Transport/TLSContext.swift " ]; then
    echo "trustAnyoneForMeasuring is used in: $users"
    exit 1
fi

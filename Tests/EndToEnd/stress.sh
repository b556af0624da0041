#!/usr/bin/env bash
# Twice the busiest second and tenth of a second of a recorded day, through the real engine, with a kill at full load: no
# order or fill is lost, doubled or invented by the venue's own list, no decision rests on stale data, nothing is dropped.
set -euo pipefail
cd "$(dirname "$0")/../.."
recording=${NEEDLETAIL_SHARED:-../shared}/data/binance/spot/btcusdt_20240808.gz
if [ ! -r "$recording" ]; then
    echo "SKIP stress: the recording $recording is not there"
    [ "${NEEDLETAIL_STRICT:-0}" = 1 ] && exit 1
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
.build/release/needletail stress --data "$recording" --rate 2 --seconds 12 --calm 8 --json "$work/stress.json" || status=$?
[ $status -eq 0 ] || exit $status
python3 - "$work/stress.json" <<'PY'
import json, sys
report = json.load(open(sys.argv[1]))
assert report["ok"] and len(report["checks"]) >= 12, report
second = next(load for load in report["loads"] if load["within"] == "1 s")
assert second["asked"] == 2 * second["recorded"] and second["seen"] >= second["asked"], second
print(f"stress: {second['seen']} messages in a second, the busiest recorded had {second['recorded']}")
PY

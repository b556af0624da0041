#!/usr/bin/env bash
# The modes without a right to send, for a few seconds each: exit 0 says that the venue saw no order, no trade and no
# change of a balance, that the journal verifies and that the replay decided the same.
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=.build/release/needletail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

for mode in shadow dry_run; do
    echo "-- demo --mode $mode"
    "$tool" demo --mode $mode --seconds 6 --json "$directory/$mode.json"
    grep -q '"venue_untouched": true' "$directory/$mode.json" || { echo "$mode: no proof from the venue"; exit 1; }
done
python3 - "$directory" <<'PY'
import json, pathlib, sys
shadow, dry_run = (json.loads((pathlib.Path(sys.argv[1]) / f"{mode}.json").read_text()) for mode in ("shadow", "dry_run"))
assert shadow["orders_sent"] == 0 and shadow["intents"] > 0, "shadow: decides and sends nothing"
assert dry_run["orders_sent"] > 0, "dry_run: orders reach the simulated venue"
PY
echo "modes: nothing reached the venue"

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
grep -q '"orders_sent": 0' "$directory/shadow.json" || { echo "shadow: an order was sent"; exit 1; }
grep -q '"intents": 0' "$directory/shadow.json" && { echo "shadow: nothing was even decided"; exit 1; }
grep -q '"orders_sent": 0' "$directory/dry_run.json" && { echo "dry_run: no order reached the simulated venue"; exit 1; }
echo "modes: nothing reached the venue"

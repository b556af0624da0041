#!/usr/bin/env bash
# The engine against a venue that loses, repeats, delays and reorders answers and events, fails after it has accepted,
# cancels unasked, shows incomplete snapshots, freezes, bans, halts and hangs up: no order twice, books equal at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
# The same faults and market each time; NEEDLETAIL_SEED=$RANDOM looks for new ones.
exec python3 Tests/EndToEnd/faults.py .build/release/needletail "${NEEDLETAIL_SEED:-1}"

#!/usr/bin/env bash
# Makes the golden journals anew with the release build, and says how their hashes changed. Run it when the journal's
# format or the core's decisions were changed on purpose; the diff then says so, in Tests/Golden/*/expected.
#
#   live       the engine against the loopback venue: ceremony, orders, fills, an end in order
#   killed     the same, killed in the middle and started again: a segment saved from memory
#   backtest   the first 3,000 lines of a recorded day
#   world      two seeds of the simulated world with faults; only the hash of every decision is kept
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -x .build/release/needletail ] || { echo "make.sh needs the release build: make build"; exit 2; }
exec python3 Tests/EndToEnd/golden.py --make

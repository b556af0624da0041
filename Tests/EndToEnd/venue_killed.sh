#!/usr/bin/env bash
# The venue is killed (SIGKILL) three times while the engine trades, and comes back with what it remembers: the engine
# shows SAFE, reconnects, looks up what it does not know, reconciles, and waits for a person. No order exists twice.
set -euo pipefail
cd "$(dirname "$0")/../.."
# The same faults and market each time; NEEDLETAIL_SEED=$RANDOM looks for new ones.
exec python3 Tests/EndToEnd/venue_killed.py .build/release/needletail "${NEEDLETAIL_SEED:-1}"

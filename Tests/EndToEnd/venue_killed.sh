#!/usr/bin/env bash
# The venue is killed (SIGKILL) three times while the engine trades, and comes back with what it remembers: the engine
# shows SAFE, reconnects, looks up what it does not know, reconciles, and waits for a person. No order exists twice.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/venue_killed.py .build/release/needletail

#!/usr/bin/env bash
# The right to trade with real processes: what stage shows, changes on disk, orders by hand, and an incident over SIGKILL
# and restarts.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/arming.py .build/release/needletail

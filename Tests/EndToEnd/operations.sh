#!/usr/bin/env bash
# Every verb of the operator against a running engine, guard and venue; latch, kill file, crash and restart; and what
# the journal says about it afterwards.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/operations.py .build/release/needletail

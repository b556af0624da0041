#!/usr/bin/env bash
# Position, cost and the day's result over SIGKILL and an orderly end: the next run goes on where the last one was, and no
# cap is free again. What moved at the account without a fill keeps it DISARMED.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/carried.py .build/release/needletail

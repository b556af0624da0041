#!/usr/bin/env bash
# What the hot threads ask of heap and kernel while they trade: nothing but io_uring, over a million ticks. zeros.py says how.
# A debug build allocates: only the release build is asked.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/zeros.py "$PWD/.build/release/needletail"

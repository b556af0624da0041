#!/usr/bin/env bash
# What the hot threads ask of heap and kernel while they trade: nothing but io_uring, over a million ticks. zeros.py says how.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/zeros.py "$(Tests/program.sh needletail)"

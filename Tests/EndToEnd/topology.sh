#!/usr/bin/env bash
# The same agents split over threads: a whole demo with feed I/O, parsing and trade on runners of their own (two yield, one
# parks), each seen on its core; and the topologies that no machine, or not this one, can run.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/topology.py .build/release/needletail

#!/usr/bin/env bash
# Fees that the venue takes in a third asset: with a price they are in every result, over a restart and in the replay too;
# without one the first of them ends trading.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/fees.py .build/release/needletail

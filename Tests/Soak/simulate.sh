#!/usr/bin/env bash
# The long run of the seeded world: seeds that nobody has seen yet (1,000 of them, 120 simulated days), or those that are
# asked for:  SEED=20261121 SEEDS=200 DAYS=24 make soak
set -euo pipefail
cd "$(dirname "$0")/../.."
first=${SEED:-$(date +%s)} seeds=${SEEDS:-1000} days=${DAYS:-120}
echo "soak: $seeds seeds from $first on, $days days"
exec .build/release/needletail simulate --seed "$first" --seeds "$seeds" --days "$days" --jobs "$(nproc)" --coverage \
    --complete --shrink

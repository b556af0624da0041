#!/usr/bin/env bash
# Two feeds of one market over real links: the first one freezes with its pongs going on, and is cut; the engine trades
# on over the second one and comes back. Then every record is replayed.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/feeds.py .build/release/needletail

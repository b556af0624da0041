#!/usr/bin/env bash
# Ctrl-C, SIGTERM and the end of the time: each ends a demo in order.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/endings.py .build/release/needletail

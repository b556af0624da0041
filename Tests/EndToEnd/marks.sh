#!/usr/bin/env bash
# Sequence marks over SIGKILL and restart: trades and market messages are neither processed again nor left out, and what
# the venue replays is dropped and counted. The journal is read by other code than the engine's.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/marks.py .build/release/needletail

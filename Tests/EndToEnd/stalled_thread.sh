#!/usr/bin/env bash
# One hot thread alone stands still (ptrace): of the feed the engine goes SAFE by itself, of the trade thread the guard
# cancels everything; somebody is told, and nothing trades on by itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/stalled_thread.py .build/release/needletail

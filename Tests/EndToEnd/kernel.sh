#!/usr/bin/env bash
# A kernel that refuses io_uring, played by a seccomp filter: the engine says at start which setting it is and what helps.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/kernel.py .build/release/needletail

#!/usr/bin/env bash
# The venue changes its rules while the engine trades: the mandate ends, a person is told what changed, and nothing is armed
# before a new start, which reads the new ones.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/rules.py "${1:-.build/release/needletail}"

#!/usr/bin/env bash
# Alerts that reach a person: by a program, again until acknowledged, from the guard when the engine is dead; and a program
# that hangs, which costs no trade.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/alerts.py "${1:-.build/release/needletail}"

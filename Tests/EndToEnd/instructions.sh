#!/usr/bin/env bash
# Instructions of the hot path's functions, counted, against what they took when last recorded: Tests/Instructions/README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v valgrind >/dev/null; then
    echo "SKIP instructions: no valgrind (tuning/packages.sh installs it)"
    [ "${NEEDLETAIL_STRICT:-}" = 1 ] && exit 1
    exit 0
fi
if [ "$(uname -m)" != x86_64 ]; then
    echo "SKIP instructions: the thresholds are of x86-64, this is $(uname -m)"
    [ "${NEEDLETAIL_STRICT:-}" = 1 ] && exit 1
    exit 0
fi
python3 Tests/Instructions/count.py "$@"

#!/usr/bin/env bash
# The disk fills up, a file may not grow, a write fails, while the engine trades: it is killed and latched, cancels
# everything, ends and says why; what it decided meanwhile is in the journal after the next start.
set -euo pipefail
cd "$(dirname "$0")/../.."
# Mounts of the test's own, gone with it however it ends.
space=()
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then space=(unshare -m); fi
exec "${space[@]}" python3 Tests/EndToEnd/disk.py .build/release/needletail

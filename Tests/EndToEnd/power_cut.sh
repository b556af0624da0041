#!/usr/bin/env bash
# The power is cut 20 times while the engine trades: its run directory is an ext4 image, the image is copied as it is at
# that moment, and the engine is started on the copy. What was said to be durable is there, nothing wrong is accepted.
set -euo pipefail
cd "$(dirname "$0")/../.."
# Mounts of the test's own, gone with it however it ends.
space=()
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then space=(unshare -m); fi
exec "${space[@]}" python3 Tests/EndToEnd/power_cut.py .build/release/needletail "${NEEDLETAIL_CUTS:-20}" "${NEEDLETAIL_SEED:-$RANDOM}"

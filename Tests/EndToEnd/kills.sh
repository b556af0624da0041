#!/usr/bin/env bash
# The engine is killed (SIGKILL) 500 times at random moments, mostly while it trades: no record that was in shared memory
# or at the venue is lost, no order is sent twice, each restart is DISARMED, reconciles and agrees with the venue.
# NEEDLETAIL_KILLS sets the number, NEEDLETAIL_SEED the dice.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec nice -n 5 python3 Tests/EndToEnd/kills.py .build/release/needletail "${NEEDLETAIL_KILLS:-500}" "${NEEDLETAIL_SEED:-$RANDOM}"

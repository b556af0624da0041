#!/usr/bin/env bash
# An engine that stands still (SIGSTOP) or is gone (SIGKILL) while its orders rest: the guard takes them from the venue
# within two seconds and leaves the latch; within five where its first REST server is dead. The venue itself is asked, by
# other code than ours.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/guard.py .build/release/needletail

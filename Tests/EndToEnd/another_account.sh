#!/usr/bin/env bash
# The venue's own number of the account differs from the one that was staged: nothing is armed or confirmed, and a LIVE
# engine is killed.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/another_account.py .build/release/needletail

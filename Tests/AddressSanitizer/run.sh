#!/usr/bin/env bash
# The readers of foreign bytes and their fuzzers under the address sanitizer. The tests that try every byte and bit are
# left to the plain build: they are about verdicts, and take minutes here.
set -euo pipefail
cd "$(dirname "$0")"
# Swift's runtime keeps what it made once until the process ends.
export ASAN_OPTIONS=detect_leaks=0:halt_on_error=1
# Beside the checkout, as everywhere.
export NEEDLETAIL_SHARED=${NEEDLETAIL_SHARED:-$(cd ../../.. && pwd)/shared}
exec swift test --sanitize=address --scratch-path ../../.build-asan --skip EveryByteTests

#!/usr/bin/env bash
# The kept journals of Tests/Golden, each replayed twice by the debug and by the release build: the same decisions to the
# last bit, or the change was meant and Tests/Golden/make.sh makes them anew.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/golden.py

#!/usr/bin/env bash
# The compile-time proof of the hot modules, and that it bites: each module as it is compiles with its HotProof.swift, and
# with one line that allocates, makes a text or hops to a class put into it, it does not.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 Tests/EndToEnd/proof.py

#!/usr/bin/env bash
# All tests in order: what is quick and near first. A step that the machine cannot run prints
# `SKIP <name>: <reason>`; with NEEDLETAIL_STRICT=1 a skip is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
step() {
    echo
    echo "== $* (after $((SECONDS - started)) s)"
}

step "debug build of modules and tests (the first time takes some minutes)"
swift build --build-tests

step "unit, property and conformance tests"
swift test --skip-build

step "release build"
swift build -c release

for script in Tests/Oracles/*.sh Tests/EndToEnd/*.sh; do
    step "$script"
    "$script"
done

echo
echo "all steps passed in $((SECONDS - started)) s"

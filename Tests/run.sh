#!/usr/bin/env bash
# All tests in order: what is quick and near first. A step that the machine cannot run prints
# `SKIP <name>: <reason>`; with NEEDLETAIL_STRICT=1 a skip is a failure, except for what Tests/skips.txt leaves to the machine;
# the end names those once more. Every step has a time after which it is ended and counts as failed, so that a run that
# stands still says where.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
foreground=()
[ -t 1 ] && foreground=(--foreground)  # on a terminal Ctrl-C has to reach the step
NEEDLETAIL_SKIPPED=$(mktemp)
export NEEDLETAIL_SKIPPED
trap 'rm -f "$NEEDLETAIL_SKIPPED"' EXIT

step() { # seconds, label, command…
    local bound=$1 label=$2 status=0
    shift 2
    echo
    echo "== $label (after $((SECONDS - started)) s)"
    timeout "${foreground[@]}" --kill-after=10 "$bound" "$@" || status=$?
    [ $status -eq 0 ] && return
    [ $status -eq 124 ] && echo "== $label: not finished within $bound s"
    echo "== $label failed with status $status"
    return $status
}

step 1800 "debug build of modules and tests (the first time takes some minutes)" swift build --build-tests
step 600 "unit, property and conformance tests" swift test --skip-build
step 300 "rings under the thread sanitizer" Tests/ThreadSanitizer/run.sh
step 300 "readers of foreign bytes and their fuzzers under the address sanitizer" Tests/AddressSanitizer/run.sh
step 120 "model of the arming ceremony" Tests/Models/check.sh
step 1800 "release build" swift build -c release
for script in Tests/Oracles/*.sh Tests/EndToEnd/*.sh; do
    step 1200 "$script" "$script"
done

echo
sed 's/^/not run on this machine: /' "$NEEDLETAIL_SKIPPED"
echo "all steps passed in $((SECONDS - started)) s"

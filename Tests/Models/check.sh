#!/usr/bin/env bash
# Checks the model of the arming ceremony (ceremony.pml) in every reachable state with Spin, then breaks one rule at a
# time and expects Spin to find it.
set -euo pipefail
cd "$(dirname "$0")"

model=$PWD/ceremony.pml
claims=(live_is_confirmed kill_holds staged_hash_is_the_one_seen a_note_is_owed by_hand_is_live_only)
if ! command -v spin >/dev/null || ! command -v cc >/dev/null; then
    echo "SKIP arming model: no spin or no C compiler (make packages installs them)"
    [ "${NEEDLETAIL_STRICT:-0}" = 1 ] && exit 1
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

build() { # defines…: makes ./pan
    spin -a "$@" "$model" >spin.log 2>&1 || { cat spin.log; return 1; }
    cc -O0 -w -DMEMLIM=512 -o pan pan.c
}
errors() { # arguments for pan; prints the number of errors and of states
    ./pan "$@" >pan.log 2>&1 || true
    grep -q "search depth too small\|out of memory" pan.log && { echo "the search did not end:" >&2; cat pan.log >&2; exit 1; }
    sed -nE 's/.*errors: ([0-9]+).*/\1/p' pan.log
}
states() { sed -nE 's/ *([0-9.e+]+) states, stored.*/\1/p' pan.log; }

build
found=$(errors -m1000000 -noclaim)
[ "$found" = 0 ] || { echo "an assertion of the model fails:"; spin -t -p "$model" | tail -40; exit 1; }
echo "arming model: assertions hold in $(states) states"
for claim in "${claims[@]}"; do
    found=$(errors -m1000000 -a -N "$claim")
    [ "$found" = 0 ] || { echo "the claim $claim fails:"; spin -t -p "$model" | tail -40; exit 1; }
    echo "arming model: $claim holds in $(states) states"
done
for canary in CANARY_{STAGE,ARM,CONFIRM,EXPIRY,RESTART,NOTE,CHANGED,INTENT,REVIEW_HASH,REVIEW_TIME,FLATTEN,FORGOTTEN,STRATEGY,TWICE}; do
    build "-D$canary"
    caught=$(errors -m1000000 -noclaim)
    for claim in "${claims[@]}"; do [ "$caught" != 0 ] || caught=$(errors -m1000000 -a -N "$claim"); done
    [ "$caught" != 0 ] || { echo "the model does not notice $canary"; exit 1; }
    echo "arming model: $canary is caught"
done

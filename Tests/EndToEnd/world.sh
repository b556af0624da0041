#!/usr/bin/env bash
# The seeded world with the release binary: each rule broken on purpose is caught by its own invariant, and one is cut
# down to the fault that it needs; release and debug builds play the same histories; then 24 simulated days over 200 seeds
# with at least 20,000 faults, every class of them and every recovery branch hit, 1,000 times real time or faster, no
# invariant broken.
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=$PWD/.build/release/needletail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
days=24 seeds=200

echo "-- rules broken on purpose"
"$tool" simulate --canaries | tee "$directory/canaries.txt"

echo "-- a failing seed cut down, and repeated by the line that it prints"
(
    cd "$directory"
    "$tool" simulate --seed 13 --days 0.02 --canary 5 --shrink > shrink.txt
    cat shrink.txt
    repeat=$(sed -n 's/^repeat it with: needletail //p' shrink.txt | tail -1)
    read -ra words <<< "$repeat"
    "$tool" "${words[@]}" | tee again.txt
    grep -q "^seed 13: invariant 5 " again.txt || { echo "world: the line repeats something else"; exit 1; }
    left=$(grep -c "^at " seed-13.faults)
    [ "$left" -ge 1 ] && [ "$left" -le 3 ] || { echo "world: $left faults are left, one is enough"; exit 1; }
)

echo "-- the help names as many as there are"
"$tool" simulate --help > "$directory/help.txt"
broken=$(grep -c "^canary " "$directory/canaries.txt")
grep -Eq "1 to $broken( |:|$)" "$directory/help.txt" && grep -q "invariants" "$directory/help.txt" \
    || { cat "$directory/help.txt"; echo "world: the help names another number of rules"; exit 1; }

echo "-- faults printed, edited, refused"
"$tool" simulate --seed 7 --print-faults > "$directory/seven.faults"
"$tool" simulate --seed 7 --days 0.02 --verbose > "$directory/drawn.txt"
"$tool" simulate --seed 7 --days 0.02 --verbose --faults "$directory/seven.faults" > "$directory/read.txt"
[ "$(grep '^seed 7: ' "$directory/drawn.txt")" = "$(grep '^seed 7: ' "$directory/read.txt")" ] \
    || { echo "world: printed faults give another history"; exit 1; }
"$tool" simulate --seed 1 --days 0.02 --faults Tests/Soak/example.faults | grep "invariants broken 0"
echo "lostRepl = 1" > "$directory/wrong.faults"
if "$tool" simulate --faults "$directory/wrong.faults" 2> "$directory/refusal.txt"; then
    echo "world: a wrong file was taken"
    exit 1
fi
grep -q "wrong.faults, line 1: no fault is called 'lostRepl'" "$directory/refusal.txt"
grep -q "cure: known is lostReply" "$directory/refusal.txt"

echo "-- a seed whose world traps says how to repeat it"
"$tool" simulate --seed 5 --days 1000 > /dev/null 2> "$directory/trap.txt" &
playing=$!
for _ in $(seq 100); do ls -d /dev/shm/needletail-world-$playing-* > /dev/null 2>&1 && break; sleep 0.1; done
kill -ILL $playing
if wait $playing; then echo "world: a trap ended well"; exit 1; fi
rm -rf /dev/shm/needletail-world-$playing-*
grep -q "^repeat it with: needletail simulate --seed 5 --days 1000.0$" "$directory/trap.txt" \
    || { cat "$directory/trap.txt"; exit 1; }

echo "-- the debug build plays the same histories"
swift test --skip-build --filter "SimulationTests.WorldTests" > "$directory/debug.txt" 2>&1 \
    || { cat "$directory/debug.txt"; exit 1; }
for seed in 4 6 7 8; do
    debug=$(sed -n "s/^.*world digest of seed $seed: \([0-9a-f]*\).*$/\1/p" "$directory/debug.txt" | head -1)
    release=$("$tool" simulate --seed $seed --days 0.002777777777777778 --verbose | sed -n 's/.* decisions \([0-9a-f]\{16\}\)$/\1/p')
    [ -n "$debug" ] && [ "$debug" = "$release" ] \
        || { echo "world: seed $seed: debug '$debug', release '$release'"; exit 1; }
    echo "seed $seed: debug and release say $release"
done

echo "-- days of faults"
"$tool" simulate --seed 1 --seeds $seeds --days $days --jobs "$(nproc)" --coverage --complete | tee "$directory/days.txt"
python3 - "$directory/days.txt" $days $seeds "$directory/canaries.txt" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
days, seeds, speed = re.search(r"simulated ([\d.]+) days over (\d+) seeds in [\d.]+ s: (\d+) times", text).groups()
faults = int(re.search(r"faults injected (\d+)", text).group(1))
classes = re.search(r"fault classes hit (\d+) of (\d+)", text).groups()
branches = re.search(r"recovery branches hit (\d+) of (\d+)", text).groups()
assert float(days) >= float(sys.argv[2]) and int(seeds) >= int(sys.argv[3]), (days, seeds)
assert faults >= 20_000, f"only {faults} faults"
assert int(speed) >= 1000, f"only {speed} times real time"
assert classes[0] == classes[1], f"only {classes[0]} of {classes[1]} classes of faults were hit"
assert branches[0] == branches[1], f"only {branches[0]} of {branches[1]} recovery branches were hit"
invariants = re.search(r"invariants broken 0 of (\d+)", text).group(1)
assert int(invariants) >= 13, f"only {invariants} invariants"
caught = re.search(r"canaries caught by their invariant: (\d+) of (\d+)", open(sys.argv[4]).read()).groups()
assert caught[0] == caught[1] and int(caught[0]) >= 16, caught
print(f"world: {days} days, {seeds} seeds, {faults} faults of {classes[1]} classes, {branches[1]} recovery branches, "
      f"{speed} times real time; {invariants} invariants held, {caught[0]} broken rules caught")
PY

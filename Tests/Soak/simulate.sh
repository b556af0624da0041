#!/usr/bin/env bash
# The seeded world: 24 simulated days over 200 seeds, every class of fault in them, no invariant broken, 1,000 times real
# time or faster; then every deliberately broken rule, each caught by its own invariant.
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=.build/release/needletail
log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo "-- canaries"
"$tool" simulate --canaries
echo "-- world"
"$tool" simulate --seed 1 --seeds 200 --days 24 --coverage | tee "$log"
python3 - "$log" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
days, seeds, speed = re.search(r"simulated ([\d.]+) days over (\d+) seeds in [\d.]+ s: (\d+) times", text).groups()
faults = int(re.search(r"faults injected (\d+)", text).group(1))
hit, of = map(int, re.search(r"fault classes hit (\d+) of (\d+)", text).groups())
assert float(days) >= 24 and int(seeds) >= 200, (days, seeds)
assert faults >= 20_000, faults
assert hit == of, f"only {hit} of {of} fault classes were hit"
# Every way back to health must have been walked.
for branch in ["unknown order looked up", "journal completed from the ring", "torn tail cut", "journal failed",
               "journal ring full: no step", "killed between decision and send", "stop after a stall",
               "order created to open", "order unknown to failed", "order unknown to filled", "order unknown to cancelled",
               "market data reconnected by the adapter", "request refused by the link", "request refused for its time"]:
    assert re.search(rf"^  {re.escape(branch)} \d", text, re.M), f"never happened: {branch}"
print(f"world: {days} days, {seeds} seeds, {faults} faults, {speed} times real time")
PY

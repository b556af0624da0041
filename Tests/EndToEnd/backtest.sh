#!/usr/bin/env bash
# A recorded market through the core, twice: the same decisions both times, and once more from the journal. No key is in
# the environment.
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=.build/release/needletail
shared=${NEEDLETAIL_SHARED:-../shared}
recording=$shared/data/binance/spot/btcusdt_20240808.gz
if [ ! -r "$recording" ]; then
    echo "SKIP backtest.sh: no recording $recording"
    [ "${NEEDLETAIL_STRICT:-}" != 1 ] || exit 1
    exit 0
fi

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
backtest() { # number
    "$tool" backtest --data "$recording" --config config/paper.yaml --journal "$directory/$1" --json > "$directory/$1.json"
}
value() { # file, key
    sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$1"
}

backtest 1
backtest 2
cat "$directory/1.json"
for key in decision_hash orders_sent fills pnl_net journal_records; do
    first=$(value "$directory/1.json" $key)
    second=$(value "$directory/2.json" $key)
    [ -n "$first" ] && [ "$first" = "$second" ] || { echo "backtest: $key is '$first' and then '$second'"; exit 1; }
done
[ "$(value "$directory/1.json" orders_sent)" -gt 10 ] || { echo "backtest: hardly any order"; exit 1; }
[ "$(value "$directory/1.json" fills)" -gt 0 ] || { echo "backtest: no fill"; exit 1; }
[ "$(value "$directory/1.json" open_orders_at_end)" = 0 ] || { echo "backtest: orders left open"; exit 1; }
[ "$(value "$directory/1.json" reconcile_breaks)" = 0 ] || { echo "backtest: the simulated venue's balance was missed"; exit 1; }

"$tool" journal verify "$directory/1" --name paper
"$tool" replay "$directory/1" --name paper
echo "backtest: two runs and the replay decided the same"

#!/usr/bin/env bash
# A recorded market through the core, twice: the same decisions both times, and once more from the journal; then from a
# market file made of the recording, to the same journal. No key is in the environment.
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

# A market file of the same recording: the same journal to the byte, whether Spot or futures.
imported() { # recording, directory
    local market=$directory/$2.market
    "$tool" import --out "$market" "$1"
    "$tool" backtest --data "$market" --config config/paper.yaml --journal "$directory/$2" --json > "$directory/$2.json"
}
imported "$recording" spot
cmp "$directory/1/paper-000001.ntj" "$directory/spot/paper-000001.ntj"
futures=$shared/data/binance/usdm/btcusdt_20240808.gz
"$tool" backtest --data "$futures" --config config/paper.yaml --journal "$directory/futures" --json > "$directory/futures.json"
imported "$futures" imported
cmp "$directory/futures/paper-000001.ntj" "$directory/imported/paper-000001.ntj"
[ "$(value "$directory/imported.json" orders_sent)" -gt 10 ] || { echo "backtest: hardly any order on futures"; exit 1; }
[ "$(value "$directory/imported.json" open_orders_at_end)" = 0 ] || { echo "backtest: orders left open on futures"; exit 1; }

# Without a journal the same is decided.
"$tool" backtest --data "$directory/spot.market" --config config/paper.yaml --no-journal --json > "$directory/bare.json"
for key in decision_hash orders_sent fills pnl_net; do
    [ "$(value "$directory/bare.json" $key)" = "$(value "$directory/1.json" $key)" ] || { echo "backtest: $key changes without a journal"; exit 1; }
done

# A market file with one wrong bit, and one that does not hold the symbol, are refused with a cure.
refused() { # what is said
    local said
    if said=$("$tool" backtest --data "$directory/bad.market" --config config/paper.yaml --journal "$directory/bad" "${@:2}" 2>&1); then
        echo "backtest: a market file was taken that should be refused ($1)"; exit 1
    fi
    case "$said" in *"$1"*"cure: "*) ;; *) echo "backtest: '$1' is not in: $said"; exit 1 ;; esac
}
cp "$directory/spot.market" "$directory/bad.market"
printf '\377' | dd of="$directory/bad.market" bs=1 seek=300000 conv=notrunc status=none
refused "is not as it was written"
cp "$directory/spot.market" "$directory/bad.market"
refused "holds nothing of ETHUSDT" --set instruments.0.symbol=ETHUSDT --set strategies.0.instrument=ETHUSDT \
    --set strategies.1.instrument=ETHUSDT
echo "backtest: a market file decides what its recording decides"

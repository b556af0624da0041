#!/bin/sh
# The venue's official Python client and ccxt, unmodified, against the loopback venue over TLS: an oracle that is not
# ours for the venue that is. Installs both into a throw-away virtual environment; where that is impossible the check
# is skipped by name (NEEDLETAIL_STRICT=1 turns the skip into a failure).
# Usage: venue_clients.sh [path of the loopback-venue binary]
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
venue=
cleanup() {
    if [ -n "$venue" ]; then kill "$venue" 2>/dev/null; wait "$venue" 2>/dev/null; fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

skip() {
    echo "SKIP venue-clients: $1"
    if [ "${NEEDLETAIL_STRICT:-0}" = 1 ]; then exit 1; fi
    exit 0
}

binary=${1:-$("$root/Tests/program.sh" loopback-venue)} || exit 1

command -v openssl >/dev/null || skip "no openssl program"
python3 -m venv "$work/venv" >/dev/null 2>&1 || skip "python3 cannot make a virtual environment"
"$work/venv/bin/pip" install -q --disable-pip-version-check binance-sdk-spot==13.2.0 binance-common==4.6.0 ccxt==4.5.90 \
    >"$work/pip.log" 2>&1 || skip "pip cannot install the clients ($(tail -1 "$work/pip.log"))"

cd "$work" || exit 1
ec="ec -pkeyopt ec_paramgen_curve:prime256v1"
printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n' >leaf.ext
{
    openssl req -x509 -newkey $ec -nodes -keyout ca.key -out ca.pem -days 2 -subj "/CN=loopback CA" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign &&
    openssl req -newkey $ec -nodes -keyout leaf.key -out leaf.csr -subj /CN=localhost &&
    openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out leaf.pem -days 2 -extfile leaf.ext &&
    openssl genpkey -algorithm ed25519 -out ed.key && openssl pkey -in ed.key -pubout -out ed.pub
} >openssl.log 2>&1 || { cat openssl.log; exit 1; }

"$binary" --cert leaf.pem --key leaf.key --port-file port --seed 5 \
    --api-key hmac-key --hmac-secret hmac-secret --balance USDT=100000 --balance BTC=2 \
    --api-key ed-key --ed25519-public ed.pub --balance USDT=100000 --balance BTC=2 >venue.log 2>&1 &
venue=$!
tries=0
while [ ! -s port ]; do
    tries=$((tries + 1))
    if [ $tries -gt 200 ] || ! kill -0 $venue 2>/dev/null; then cat venue.log; exit 1; fi
    sleep 0.05
done
timeout 120 "$work/venv/bin/python" "$here/official_sdk.py" "$(cat port)" ca.pem ed.key || exit 1
timeout 120 "$work/venv/bin/python" "$here/ccxt_client.py" "$(cat port)" ca.pem || exit 1
timeout 120 "$work/venv/bin/python" "$here/stream_rules.py" "$binary" leaf.pem leaf.key ca.pem || exit 1
kill -0 $venue || { echo "venue-clients: the venue died"; cat venue.log; exit 1; }
echo "venue-clients: ok"

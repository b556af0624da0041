#!/bin/bash
# The Autobahn test suite against our WebSocket client, core group, over ws and over wss: 247 cases each, of which
# 244 must be OK and 3 INFORMATIONAL.
#   Tests/Oracles/autobahn.sh [TESTEE]      TESTEE: the autobahn-testee binary; the last build's when not given
# NEEDLETAIL_SHARED   folder with conformance/ (default: ../shared beside the package)
# NEEDLETAIL_STRICT=1 a missing tool is a failure, not a skip
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
shared=${NEEDLETAIL_SHARED:-$root/../shared}
suite=$shared/conformance/websocket
work=$(mktemp -d "${TMPDIR:-/tmp}/autobahn.XXXXXX")
server=
finish() { [ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work"; }
trap finish EXIT

skip() {
  echo "SKIP autobahn: $1"
  [ "${NEEDLETAIL_STRICT:-0}" = 1 ] && exit 1
  exit 0
}

[ -f "$suite/check_report.py" ] || skip "$suite is missing"
command -v python3 >/dev/null || skip "python3 is missing"
command -v openssl >/dev/null || skip "openssl is missing"
command -v faketime >/dev/null || skip "faketime is missing (the certificate script needs it)"

python27=
if command -v pyenv >/dev/null && prefix=$(pyenv prefix 2.7.18 2>/dev/null); then python27=$prefix/bin/python2.7
elif command -v python2.7 >/dev/null; then python27=$(command -v python2.7); fi
[ -n "$python27" ] && [ -x "$python27" ] || skip "CPython 2.7 is missing (pyenv 2.7.18 or python2.7 in PATH)"

cd "$work" || exit 1
echo "autobahn: installing the suite (about 30 s)"
{ "$python27" -m pip install -q --target vt 'virtualenv<20.22' &&
  PYTHONPATH=vt "$python27" -m virtualenv --no-download v27 &&
  v27/bin/pip install -q autobahntestsuite==25.10.1; } >install.log 2>&1 || { tail -5 install.log; skip "the suite cannot be installed from PyPI"; }

testee=${1:-$("$root/Tests/program.sh" autobahn-testee)} || exit 1
bash "$shared/conformance/tls/make_certs.sh" "$work/certs" >certs.log 2>&1 || { tail -5 certs.log; skip "the certificates cannot be made"; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# run SCHEME HOST [testee options]
run() {
  local scheme=$1 host=$2 port; shift 2
  port=$(free_port)
  python3 - "$suite/fuzzingserver-core.json" "$scheme" "$port" "$work" >"$scheme.json" <<'PY'
import json, sys
source, scheme, port, work = sys.argv[1:]
spec = json.load(open(source))
spec["url"] = f"{scheme}://127.0.0.1:{port}"
spec["outdir"] = f"{work}/report-{scheme}"
if scheme == "wss":
    spec["key"], spec["cert"] = f"{work}/certs/good.key", f"{work}/certs/good.pem"
json.dump(spec, sys.stdout)
PY
  v27/bin/python "$suite/wstest_loopback.py" -m fuzzingserver -s "$scheme.json" -u 0 >"$scheme.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do listens "$port" && break; kill -0 "$server" 2>/dev/null || break; sleep 0.1; done
  listens "$port" || { tail -5 "$scheme.log"; echo "autobahn: the $scheme server did not start"; return 1; }
  NEEDLETAIL_CONNECT_TO=127.0.0.1 timeout 240 "$testee" "$scheme://$host:$port" "needletail-$scheme" "$@" || return 1
  kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; server=
  python3 "$suite/check_report.py" "$work/report-$scheme/index.json" "needletail-$scheme" core || return 1
  python3 - "$work/report-$scheme/index.json" "needletail-$scheme" <<'PY'
import collections, json, sys
counts = collections.Counter(c["behavior"] for c in json.load(open(sys.argv[1]))[sys.argv[2]].values())
print(f"{sys.argv[2]}: {counts['OK']} OK, {counts['INFORMATIONAL']} INFORMATIONAL")
sys.exit(counts != {"OK": 244, "INFORMATIONAL": 3})
PY
}

failed=0
run ws 127.0.0.1 || failed=1
[ -n "$server" ] && { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; server=; }
run wss venue.test --ca "$work/certs/ca.pem" || failed=1
exit $failed

#!/usr/bin/env bash
# The doctor here, as nobody with nothing around it, and on its way to a venue; the tuning scripts in a scratch root; the
# units' exposure. What this machine cannot run it names.
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=$PWD/${NEEDLETAIL_TOOL:-.build/release/needletail}
work=$(mktemp -d)
venue=""
cleanup() {
    if [ -n "$venue" ]; then kill "$venue" 2>/dev/null || true; wait "$venue" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap cleanup EXIT
skip() {
    echo "SKIP doctor: $1"
    if [ "${NEEDLETAIL_STRICT:-0}" = 1 ]; then exit 1; fi
}

# Runs the doctor and holds document and status against each other: file, doctor's command line…
examine() {
    local out=$1 status=0
    shift
    "$@" >"$out" 2>"$work/err" || status=$?
    python3 - "$out" "$status" "$work/err" <<'PY'
import json, sys
out, status, err = sys.argv[1], int(sys.argv[2]), open(sys.argv[3]).read()
assert err == "", f"said on standard error: {err}"
document = json.load(open(out))
verdicts = [finding["verdict"] for finding in document["findings"]]
assert len(verdicts) >= 23 and set(verdicts) <= {"ok", "unseen", "advice", "problem"}, verdicts
assert document["wise"] == ("problem" not in verdicts)
assert status == (0 if document["wise"] else 2), f"status {status}, wise {document['wise']}"
for finding in document["findings"]:
    if finding["verdict"] != "ok": assert finding["cause"] and finding["cure"], finding
print(f"doctor: status {status}, " + ", ".join(f"{verdicts.count(v)} {v}" for v in ("ok", "unseen", "advice", "problem")))
PY
}

# The cores by name: where an engine runs none is measured otherwise.
cores=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
examine "$work/here.json" "$tool" doctor --seconds 1 --cores "$cores" --json
python3 - "$work/here.json" <<'PY'
import json, os, sys
document = json.load(open(sys.argv[1]))
measured = {core["core"]: core for core in document["jitter"]}
assert set(measured) == os.sched_getaffinity(0), measured.keys()
for core in measured.values():
    assert core["measured_ns"] == 1_000_000_000 and len(core["histogram"]) == 5, core
assert "nodrop" in document["io_uring_features"], document["io_uring_features"]
PY

# No privilege, no environment; then with nothing of /sys, /etc and the kernel's side of /proc either. The processes' side
# of /proc stays: a Swift program reads its own command line there.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    cp "$tool" "$work/needletail"
    chmod 755 "$work"
    nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all)
    examine "$work/nobody.json" env -i "${nobody[@]}" "$work/needletail" doctor --seconds 1 --cores "$cores" --json
    mkdir -p "$work/empty"
    : >"$work/forbidden"
    chmod 000 "$work/forbidden"
    # shellcheck disable=SC2016  # expanded by the inner shell
    bare='set -e
        for place in /sys /etc /var /proc/sys /proc/irq; do
            [ ! -d "$place" ] || mount --bind "$1/empty" "$place"
        done
        for file in cmdline stat swaps meminfo; do mount --bind "$1/forbidden" "/proc/$file"; done
        shift; exec "$@"'
    if unshare --mount true 2>/dev/null; then
        examine "$work/bare.json" env -i PATH="$PATH" unshare --mount bash -c "$bare" bare "$work" \
            "${nobody[@]}" "$work/needletail" doctor --seconds 1 --cores "$cores" --json
        python3 - "$work/bare.json" <<'PY'
import json, sys
verdicts = [finding["verdict"] for finding in json.load(open(sys.argv[1]))["findings"]]
assert verdicts.count("unseen") >= 15, verdicts
PY
    else
        skip "no mount namespace: the empty machine was not tried"
    fi
else
    skip "not root, or no setpriv: nobody's view was not tried"
fi

# The way to a venue: an authority that is trusted, one that is not, and a port where nobody listens.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" \
    -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
python3 - "$work" <<'PY' &
import socket, ssl, sys
work = sys.argv[1]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(work + "/cert.pem", work + "/key.pem")
context.set_alpn_protocols(["http/1.1"])
server = socket.create_server(("127.0.0.1", 0))
open(work + "/port.new", "w").write(str(server.getsockname()[1]))
import os
os.rename(work + "/port.new", work + "/port")
while True:
    peer, _ = server.accept()
    peer.settimeout(5)
    try:
        with context.wrap_socket(peer, server_side=True) as session: session.recv(1)
    except OSError: peer.close()
PY
venue=$!
for _ in $(seq 200); do [ -e "$work/port" ] && break; sleep 0.05; done
port=$(cat "$work/port")
way() { # expectation in Python over `path`, doctor's options…
    local expected=$1
    shift
    examine "$work/way.json" "$tool" doctor --seconds 0 --json "$@"
    python3 -c 'import json, sys
document = json.load(open(sys.argv[1])); path = document["paths"][0]; print("way:", path)
assert eval(sys.argv[2]), (sys.argv[2], path)' "$work/way.json" "$expected"
}
way 'path["failure"] is None and path["tls_ns"] > 0 and path["tcp_ns"] > 0 and path["name_ns"] >= 0 and path["tls"].startswith("TLSv1.3")' \
    --connect "localhost:$port" --ca "$work/cert.pem"
way 'path["failure"].startswith("TLS: ") and path["tls_ns"] is None and not document["wise"]' --connect "localhost:$port"
way 'path["failure"].startswith("TCP: ") and path["tcp_ns"] is None and not document["wise"]' --connect 127.0.0.1:1

for wrong in "--connect nowhere" "--connect :1" "--connect a:70000" "--cores 3-1" "--seconds -1" "--seconds 3601" "--config /nowhere"; do
    read -ra options <<<"$wrong"
    status=0
    "$tool" doctor "${options[@]}" >/dev/null 2>"$work/err" || status=$?
    case $status in 0 | 2 | 3) echo "doctor $wrong ended with $status"; exit 1 ;; esac
    [ -s "$work/err" ]
done

# The scripts. check changes nothing; in a scratch root apply sets, a second apply forgets nothing, undo puts back.
for script in cpu power memory timers network clock limits scheduling; do
    status=0
    tuning/$script.sh check >"$work/check" || status=$?
    [ $status -le 1 ] || { echo "tuning/$script.sh check ended with $status"; cat "$work/check"; exit 1; }
done
scratch=$work/root
put() { mkdir -p "$(dirname "$scratch$1")"; echo "$2" >"$scratch$1"; }
put /proc/irq/default_smp_affinity ff
put /proc/irq/24/smp_affinity_list 0-7
put /sys/devices/virtual/workqueue/cpumask ff
put /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor powersave
put /sys/devices/system/cpu/cpu0/cpuidle/state0/latency 2
put /sys/devices/system/cpu/cpu0/cpuidle/state0/disable 0
put /sys/devices/system/cpu/cpu0/cpuidle/state1/latency 133
put /sys/devices/system/cpu/cpu0/cpuidle/state1/disable 0
put /sys/kernel/mm/transparent_hugepage/enabled always
put /proc/sys/vm/swappiness 60
put /proc/sys/kernel/watchdog 1
put /proc/sys/net/core/busy_poll 0
put /proc/sys/kernel/sched_autogroup_enabled 1
put /proc/sys/kernel/io_uring_disabled 2
put /sys/devices/system/clocksource/clocksource0/available_clocksource "tsc hpet"
put /sys/devices/system/clocksource/clocksource0/current_clocksource hpet
picture() { (cd "$scratch" && find . -type f ! -path './var/*' -exec sha256sum {} + | sort -k2); }
picture >"$work/before"
for script in cpu power memory timers network clock limits scheduling; do
    run() { TUNING_ROOT=$scratch tuning/$script.sh "$1" >"$work/said"; }
    status=0
    run check || status=$?
    [ $status -eq 1 ] || { echo "$script check saw nothing (status $status)"; cat "$work/said"; exit 1; }
    picture | diff "$work/before" - || { echo "$script check changed something"; exit 1; }
    run apply
    ! picture | diff -q "$work/before" - >/dev/null || { echo "$script apply changed nothing"; exit 1; }
    run check
    run apply
    run undo
    picture | diff "$work/before" - || { echo "$script undo left something changed"; exit 1; }
done
[ "$(find "$scratch/var" -type f | wc -l)" -eq 0 ]
# Somebody's own file is not overwritten, and undo leaves it.
put /etc/sysctl.d/90-needletail.conf "mine"
TUNING_ROOT=$scratch tuning/limits.sh apply >"$work/said" && exit 1
TUNING_ROOT=$scratch tuning/limits.sh undo >"$work/said"
[ "$(cat "$scratch/etc/sysctl.d/90-needletail.conf")" = mine ]
echo "tuning: 8 scripts checked, applied twice and undone"

if command -v shellcheck >/dev/null; then
    shellcheck -x -P tuning tuning/lib.sh tuning/{cpu,power,memory,timers,network,clock,limits,scheduling}.sh Tests/EndToEnd/doctor.sh
else
    skip "no shellcheck (tuning/packages.sh installs it)"
fi
if command -v systemd-analyze >/dev/null; then
    for unit in tuning/systemd/*.service; do
        systemd-analyze security --offline=true --threshold=20 "$PWD/$unit" >"$work/said" || { cat "$work/said"; exit 1; }
        grep 'Overall exposure' "$work/said"
    done
else
    skip "no systemd-analyze (package systemd): the units' exposure was not measured"
fi

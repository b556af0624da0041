#!/usr/bin/env bash
# Order entry with an HMAC key: no log-on, every request signed. The engine trades, ends in order, and its books equal
# the venue's.
set -euo pipefail
cd "$(dirname "$0")"
exec python3 - "$PWD/../../.build/release/needletail" <<'PY'
import sys
sys.path.insert(0, ".")
from parts import Parts, prove, wait_for

parts = Parts(sys.argv[1], signing="hmac", seed=8)
kept = True
try:
    parts.start_venue()
    before = parts.venue_balances()
    parts.start_engine()
    wait_for("the engine is ready", 30, parts.is_ready)
    armed, said = parts.arm()
    assert armed, said
    wait_for("three fills and ten orders", 90, lambda: (now := parts.now())["fills"] >= 3 and now["orders_sent"] >= 10)
    summary = parts.end_engine()
    assert summary["cancels"] > 0 and not summary["rejects"].get("AUTHENTICATION"), summary
    orders, trades, never = prove(parts, before, summary)
    assert never == 0
    output = "".join(path.read_text(errors="replace") for path in parts.run.glob("*.log"))
    assert parts.secret not in output, "the secret is in a log"
    print(f"hmac key: {orders} orders, {trades} trades, position and balances agree")
    kept = False
finally:
    parts.close(keep=kept)
    if kept:
        print(f"hmac key: kept {parts.run}")
PY

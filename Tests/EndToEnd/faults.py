"""Switches the venue's faults on, one kind after the other and then all of them, while the engine trades; a person
(this script) re-arms whenever the engine has stopped and is ready again. After each kind he disarms it, and position and
open orders must be proven; at the end the venue's own records must agree with the engine's."""
import random, sys, time, urllib.error

from account import units, wait_for
from parts import Parts, prove

# What to switch on, and for how many seconds.
FAULTS = [
    ("reply_lost 0.2", 4), ("error_after_acceptance 0.2", 4), ("reply_late 0.4 400", 4), ("reply_twice 0.5", 3),
    ("replies_reordered 0.4", 4), ("event_before_reply 0.6", 3), ("event_lost 0.15", 25), ("event_twice 0.5", 3),
    ("event_late 0.4 400", 4), ("snapshot_incomplete 1", 11), ("rest_error 0.6", 11), ("unsolicited_cancel 2", 4),
    ("stream_frozen 0.7 4000", 6), ("banned 0.7 1500", 5), ("halted 0.7 1500", 5), ("depth_gap 0.2", 4), ("clock_skewed 0.7 1500", 5),
    ("link_cut 0.7", 6),
    ("server_shutdown 0.7", 6),
]
ALL = "\n".join("{} {}".format(line.split()[0], 0.1 if line.split()[0] in (
    "unsolicited_cancel", "stream_frozen", "banned", "halted", "clock_skewed", "link_cut",
    "server_shutdown") else 0.03)
    for line, _ in FAULTS)

tool, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
only = sys.argv[3:]
print(f"faults: seed {seed}", flush=True)
# The breakers for churn and repeated errors have tests of their own; here the engine is to go on into the next fault.
parts = Parts(tool, seed=seed, settings=[
    "limits.max_orders_per_minute=60000", "limits.max_messages_per_minute=60000", "limits.max_order_cycles=100000",
    "limits.max_identical_orders=500", "limits.max_consecutive_errors=10000", "limits.max_executions=100000",
    "limits.max_direction_flips=100000"])


def rearm(seen):
    """The operator's part: whenever the engine has stopped, tries the ceremony; it decides whether that is allowed."""
    now = parts.now()
    seen.add(now["state"])
    if now["state"] == "REDUCING":
        assert parts.ctl("disarm")[0] == 0
    elif now["state"] != "LIVE" and parts.is_ready():
        parts.arm()


def venue_position():
    return sum((1 if trade["isBuyer"] else -1) * units(trade["qty"]) for trade in parts.venue_trades())


def is_proven(since):
    """Whether the engine, which nobody lets trade meanwhile, has reconciled after `since` (engine time) and holds what the
    venue says. The venue is asked only where the engine believes itself right: both come from one address, and its
    request weight counts for both."""
    now = parts.now()
    if now["state"] in ("LIVE", "REDUCING", "ARMED"):
        parts.ctl("disarm")
        return False
    if not (now["market_link"] == now["order_link"] == "UP" and now["open_orders"] == now["unknown_orders"] == 0
            and now["last_reconciled_ns"] > since):
        return False
    try:
        if venue_position() == units(now["position"]):
            return True
    except urllib.error.HTTPError:  # a ban that has not run out
        pass
    time.sleep(0.2)
    return False


def play(name, text, seconds, number):
    wait_for("the engine is LIVE before " + name, 60, lambda: rearm(set()) or parts.now()["state"] == "LIVE")
    counts = parts.switch_faults(f"seed {seed + number}\n{text}\n")
    started = parts.now()
    seen, end = set(), time.monotonic() + seconds
    # Chance may spare a fault for a while: the phase lasts until it has struck.
    while time.monotonic() < end or (parts.switch_faults() == counts and time.monotonic() < end + 30):
        rearm(seen)
        time.sleep(0.05)
    after = parts.switch_faults("")
    struck = sum(after.values()) - sum(counts.values())
    began, since = time.monotonic(), parts.now()["now_ns"]
    try:
        wait_for(f"everything is proven after {name}", 60, lambda: is_proven(since))
    except SystemExit:
        print(parts.status(), flush=True)
        raise
    now = parts.now()
    print(f"faults: {name}: {struck} times in {seconds} s, {now['orders_sent'] - started['orders_sent']} orders, "
          f"{now['fills'] - started['fills']} fills, states {' '.join(sorted(seen))}; "
          f"proven {time.monotonic() - began:.1f} s later", flush=True)
    assert struck > 0, f"{name} never struck"


kept = True
try:
    parts.start_venue()
    before = parts.venue_balances()
    parts.start_engine()
    wait_for("the engine is ready", 30, parts.is_ready)
    chosen = [(line, seconds) for line, seconds in FAULTS if not only or line.split()[0] in only]
    for number, (line, seconds) in enumerate(chosen):
        play(line.split()[0], line, seconds, number)
    if not only or "all" in only:
        play("all together", ALL, 20, 100)
    summary = parts.end_engine()
    orders, trades, never = prove(parts, before, summary)
    late = sum(line["kind"] == "fill" and line["source"] == "trade_history" for line in parts.journal())
    assert late > 0 or only, "no fill came from the trade history although events were lost"
    print(f"faults: {orders} orders at the venue, none twice, none unknown to the journal; {never} never arrived; "
          f"{trades} trades, {late} of them told by the history; position and balances agree; journal verified and replayed")
    kept = False
finally:
    parts.close(keep=kept)
    if kept:
        print(f"faults: kept {parts.run}", flush=True)

"""Kills the venue three times in one run, each time in the middle of trading, and lets it come back. Before the last
kill the venue swallows every event and half of its answers for a second: what happened then is known only to it."""
import random, sys, time

from account import wait_for
from parts import Parts, prove

tool, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
print(f"venue killed: seed {seed}", flush=True)
chance = random.Random(seed)
parts = Parts(tool, seed=seed)
kept = True
try:
    parts.start_venue()
    before = parts.venue_balances()
    parts.start_engine()
    wait_for("the engine is ready", 30, parts.is_ready)
    armed, said = parts.arm()
    assert armed, said
    for round in range(1, 4):
        start = parts.now()
        wait_for("the engine trades: orders rest and new fills have come", 60,
                 lambda: (now := parts.now())["open_orders"] > 0 and now["fills"] > start["fills"]
                 and now["orders_sent"] > start["orders_sent"] + 3)
        time.sleep(chance.uniform(0, 1.5))  # so that the kill falls at any moment
        if round == 3:
            parts.switch_faults(f"seed {seed}\nevent_lost 1\nreply_lost 0.5")
            time.sleep(1)
        resting = parts.now()["open_orders"]
        parts.kill_venue()
        began = time.monotonic()
        safe = wait_for("the engine shows SAFE", 5, lambda: (now := parts.now())["state"] == "SAFE" and now)
        took = time.monotonic() - began
        assert safe["state_reason"] in ("VENUE_UNAVAILABLE", "WS_STALE"), safe
        assert safe["order_link"] != "UP" or safe["market_link"] != "UP", safe
        down = wait_for("both links are shown down", 5, lambda: (now := parts.now())["order_link"] != "UP"
                        and now["market_link"] != "UP" and now)
        time.sleep(chance.uniform(0.2, 2))
        if round == 2:
            live, said = parts.arm()
            assert not live, "the engine went LIVE without a venue"
            assert parts.ctl("disarm")[0] == 0
        sent = parts.now()["orders_sent"]
        assert sent == down["orders_sent"], "the engine sent orders to nobody"

        parts.start_venue()
        back = parts.now()["now_ns"]
        ready = time.monotonic()
        wait_for("both links are up, everything is looked up, cancelled and reconciled", 60, lambda: parts.is_ready(back))
        ready = time.monotonic() - ready
        open_now = [order for order in parts.signed("openOrders", "symbol=BTCUSDT")]
        assert not open_now, open_now
        now = parts.now()
        assert now["state"] == ("DISARMED" if round == 2 else "SAFE") and now["orders_sent"] == sent, now
        armed, said = parts.arm()
        assert armed, said
        print(f"venue killed: round {round}: {resting} orders rested; SAFE {safe['state_reason']} after {took:.2f} s; "
              f"ready {ready:.1f} s after the restart, LIVE only after the ceremony", flush=True)
    start = parts.now()
    wait_for("the engine trades again", 60, lambda: parts.now()["fills"] > start["fills"])
    summary = parts.end_engine()
    orders, trades, never = prove(parts, before, summary)
    print(f"venue killed: {orders} orders at the venue, none twice, none unknown to the journal; {never} never arrived; "
          f"{trades} trades; position and balances agree; journal verified and replayed")
    kept = False
finally:
    parts.close(keep=kept)
    if kept:
        print(f"venue killed: kept {parts.run}", flush=True)

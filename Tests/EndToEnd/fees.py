"""Fees in a third asset. What the engine says it paid is compared with the venue's own trades, exactly: each fee at the
price of the configuration, rounded up."""
import signal, subprocess, sys
from decimal import ROUND_CEILING, Decimal

from account import wait_for
from parts import Parts

PRICE = Decimal("701.37")
parts = Parts(sys.argv[1], signing="hmac", seed=5, venue_flags=["--limits", "1000", "--fee-asset", "BNB=600"],
              settings=[f"venue.fee_assets.BNB={PRICE}"])


def trades(since=0):
    """Ours at the venue: of each number above this one its quantity in the fee's asset."""
    return {int(row["id"]): Decimal(row["commission"]) for row in parts.venue_trades()
            if row["commissionAsset"] == "BNB" and int(row["id"]) > since}


def worth(fees):
    return sum(((fee * PRICE).quantize(Decimal("1e-8"), ROUND_CEILING) for fee in fees), Decimal(0))


def trade_until(count):
    done = parts.arm()
    assert done[0], done[1]
    wait_for(f"{count} executions", 60, lambda: parts.now()["fills"] >= count)
    wait_for("it is disarmed", 10, lambda: parts.ctl("disarm")[0] == 0 and parts.now()["state"] == "DISARMED")
    wait_for("nothing rests", 20, lambda: parts.now()["open_orders"] == 0 and parts.is_ready())
    return parts.now()


def counted(since):
    """What the engine says it paid in this run is what the venue took in BNB, at the price."""
    expected = worth(trades(since).values())
    assert expected > 0
    found = [Decimal(parts.now()["fees"]), sum((Decimal(row["gross"]) - Decimal(row["net"]) for row in parts.status()["strategies"]), Decimal(0))]
    assert found == [expected, expected], (found, expected)
    return expected


kept = True
try:
    parts.balances = "BTC=10,USDT=1000000,BNB=50"
    parts.start_venue()
    parts.start_engine()
    wait_for("the engine is ready", 30, parts.is_ready)
    first = trade_until(6)
    paid = counted(0)
    assert len(trades()) == len(parts.venue_trades()), "the venue took another asset"
    now = parts.now()
    net = Decimal(now["realised"]) + Decimal(now["unrealised"]) - paid
    assert Decimal(now["day_result"]) == net, (now["day_result"], net)
    before, last = parts.now(), max(trades())
    parts.engine.send_signal(signal.SIGKILL)
    parts.engine.wait()
    parts.start_engine()
    wait_for("the engine is ready again", 30, parts.is_ready)
    now = parts.now()
    gap = abs(Decimal(now["day_result"]) - Decimal(before["day_result"]))
    assert gap <= abs(Decimal(before["position"])) * 200, (before["day_result"], now["day_result"])
    second = trade_until(4)
    again = counted(last)
    parts.end_engine()
    done = subprocess.run([parts.tool, "replay", parts.run / "journal"], capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout, done.stderr)
    # Without a price: the first fee ends trading, and nobody arms again in this run.
    parts.settings = []
    parts.start_engine()
    wait_for("the engine is ready without a price", 30, parts.is_ready)
    parts.arm()  # the first fill may come before its answer
    wait_for("it is SAFE", 60, lambda: parts.now()["state"] == "SAFE")
    assert parts.now()["state_reason"] == "FEE_UNPRICED", parts.now()["state_reason"]
    wait_for("nothing rests", 20, lambda: parts.now()["open_orders"] == 0)
    assert "fees" in parts.now()["missing"], parts.now()["missing"]
    armed, words = parts.arm()
    assert not armed and "without a price" in words, words
    parts.end_engine()
    # Priced again, it may; the start says what no result has.
    parts.settings = [f"venue.fee_assets.BNB={PRICE}"]
    parts.start_engine()
    wait_for("the engine is ready with the price", 30, parts.is_ready)
    assert "in an asset without a price and are in no result" in (parts.run / "engine.log").read_text()
    done = parts.arm()
    assert done[0], done[1]
    parts.ctl("disarm")
    parts.end_engine()
    print(f"fees: {len(trades())} in BNB; {paid} and, after SIGKILL, {again} counted to the last digit in run and strategies; "
          "replayed; without a price SAFE by FEE_UNPRICED and no arming")
    kept = False
finally:
    parts.close(keep=kept)
    if kept:
        print(f"fees: kept {parts.run}", flush=True)

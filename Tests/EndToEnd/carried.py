"""What a run holds and what the day has brought outlive the process. Compared with the venue's own books: the position is
what the account bought less what it sold since the first start."""
import os, signal, subprocess, sys
from decimal import Decimal

from account import wait_for
from parts import Parts

parts = Parts(sys.argv[1], signing="hmac", seed=11, venue_flags=["--limits", "1000"])


def held():
    """All that the account ever bought less what it sold, by the venue's trades."""
    return sum((Decimal(row["qty"]) if row["isBuyer"] else -Decimal(row["qty"]) for row in parts.venue_trades()), Decimal(0))


def position():
    return Decimal(parts.now()["position"])


def hold():
    """Trades until something is held, and goes quiet with it."""
    assert parts.arm()[0], "cannot arm"
    wait_for("it holds a position", 60, lambda: abs(position()) >= Decimal("0.001"))
    wait_for("it is disarmed", 10, lambda: parts.ctl("disarm")[0] == 0 and parts.now()["state"] == "DISARMED")
    wait_for("nothing rests", 20, lambda: parts.now()["open_orders"] == 0 and parts.is_ready())
    return parts.now()


def end(how):
    if how == signal.SIGKILL:
        os.kill(parts.engine.pid, how)
        parts.engine.wait()
    else:
        parts.end_engine()


def by_hand(side, quantity):
    """A trade of the account's that no engine ordered."""
    quote = parts.ask("api/v3/ticker/bookTicker?symbol=BTCUSDT")
    price = float(quote["askPrice"]) + 50 if side == "BUY" else float(quote["bidPrice"]) - 50
    parts.signed("order", f"symbol=BTCUSDT&side={side}&type=LIMIT&timeInForce=IOC&quantity={quantity}&price={price:.2f}"
                 f"&newClientOrderId=hand-1", "POST")


def again(before, how, meanwhile=None):
    """Ends the engine and starts it; what it shows must be what was there, plus what was done meanwhile."""
    end(how)
    was, at_venue = Decimal(before["position"]), held()
    assert was == at_venue, f"the engine held {was}, by the venue {at_venue}"
    if meanwhile:
        meanwhile()
    parts.start_engine()
    wait_for("it is reconciled", 30, parts.is_ready)
    now = parts.now()
    assert Decimal(now["position"]) == held(), f"{now['position']} after the start, by the venue {held()}"
    if not meanwhile:
        gap = abs(Decimal(now["day_result"]) - Decimal(before["day_result"]))
        worth = abs(was) * 200  # what the position may have won or lost meanwhile
        assert gap <= worth, f"the day was {before['day_result']} and is {now['day_result']}"
    code, words = parts.ctl("stage", "--lifetime", "600")
    assert code == 0, words
    line = next(line for line in words.splitlines() if "is held" in line)
    assert str(abs(held()).normalize()) in line, (line, held())
    assert any(line.strip().startswith("the day:") for line in words.splitlines()), words
    assert any("not ours: held before" in line for line in words.splitlines()), words
    parts.ctl("disarm")
    return now


kept = True
try:
    parts.start_venue()
    parts.start_engine()
    wait_for("the engine is ready", 30, parts.is_ready)
    first = hold()
    assert first["day_result"] != "0"
    second = again(first, signal.SIGKILL)
    third = again(second, signal.SIGTERM)
    more = again(third, signal.SIGKILL, lambda: by_hand("BUY", "0.003"))
    assert Decimal(more["position"]) - Decimal(third["position"]) == Decimal("0.003")
    summary = parts.end_engine()
    # The cap counts what was carried over: at it nothing more may be bought.
    parts.start_engine()
    wait_for("it is reconciled", 30, parts.is_ready)
    flags = parts.settings
    parts.end_engine()
    cap = max(abs(held()), Decimal("0.001"))
    parts.settings = [*flags, f"limits.max_position={cap}", "limits.max_order_quantity=0.001"]
    parts.start_engine()
    wait_for("it is reconciled", 30, parts.is_ready)
    side = "buy" if held() > 0 else "sell"
    price = parts.ask("api/v3/ticker/bookTicker?symbol=BTCUSDT")["bidPrice" if side == "buy" else "askPrice"]
    code, words = parts.ctl("intent", side.upper(), "BTCUSDT", "0.001", f"{float(price):.2f}")
    assert "POSITION" in words, words
    parts.settings = flags
    parts.end_engine()
    for check in (("journal", "verify"), ("replay",)):
        done = subprocess.run([parts.tool, *check, parts.run / "journal"], capture_output=True, text=True)
        assert done.returncode == 0, (check, done.stdout, done.stderr)
    print(f"carried: {first['position']} held over SIGKILL, {third['position']} over an orderly end, "
          f"{more['position']} after 0.003 were bought without an engine; the day {first['day_result']}, then "
          f"{second['day_result']} and {third['day_result']}; at the cap nothing more may be bought; replayed")
    kept = False
finally:
    parts.close(keep=kept)
    if kept:
        print(f"carried: kept {parts.run}", flush=True)

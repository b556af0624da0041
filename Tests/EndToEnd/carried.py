"""What a run holds and what the day has brought, and each strategy's part of both, outlive the process. Compared with the venue's own books: the position is
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


def strategies():
    """Position, result that the limit of loss judges, and state of each strategy, by its name."""
    return {row["name"]: (Decimal(row["position"]), Decimal(row["made"]), row["state"]) for row in parts.status()["strategies"]}


def nobodys():
    return position() - sum(row[0] for row in strategies().values())


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
    own, rest = strategies(), nobodys()
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
    for name, (quantity, made, state) in strategies().items():
        assert quantity == own[name][0] and state == own[name][2], (name, own[name], quantity, state)
        gap = abs(made - own[name][1])
        assert gap <= abs(quantity) * 200, f"{name} had made {own[name][1]} and has made {made}"
    expected = rest + (held() - was)  # what no engine ordered is nobody's
    assert nobodys() == expected, (nobodys(), expected)
    code, words = parts.ctl("stage", "--lifetime", "600")
    assert code == 0, words
    for name, (quantity, _, _) in strategies().items():
        if quantity:
            assert any(line.strip().startswith(f"{name}: {quantity.normalize():f} ") for line in words.splitlines()), (name, words)
    assert any("is nobody's" in line for line in words.splitlines()) == (expected != 0), words
    line = next(line for line in words.splitlines() if "is held" in line)
    assert str(abs(held()).normalize()) in line, (line, held())
    assert any(line.strip().startswith("the day:") for line in words.splitlines()), words
    assert any("not ours: held before" in line for line in words.splitlines()), words
    parts.ctl("disarm")
    return now


def without(name, text):
    """The configuration with the other strategy alone."""
    quoter, taker, limits = (text.index(word) for word in ("  - name: quoter", "  - name: taker", "\nlimits:"))
    return text[:quoter] + (text[taker:] if name == "quoter" else text[quoter:taker] + text[limits:])


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
    # What is off stays off although the file that says so is lost: the journal says it too.
    assert parts.ctl("strategy", "quoter", "off", "the test looks whether it stays off")[0] == 0
    wait_for("the quoter is off", 10, lambda: strategies().get("quoter", ("", "", ""))[2] == "OFF")
    end(signal.SIGKILL)
    (parts.home / "switched.off").unlink()
    parts.start_engine()
    wait_for("the quoter is off again", 30, lambda: strategies().get("quoter", ("", "", ""))[2] == "OFF")
    assert "quoter" in (parts.home / "switched.off").read_text()
    assert parts.ctl("strategy", "quoter", "on", "the test has looked")[0] == 0
    summary = parts.end_engine()
    # The cap counts what was carried over: at it nothing more may be bought.
    parts.start_engine()
    wait_for("it is reconciled", 30, parts.is_ready)
    flags = parts.settings
    strategies_at_end, rest = strategies(), nobodys()
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
    # A run without the strategy that held it: nobody's, for that run and for later ones.
    gone = next(name for name, row in strategies_at_end.items() if row[0] != 0)
    parts.edit = lambda text: without(gone, text)
    parts.start_engine()
    wait_for("it is reconciled", 30, parts.is_ready)
    assert gone not in strategies() and nobodys() == rest + strategies_at_end[gone][0], (nobodys(), rest, strategies_at_end)
    assert f"{nobodys().normalize():f} is nobody's" in (parts.run / "engine.log").read_text()
    parts.end_engine()
    parts.edit = lambda text: text
    parts.start_engine()
    wait_for("it is reconciled", 30, parts.is_ready)
    assert strategies()[gone][0] == 0, "a strategy that was gone is given nothing back"
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

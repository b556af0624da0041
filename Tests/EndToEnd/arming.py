"""The right to trade: what stage shows, changes on disk, orders by hand, an incident over SIGKILL and restarts."""
import os, pathlib, shutil, signal, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.dirname(__file__))
from account import wait_for
from stage import Stage


def words(s, *arguments):
    return s.call("ctl", "--socket", s.run / "control.sock", "--words", *arguments)


def price(s, side, bps):
    """So many basis points behind the best, on a tick."""
    e = s.status()["engine"]
    best = float(e["bid_price"] if side == "BUY" else e["ask_price"])
    return f"{best * (1 - bps / 10000 if side == 'BUY' else 1 + bps / 10000):.2f}"


def settle(s):
    wait_for("it is DISARMED", 10, lambda: s.state() == "DISARMED")
    wait_for("nothing is missing", 20, lambda: not s.status()["engine"]["missing"])


def swap(file, data):
    """Another file of that name, as a deployment does it."""
    draft = file.with_suffix(".new")
    draft.write_bytes(data)
    draft.chmod(0o755)
    os.replace(draft, file)


home = tempfile.mkdtemp(prefix="test-of-needletail-tool-")
tool = pathlib.Path(home) / "needletail"
shutil.copy(sys.argv[1], tool)
try:
    with Stage(tool) as s:
        s.start()
        s.ready()

        # What is shown before anybody arms.
        text = words(s, "stage")
        print(text)
        for part in ("LIVE: real orders", "binance-spot, BTCUSDT", "TEST_API_KEY", "quoter, version", "an order", "portfolio",
                     "first approval", "hash "):
            assert part in text, part
        assert s.key not in text and s.key[-8:] not in text
        s.ctl("disarm")
        s.trade()
        approved = (s.run / "journal" / "approved.txt").read_text()
        assert "limits.max_open_orders\t" in approved and s.key not in approved
        s.ctl("disarm")
        settle(s)
        assert "nothing has changed since" in words(s, "stage")
        text = words(s, "stage", "--lifetime", "60")
        assert "changed since" in text and "3600 s -> 60 s" in text, text
        s.ctl("disarm")

        # An order by hand: reviewed, confirmed, resting, taken back; no strategy runs.
        text = words(s, "intent", "BUY", "BTCUSDT", "0.001", price(s, "BUY", 20))
        print(text)
        assert "PASSED" in text and "worst case" in text and "ctl confirm" in text, text
        shown = s.ctl("intent", "BUY", "BTCUSDT", "0.001", price(s, "BUY", 20))
        number, digest = str(shown["intent"]), shown["hash"]
        assert not s.open_orders()
        err = s.refused("confirm", number, "0123456789abcdef")
        assert "each is good once" in err, err
        err = s.refused("confirm", str(int(number) + 1), digest)
        assert "each is good once" in err, err
        s.ctl("confirm", number, digest)
        rows = wait_for("one order rests", 5, lambda: [row for row in s.ctl("orders") if row["state"] == "open"])
        assert len(rows) == 1 and len(s.open_orders()) == 1, rows
        wait_for("the status says by hand", 2, lambda: s.status()["engine"]["by_hand"])
        assert s.state() == "LIVE"
        assert "by hand" in words(s, "status")
        err = s.refused("flatten")
        assert "one order by hand" in err, err
        err = s.refused("confirm", number, digest)
        assert "each is good once" in err, err
        err = s.refused("intent", "BUY", "BTCUSDT", "0.001", price(s, "BUY", 20))
        assert "DISARMED" in err, err
        began = time.monotonic()
        while time.monotonic() - began < 1:
            assert len(s.open_orders()) <= 1, "a strategy runs"
        s.ctl("cancel", rows[0]["client_id"])
        settle(s)
        assert not s.open_orders() and not s.status()["engine"]["by_hand"]
        err = s.refused("cancel", "somebody-elses")
        assert "does not name an order" in err, err
        err = s.refused("cancel", rows[0]["client_id"])
        assert "no order of that name rests" in err, err

        # One that trades at once; and what the gate and the desk refuse.
        before = float(s.status()["engine"]["position"])
        shown = s.ctl("intent", "BUY", "BTCUSDT", "0.001", price(s, "SELL", 3), "IOC")
        s.ctl("confirm", str(shown["intent"]), shown["hash"])
        wait_for("it is DISARMED", 10, lambda: s.state() == "DISARMED")
        wait_for("it is in the position", 5, lambda: abs(float(s.status()["engine"]["position"]) - before - 0.001) < 1e-9)
        err = s.refused("intent", "BUY", "BTCUSDT", "1000", price(s, "BUY", 20))
        assert "MAX_ORDER_SIZE" in err, err
        err = s.refused("intent", "BUY", "DOGEUSDT", "1", "1")
        assert "no instrument of this run" in err, err
        err = s.refused("intent", "BUY", "BTCUSDT", "1e3", "1")
        assert "plain decimals" in err, err
        settle(s)

        # Another configuration, another program on disk: nothing can be armed that nobody has read.
        good = s.config.read_text()
        s.config.write_text(good + "# a comment has no meaning\n")
        digest = s.ctl("stage")["hash"]
        s.config.write_text(good.replace("guard: 2s", "guard: 3s"))
        err = s.refused("arm", digest)
        assert "on disk" in err and "cure" in err, err
        err = s.refused("stage")
        assert "on disk" in err, err
        s.config.write_text(good.replace("mode: LIVE", "mode: LIV"))
        err = s.refused("stage")
        assert "no longer what runs" in err, err
        s.config.write_text(good)
        s.ctl("arm", digest)
        s.config.unlink()
        err = s.refused("confirm", digest)
        assert "no longer what runs" in err, err
        s.config.write_text(good)
        s.ctl("disarm")
        settle(s)
        program = tool.read_bytes()
        swap(tool, program + b"x")
        err = s.refused("stage")
        assert "the program" in err, err
        err = s.refused("intent", "BUY", "BTCUSDT", "0.001", price(s, "BUY", 20))
        assert "the program" in err, err
        swap(tool, program)
        s.ctl("stage")
        s.ctl("disarm")

        # The same while LIVE: the mandate is taken, everything cancelled, a person told; put back, the ceremony works again.
        def changes():
            return [event for event in s.status()["events"] if event["code"] == "CHANGED_ON_DISK"]

        for word, spoil, mend in (
                ("the configuration", lambda: s.config.write_text(good.replace("guard: 2s", "guard: 3s")),
                 lambda: s.config.write_text(good)),
                ("the program", lambda: swap(tool, program + b"x"), lambda: swap(tool, program))):
            settle(s)
            s.trade()
            spoil()
            wait_for("the mandate is gone", 20, lambda: s.state() == "DISARMED")
            wait_for("nothing rests at the venue", 10, lambda: not s.open_orders())
            newest = [event for event in changes() if event["severity"] == "CRITICAL"][-1]
            assert word in newest["text"], newest
            err = s.refused("stage")
            assert word in err, err
            mend()
            s.ctl("stage")
            s.ctl("disarm")
            wait_for("it is seen to be put back", 20, lambda: "again what runs" in changes()[-1]["text"])

        # A breaker trips; the engine dies before anybody has looked.
        s.call("stop", "--end", "--socket", s.run / "control.sock")
        s.start("--set", "limits.max_order_cycles=1")
        s.go_live()
        wait_for("the breaker trips", 60, lambda: s.state() == "SAFE")
        text = words(s, "checklist")
        print(text)
        assert "ORDER_CYCLES" in text and "MISSING" in text and "ctl incident" in text, text
        os.kill(s.pid("engine"), signal.SIGKILL)
        wait_for("the guard latched", 5, lambda: (s.run / "kill.latch").exists())
        assert "ORDER_CYCLES" in (s.run / "incident").read_text()
        # Had it died a moment earlier, there were no file yet: the journal knows all the same.
        (s.run / "incident").unlink()
        s.start()
        assert "tripped by ORDER_CYCLES" in (s.run / "engine.log").read_text()
        wait_for("it is HALTED", 10, lambda: s.state() == "HALTED")
        s.ctl("unlatch", "--reason", "the guard did its part")
        wait_for("it is DISARMED", 5, lambda: s.state() == "DISARMED")
        s.ready()
        assert "ORDER_CYCLES" in words(s, "checklist")
        err = s.refused("stage")
        assert "nobody wrote down" in err, err
        err = s.refused("incident", "ok")
        assert "nobody wrote down" in err, err
        err = s.refused("intent", "BUY", "BTCUSDT", "0.001", price(s, "BUY", 20))
        assert "nobody wrote down" in err, err
        print(words(s, "incident", "the limit of one cycle was meant to trip; put right"))
        assert "put right" in (s.run / "incident").read_text()
        assert "put right" in " ".join(s.call("journal", "export", s.run / "journal").splitlines())

        # An orderly restart does not close it either; the note is not owed twice. A confirmed mandate closes it.
        s.call("stop", "--end", "--socket", s.run / "control.sock")
        s.start()
        s.ready()
        now = s.status()["engine"]
        assert now["incident_open"] and now["incident_noted"] and now["incident_trip"] == "ORDER_CYCLES", now
        wait_for("the account is reconciled", 20, lambda: "reconciled" not in s.status()["engine"]["missing"])
        text = words(s, "stage")
        assert "limits.max_order_cycles" in text, text
        s.ctl("disarm")
        s.trade()
        wait_for("the incident is closed", 5, lambda: not (s.run / "incident").exists())
        assert "nothing stands in the way" not in words(s, "checklist"), "orders are open"
        s.call("stop", "--end", "--socket", s.run / "control.sock")
        replay = s.call("replay", s.run / "journal")
        figures = dict(line.rsplit(None, 1) for line in replay.splitlines() if not line.startswith("decision"))
        assert figures["outputs recorded"] == figures["outputs replayed"], replay
        print("arming: stage, changes on disk, orders by hand and incidents as promised")
finally:
    shutil.rmtree(home, ignore_errors=True)

"""An operator's day: start, ceremony, stop, start, kill, restart with the latch, unlatch, crash, end."""
import json, os, pathlib, signal, subprocess, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from account import wait_for
from stage import Stage

tool = sys.argv[1]


def lines(stage, kind=None):
    out = [json.loads(line) for line in stage.call("journal", "export", stage.run / "journal").splitlines()]
    return [line for line in out if kind is None or line["kind"] == kind]


with Stage(tool) as s:
    # Nothing runs yet: cause and cure.
    status, out, err = s.call("ctl", "status", check=False)
    assert status != 0 and "none answers" in err and "needletail start --config" in err, err

    s.config.write_text(s.config.read_text().replace(
        "max_orders_per_minute: 600", 'max_orders_per_minute: {unlimited: "a test of the journal"}'))
    out = s.start("--set", "limits.max_open_orders=7")
    assert "DISARMED" in out and "watching" in out and "stage" in out, out
    assert s.alive("engine") and s.alive("guard")
    for name in ("engine", "guard"):
        limits = pathlib.Path(f"/proc/{s.pid(name)}/limits").read_text()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4] == "0", core
    s.ready()
    # The only engine that answers is found without being named, and that is said.
    status, out, err = s.call("ctl", "status", check=False)
    assert status == 0 and "the only engine that answers" in err, (out, err)
    assert s.call("ctl", "--config", s.config, "--json", "status", env=s.environment)

    # The ceremony in the wrong order and with the wrong hash.
    err = s.refused("arm", "0123456789abcdef")
    assert "stage" in err, err
    digest = s.ctl("stage")["hash"]
    s.refused("confirm", digest)
    s.refused("arm", "0123456789abcdef")
    s.ctl("arm", digest)
    s.ctl("confirm", digest)
    wait_for("the status shows LIVE", 2, lambda: s.state() == "LIVE")
    wait_for("orders rest at the venue", 20, s.open_orders)
    rows = wait_for("ctl orders shows them", 5, lambda: s.ctl("orders"))
    assert rows[0]["client_id"].startswith("test-"), rows
    assert s.ctl("positions")[0]["symbol"] == "BTCUSDT"
    assert "tick_to_order" in s.ctl("latency")
    assert isinstance(s.ctl("fills"), list)
    watch = subprocess.Popen([tool, "ctl", "--socket", str(s.run / "control.sock"), "watch", "--json"],
                             stdout=subprocess.PIPE, text=True)
    assert json.loads(watch.stdout.readline())["engine"]["state"] == "LIVE"
    watch.send_signal(signal.SIGINT)
    assert watch.wait(10) == 0

    # Every thread beats; a guard that stands still is seen, though its process lives.
    threads = s.status()["threads"]
    assert {"cold", "guard"} < {row["name"] for row in threads}, threads
    wait_for("all threads beat", 5, lambda: all(row["state"] == "beating" for row in s.status()["threads"]))
    os.kill(s.pid("guard"), signal.SIGSTOP)
    wait_for("the guard's silence is seen", 10, lambda: any(
        row["name"] == "guard" and row["state"] == "STALLED" for row in s.status()["threads"]))
    os.kill(s.pid("guard"), signal.SIGCONT)
    wait_for("the guard beats again", 5, lambda: all(row["state"] == "beating" for row in s.status()["threads"]))
    assert s.state() == "LIVE"

    # One strategy off: its orders go, the engine stays LIVE; one instrument the same.
    row = s.ctl("strategy")[0]
    assert row["name"] == "quoter" and row["state"] == "ON" and len(row["version"]) == 8, row
    assert "quoter" in s.refused("strategy", "nobody", "off", "a test")
    assert "nothing is to be done" in s.refused("strategy", "quoter", "on", "a test")
    s.ctl("strategy", "quoter", "off", "quotes", "look", "odd")
    wait_for("its orders are gone", 5, lambda: not s.open_orders())
    assert s.state() == "LIVE" and s.ctl("strategy")[0]["why"] == "a person"
    s.ctl("strategy", "quoter", "on", "looked at")
    wait_for("it quotes again", 20, s.open_orders)
    s.ctl("instrument", "BTCUSDT", "off", "a halt is announced")
    wait_for("its orders are gone", 5, lambda: not s.open_orders())
    assert s.ctl("instrument")[0]["state"] == "BLOCKED" and s.state() == "LIVE"
    s.ctl("instrument", "BTCUSDT", "on", "no halt")
    wait_for("it is quoted again", 20, s.open_orders)

    # Stop: no ceremony, proved; then nothing can be staged before start.
    out = s.call("stop", "--socket", s.run / "control.sock", "--reason", "lunch")
    assert "shows no order of ours" in out and "DISARMED" in out, out
    assert not s.open_orders()
    assert "lunch" in s.refused("stage")
    out = s.start("--set", "limits.max_open_orders=7")
    assert "runs already" in out and "strategies are enabled" in out, out
    assert s.state() == "DISARMED"
    status, out, err = s.call("start", "--config", s.config, check=False)
    assert status != 0 and "another configuration" in err, err
    s.trade()

    # Flatten reduces to nothing, whatever was held.
    s.ctl("flatten", "--reason", "flat for the test")
    wait_for("the position is flat", 20, lambda: float(s.status()["engine"]["position"]) == 0)
    s.ctl("disarm")
    s.trade()

    # Kill: everything away, the latch written, and a restart does not open the order link. A strategy that a person
    # switched off is off after it.
    s.ctl("strategy", "quoter", "off", "before the restart")
    s.ctl("kill", "--reason", "smoke")
    assert s.state() == "HALTED"
    wait_for("the venue shows no order", 5, lambda: not s.open_orders())
    assert "smoke" in (s.run / "kill.latch").read_text()
    s.refused("stage")
    out = s.call("stop", "--socket", s.run / "control.sock", "--end")
    assert "ended    engine" in out and "ended    guard" in out, out
    summary = json.loads((s.run / "summary.json").read_text())
    assert summary["open_orders_at_end"] == 0 and summary["position_matches_venue"], summary

    out = s.start()
    assert "LATCHED" in out and "smoke" in out, out
    wait_for("market data is up", 20, lambda: s.status()["engine"]["market_link"] == "UP")
    wait_for("it is halted", 5, lambda: s.state() == "HALTED")
    began = time.monotonic()
    while time.monotonic() - began < 2:
        now = s.status()
        assert now["engine"]["order_link"] == "DOWN", "the order link was opened although the latch is set"
        assert now["journal"]["latched"], now["journal"]
    s.refused("stage")
    assert "--reason" in s.refused("unlatch")
    s.ctl("unlatch", "--reason", "smoke was a candle")
    assert not (s.run / "kill.latch").exists()
    assert "smoke was a candle" in (s.run / "latch.log").read_text()
    wait_for("it is DISARMED", 5, lambda: s.state() == "DISARMED")
    assert "no latch is set" in s.refused("unlatch", "--reason", "again")
    assert s.ctl("strategy")[0]["state"] == "OFF", s.ctl("strategy")
    s.ctl("strategy", "quoter", "on", "after the restart")
    assert (s.run / "switched.off").read_text() == ""
    s.trade()

    # The kill file, written by a hand: guard and engine obey it.
    mine = s.rest_far_away("test-00000010000001")
    (s.run / "kill.latch").write_text("time 0\nby hand\nreason by hand\n")
    wait_for("the venue shows no order", 3, lambda: not s.open_orders())
    assert s.order_status(mine) == "CANCELED"
    wait_for("the engine is halted", 3, lambda: s.state() == "HALTED")
    wait_for("the guard says so", 3, lambda: "the kill file is present" in (s.run / "guard.log").read_text())
    s.ctl("unlatch", "--reason", "the hand was mine")
    s.trade()

    # The journal says all of it, with its reasons.
    texts = " | ".join(line["text"] for line in lines(s, "note"))
    for wanted in ("limits.max_open_orders was set on the command line", "a test of the journal", "stop: lunch",
                   "strategies enabled again", "kill: smoke", "smoke was a candle", "flat for the test",
                   "strategy off quoter: quotes look odd", "instrument off BTCUSDT: a halt is announced"):
        assert wanted in texts, (wanted, texts)
    for line in lines(s):
        assert line["mode"] == "LIVE" and line["wall_time_ns"] > 1.6e18, line
        if line["kind"] in ("intent", "verdict"):
            assert line["strategy"] in ("quoter", "engine") and len(line["strategy_version"]) == 8, line
            assert line["instrument"] == "BTCUSDT", line
        if line["kind"] in ("order", "fill"):
            assert "strategy" in line, line
            assert line["strategy"] in ("quoter", "engine") and len(line["strategy_version"]) == 8, line
        if line["kind"] == "decision" and line["action"] == "place":
            assert line["client_order_id"].startswith("test-") and line["strategy"] in ("quoter", "engine"), line
    kinds = {line["kind"] for line in lines(s)}
    assert {"intent", "verdict", "decision", "order", "position", "fill", "command", "state", "note"} <= kinds, kinds

    # journal tail --follow shows what is written while it looks.
    tail = subprocess.Popen([tool, "journal", "tail", str(s.run / "journal"), "--follow", "--lines", "1"],
                            stdout=subprocess.PIPE, text=True)
    first = int(json.loads(tail.stdout.readline())["sequence"])
    for line in tail.stdout:
        if int(json.loads(line)["sequence"]) > first + 50:
            break
    tail.send_signal(signal.SIGINT)
    assert tail.wait(10) == 0

    # SIGKILL of the engine in mid-trade: what it decided survives, the restart is DISARMED and reconciles.
    engine = s.pid("engine")
    os.kill(engine, signal.SIGKILL)
    wait_for("the engine is gone", 5, lambda: not s.alive("engine"))
    wait_for("the guard took the orders away", 5, lambda: (s.run / "kill.latch").exists() and not s.open_orders())
    out = s.start()
    assert "LATCHED" in out, out
    # Every order the venue ever saw from us has its decision in the journal, those just before the crash included.
    seen = {row["clientOrderId"] for row in s.signed("allOrders", "symbol=BTCUSDT&limit=1000")} - {"test-00000010000001"}
    kept = {line["client_order_id"] for line in lines(s, "decision") if line["action"] == "place"}
    assert seen and seen <= kept, seen - kept
    assert not json.loads(s.call("ctl", "--socket", s.run / "control.sock", "--json", "orders"))
    s.ctl("unlatch", "--reason", "the crash was looked into")
    wait_for("it is DISARMED", 5, lambda: s.state() == "DISARMED")
    assert s.status()["engine"]["mandate_hash"] == "0" * 16
    s.trade()
    report = s.call("journal", "verify", s.run / "journal")
    assert report.strip().endswith("verified") and "NOT" not in report, report
    ids = [line["client_order_id"] for line in lines(s, "decision") if line["action"] == "place"]
    assert len(ids) == len(set(ids)), "a client order id was used twice"
    print("operations: recovery said:", next((line for line in (s.run / "engine.log").read_text().splitlines()
                                              if "did not end in order" in line), "nothing was left in the ring"))

    # A second engine or guard in the same directory is refused.
    status, out, err = s.call("engine", "--config", s.config, check=False)
    assert status != 0 and "runs already" in err, err
    status, out, err = s.call("guard", "--config", s.config, check=False)
    assert status != 0 and "another guard" in err, err

    assert s.alive("engine") and s.alive("guard"), "a refused process took the mark away"
    # A restart is reconciled at once, so the run may still be too short to prove much by its replay.
    wait_for("there is something to replay", 20, lambda: s.status()["journal"]["records"] > 2000)
    out = s.call("stop", "--end", "--socket", s.run / "control.sock")
    assert not any(map(s.lives, s.started)), s.started
    replay = s.call("replay", s.run / "journal")
    figures = dict(line.rsplit(None, 1) for line in replay.splitlines() if not line.startswith("decision"))
    assert int(figures["inputs"]) > 1000 and figures["outputs recorded"] == figures["outputs replayed"], replay
    print(f"operations: {len(ids)} orders decided, {len(seen)} seen by the venue before the crash, all journalled;",
          f"the last run replays: {figures['inputs']} inputs, {figures['outputs replayed']} decisions, the same")

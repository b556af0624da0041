"""Alerts from a real engine and guard to a real program."""
import json, os, pathlib, signal, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from account import wait_for
from stage import Stage

SCRIPT = """#!/bin/sh
cat > "$1/$$.part" && mv "$1/$$.part" "$1/$$.json"
"""

with Stage(sys.argv[1]) as s:
    box, page = s.base / "alerts", s.base / "page"
    box.mkdir()
    page.write_text(SCRIPT)
    page.chmod(0o700)

    # LIVE without a word about alerts is refused, with the cure.
    text = s.config.read_text()
    silent = 'alerts: { none: "a test looks at it" }\n'
    assert silent in text
    s.config.write_text(text.replace(silent, ""))
    status, out, err = s.call("engine", "--config", s.config, check=False)
    assert status != 0 and "alerts: is missing" in err and "why nobody has to be told" in err, err
    loud = f'operator: {{ owner: Ada Byron, deputy: Grace }}\nalerts: {{ program: {page}, arguments: ["{box}"], ' \
        'timeout: 2s, repeat: 2s }\n'
    s.config.write_text(text.replace(silent, loud.replace(str(page), "/nonexistent/page")))
    status, out, err = s.call("engine", "--config", s.config, check=False)
    assert status != 0 and "nobody would be told" in err, err
    s.config.write_text(text.replace(silent, loud))

    def got(kind):
        found = [json.loads(file.read_text()) for file in box.glob("*.json")]
        return sorted((alert for alert in found if alert["kind"] == kind), key=lambda alert: alert["delivery"])

    def ring(action, kind):
        """How long it takes from an action to its alert."""
        before, began = len(got(kind)), time.monotonic()
        action()
        wait_for(f"{kind} arrives", 10, lambda: len(got(kind)) > before)
        return time.monotonic() - began, got(kind)[-1]

    # The start shows that both ways work.
    s.start()
    s.ready()
    wait_for("the engine's and the guard's way are shown to work", 10, lambda: got("ENGINE_STARTED") and got("GUARD_STARTED"))
    wait_for("the status says so", 5, lambda: s.status()["alerts"]["state"] == "ok")
    words = "\n".join(s.ctl("stage")["words"])
    assert "Ada Byron, deputy Grace" in words and str(page) in words, words
    s.ctl("disarm")
    s.trade()

    # Kill: the alert arrives, is told again, and no more once somebody knows.
    seconds, alert = ring(lambda: s.ctl("kill", "--reason", "smoke"), "HALTED")
    assert seconds < 5, seconds
    assert alert["level"] == "CRITICAL" and "kill" in alert["cause"] and "unlatch" in alert["cure"], alert
    assert alert["run"] == "test" and alert["owner"] == "Ada Byron" and alert["numbers"]["state"] in ("LIVE", "HALTED"), alert
    assert alert["acknowledge"] == f"needletail ctl --socket {s.run / 'control.sock'} ack {alert['alert']}", alert
    wait_for("it is told again", 10, lambda: got("HALTED")[-1]["delivery"] >= 2)
    rows = [row for row in s.ctl("alerts") if row["state"] == "told" and row["kind"] in ("HALTED", "LATCHED")]
    assert {row["kind"] for row in rows} == {"HALTED", "LATCHED"}, s.ctl("alerts")
    assert "no open alert" in s.refused("ack", "999")
    s.ctl("ack", str(alert["alert"]), "I", "am", "on", "it")
    s.ctl("ack", "all")
    assert s.status()["alerts"]["open"] == 0
    told = len(got("HALTED"))
    s.ctl("unlatch", "--reason", "smoke was a candle")
    s.trade()
    assert len(got("HALTED")) == told, "told again after it was acknowledged"
    assert any(row["state"].startswith("acknowledged by uid") for row in s.ctl("alerts"))

    # A program that hangs: shown, and no trade waits for it.
    page.write_text("#!/bin/sh\nsleep 600\n")
    first = s.status()["engine"]["orders_sent"]
    s.ctl("strategy", "quoter", "off", "a reason to be told of")
    s.ctl("strategy", "quoter", "on", "and back")
    wait_for("the failure is shown", 15, lambda: s.status()["alerts"]["state"] == "FAILING")
    facts = s.status()["alerts"]
    assert "2000 ms" in facts["last_failure"] and facts["open"] >= 1, facts
    wait_for("orders leave meanwhile", 20, lambda: s.status()["engine"]["orders_sent"] > first)
    cold = next(row for row in s.status()["threads"] if row["name"] == "cold")
    assert cold["longest_turn_ns"] < 2_000_000_000, cold
    page.write_text(SCRIPT)
    wait_for("it works again by itself", 20, lambda: s.status()["alerts"]["state"] == "ok")
    wait_for("what was owed is delivered", 10, lambda: got("SWITCHED_OFF"))
    s.ctl("ack", "all", "seen")

    # The engine dies: the guard tells.
    engine = s.pid("engine")
    after, alert = ring(lambda: os.kill(engine, signal.SIGKILL), "GUARD_ACTED")
    assert alert["level"] == "CRITICAL" and "silent" in alert["cure"], alert
    s.start()
    s.ctl("unlatch", "--reason", "the death was meant")
    s.ready()

    # The end is told too, and the journal says who knew of what.
    s.call("stop", "--end", "--socket", s.run / "control.sock")
    wait_for("the end was told", 5, lambda: got("ENGINE_ENDED"))
    notes = [json.loads(line) for line in s.call("journal", "export", s.run / "journal").splitlines() if '"note"' in line]
    texts = " | ".join(note["text"] for note in notes)
    assert "owner Ada Byron, deputy Grace" in texts and "HALTED: I am on it" in texts, texts
    print(f"alerts: a kill was told {seconds:.2f} s after it, the engine's death {after:.2f} s; "
          f"{len(list(box.glob('*.json')))} deliveries, none while the program hung, and {len(notes)} notes in the journal")

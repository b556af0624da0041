"""The venue's rules for an instrument change in the middle of a run."""
import os, sys
sys.path.insert(0, os.path.dirname(__file__))
from account import wait_for
from stage import Stage

with Stage(sys.argv[1]) as s:
    s.start()
    s.ready()
    s.trade()
    wait_for("orders rest", 20, lambda: s.open_orders())
    s.switch_faults("rules_changed 1\n")
    wait_for("the engine has read the rules again", 45, lambda: s.state() == "DISARMED")
    wait_for("the venue shows no order", 10, lambda: not s.open_orders())
    events = [event["text"] for event in s.status()["events"] if event["code"] == "RULES_CHANGED"]
    assert len(events) == 1 and "BTCUSDT: the tick size was 0.01 and is 0.1" in events[0], events
    for refusal in (s.refused("stage"), s.refused("arm", "0123456789abcdef"), s.refused("confirm", "0123456789abcdef")):
        assert "the tick size was 0.01 and is 0.1" in refusal and "start it again" in refusal, refusal
    # Rules that come back were others meanwhile: only a new start reads them.
    s.switch_faults("")
    assert "the tick size was" in s.refused("stage")
    s.end_run()
    s.start()
    s.ready()
    s.trade()
    print("rules: a changed tick size ended the mandate, and nothing was armed before a new start")

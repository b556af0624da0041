"""The key in the environment is suddenly another account's, by the venue's own number for it."""
import os, sys
sys.path.insert(0, os.path.dirname(__file__))
from account import wait_for
from stage import Stage


def words(s, *arguments):
    return s.call("ctl", "--socket", s.run / "control.sock", "--words", *arguments)


def number(s):
    """The account's number by the venue, signed for by other code than the engine's."""
    return s.signed("account")["uid"]


def events(s):
    return [event["text"] for event in s.status()["events"] if event["code"] == "ACCOUNT_CHANGED"]


def change(s, faults):
    told = len(events(s)) + sum(event["repeats"] for event in s.status()["events"] if event["code"] == "ACCOUNT_CHANGED")
    s.switch_faults(faults)
    wait_for("the engine has noticed", 20, lambda: len(events(s)) + sum(
        event["repeats"] for event in s.status()["events"] if event["code"] == "ACCOUNT_CHANGED") > told)


with Stage(sys.argv[1]) as s:
    s.start()
    s.ready()
    mine = number(s)
    s.trade()
    s.ctl("disarm")
    wait_for("nothing is missing", 20, lambda: not s.status()["engine"]["missing"])

    # Staged for one account, and then the venue says another number: nothing that was shown can be confirmed.
    shown = s.ctl("stage")
    assert f"number {mine}" in "\n".join(shown["words"]), shown["words"]
    change(s, "account_changed 1\n")
    other = number(s)
    assert other != mine and f"was {mine} and is {other}" in events(s)[-1], events(s)
    refusal = s.refused("arm", shown["hash"])
    print(refusal.strip())
    assert f"number {mine}" in refusal and f"number {other}" in refusal and "why the account is another one" in refusal, refusal
    assert s.state() == "STAGED" and not s.open_orders()

    # Staged anew it has another hash, and the line says what differs from the last approval.
    again = s.ctl("stage")
    text = "\n".join(again["words"])
    assert again["hash"] != shown["hash"] and f"number {other}" in text, text
    assert any(f"number {mine}" in line and f"number {other}" in line for line in again["words"]), text
    s.ctl("arm", again["hash"])
    change(s, "")
    assert f"number {mine}" in s.refused("confirm", again["hash"])
    s.ctl("disarm")

    # An order by hand that was reviewed for one account is not confirmed for another.
    wait_for("nothing is missing", 20, lambda: not s.status()["engine"]["missing"])
    bid = float(s.status()["engine"]["bid_price"])
    review = s.ctl("intent", "BUY", "BTCUSDT", "0.001", f"{bid * 0.998:.2f}")
    change(s, "account_changed 1\n")
    assert f"number {other}" in s.refused("confirm", str(review["intent"]), review["hash"])
    change(s, "")
    assert not s.open_orders()

    # Under a mandate it is a kill: latched, everything cancelled.
    s.trade()
    s.switch_faults("account_changed 1\n")
    wait_for("it is HALTED", 20, lambda: s.state() == "HALTED")
    wait_for("the venue shows no order", 5, lambda: not s.open_orders())
    latch = (s.run / "kill.latch").read_text()
    assert f"number was {mine} and is {other}" in latch, latch
    s.refused("stage")
    s.switch_faults("")
    print(f"another account: {mine} was staged, {other} answered: not armed, not confirmed, not by hand; LIVE it was a kill")

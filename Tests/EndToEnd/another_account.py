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


def events(s, code="ACCOUNT_CHANGED"):
    return [event["text"] for event in s.status()["events"] if event["code"] == code]


# The client id of an order that some engine under our prefix placed.
ORDER = "test-00000010000001"


def told_so(s):
    """How often the venue has answered with another account's number."""
    return s.switch_faults()["account_changed"]


def name_account(s, number):
    """Writes the account's number into the configuration; the next start reads it."""
    key = "ed25519_private_key_env: TEST_PRIVATE_KEY"
    text = s.config.read_text()
    head, _, tail = text.partition(key)
    s.config.write_text(head + key + f", number: {number} }}" + tail[tail.index("\n"):])


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

# The configuration names the account, and the key is another one's from the start.
with Stage(sys.argv[1]) as s:
    mine = number(s)
    name_account(s, mine)
    s.switch_faults("account_changed 1\n")
    other = number(s)
    # An order under our prefix belongs to whoever trades that account.
    theirs = s.rest_far_away(ORDER)
    s.start()
    wait_for("the engine has heard whose key it has", 20, lambda: events(s, "OTHER_ACCOUNT"))
    assert f"number {other}" in events(s, "OTHER_ACCOUNT")[0] and f"names {mine}" in events(s, "OTHER_ACCOUNT")[0]
    wait_for("it was told so three times", 30, lambda: told_so(s) >= 4)
    wait_for("the guard has ended", 20, lambda: f"names {mine}" in (s.run / "guard.log").read_text() and not s.alive("guard"))
    wait_for("the market's data are there", 20, lambda: float(s.status()["engine"]["bid_price"]) > 0)
    bid = float(s.status()["engine"]["bid_price"])
    refusal = s.refused("stage")
    print(refusal.strip())
    hand = s.refused("intent", "BUY", "BTCUSDT", "0.001", f"{bid * 0.998:.2f}")
    for text in (refusal, hand, s.refused("arm", "0123456789abcdef"), s.refused("confirm", "0123456789abcdef")):
        for part in (f"account number {other}", f"venue.account.number names {mine}", "correct the key's variable"):
            assert part in text, text
    # Its answers prove nothing and move nothing: never reconciled, and that order is left alone.
    engine = s.status()["engine"]
    assert engine["last_reconciled_ns"] <= 0 and engine["state"] == "DISARMED" and engine["orders_sent"] == 0, engine
    assert s.order_status(theirs) == "NEW"
    s.end_run()
    assert s.order_status(theirs) == "NEW"
    s.switch_faults("")

    # With the right number it is staged, traded, and another number is a kill.
    s.start()
    s.ready()
    wait_for("an order of an earlier run of this account is taken in and cancelled", 20,
             lambda: s.order_status(theirs) == "CANCELED")
    assert any(f"number {mine}" in line for line in s.ctl("stage")["words"])
    s.ctl("disarm")
    s.trade()
    assert not events(s, "OTHER_ACCOUNT")
    s.switch_faults("account_changed 1\n")
    wait_for("it is HALTED", 20, lambda: s.state() == "HALTED")
    wait_for("the venue shows no order", 5, lambda: not s.open_orders())
    assert f"names {mine}" in (s.run / "kill.latch").read_text()
    print(f"the configuration names {mine}: a key of another account stages nothing and touches no order; LIVE it was a kill")

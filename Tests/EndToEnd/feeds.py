"""An engine with two feeds against a venue with two doors: what befalls the first feed must not stop it."""
import sys, time

from account import wait_for
from parts import Parts, prove

parts = Parts(sys.argv[1], seed=5, settings=[
    "venue.secondary_feed.switch_back_after=2s", "venue.secondary_feed.max_switches_per_minute=10",
    "limits.max_orders_per_minute=60000", "limits.max_messages_per_minute=60000", "limits.max_order_cycles=100000",
    "limits.max_identical_orders=500", "limits.max_executions=100000", "limits.max_direction_flips=100000"])


def live():
    """LIVE; on a machine under load the trade thread may stand still and take its mandate away: armed again."""
    if parts.now()["state"] != "LIVE" and parts.is_ready():
        parts.arm()
    return parts.now()["state"] == "LIVE"


def befall(name, fault):
    wait_for("the engine is LIVE on the first feed", 20, lambda: live() and parts.now()["feed_source"] == 0)
    before = parts.now()
    parts.switch_faults(f"{fault}\n")
    began = time.monotonic()
    wait_for(f"the second feed is used after {name}", 10, lambda: parts.now()["feed_source"] == 1)
    over = time.monotonic() - began
    told = parts.now()["switch_reason"]
    lines = {line["name"]: line for line in parts.status()["links"]}
    assert lines["market data 2"]["verdict"].startswith("used: "), lines
    assert lines["market data 1"]["verdict"].startswith("watched: "), lines
    at = parts.now()
    wait_for("it trades on the second feed", 10, lambda: live() and parts.now()["orders_sent"] > at["orders_sent"] + 1
             and parts.now()["ticks"] > at["ticks"] + 20)
    trading = parts.now()
    assert trading["market_link_since_ns"] == before["market_link_since_ns"], "the core saw a gap"
    parts.switch_faults("")
    # The pause between attempts has grown up to 10 s meanwhile.
    wait_for("the first feed is used again", 20, lambda: parts.now()["feed_source"] == 0)
    after = parts.now()
    assert after["feed_switches"] >= before["feed_switches"] + 2, after
    print(f"feeds: {name}: over after {over:.1f} s because {told}, "
          f"{trading['orders_sent'] - at['orders_sent']} orders on the second feed, back after its time", flush=True)


def order_server_fails():
    """Everything on the first door is cut: orders go to the second one, after SAFE and a reconciliation; back by hand."""
    wait_for("the engine is LIVE", 20, live)
    parts.switch_faults("first_cut 50\n")
    wait_for("the second order server is used", 20, lambda: parts.now()["order_source"] == 1)
    wait_for("it is SAFE and reconciled there", 20, parts.is_ready)
    # DISARMED where the trade thread had stood still on a busy machine before the link was lost.
    assert parts.now()["state"] in ("SAFE", "DISARMED"), parts.now()["state"]
    assert parts.arm()[0], "it can be armed again on the second server"
    at = parts.now()["orders_sent"]
    wait_for("it trades over the second server", 10, lambda: live() and parts.now()["orders_sent"] > at + 3)
    parts.switch_faults("")
    for words, text in ((("failover", "9"), "servers are numbered 1 to 2"),):
        code, said = parts.ctl(*words)
        assert code != 0 and text in said, said
    assert parts.ctl("failover", "1", "--reason", "the first server is back")[0] == 0
    wait_for("the first server is used again", 10, lambda: parts.now()["order_source"] == 0)
    wait_for("it can be armed there", 20, parts.is_ready)
    assert parts.now()["order_switches"] == 2, parts.now()
    print("feeds: orders went to the second server and back by hand", flush=True)


kept = True
try:
    parts.venue_flags += ["--second-port-file", str(parts.run / "second.port")]
    parts.start_venue()
    second = (parts.run / "second.port").read_text().strip()
    parts.settings.append(f"venue.secondary_feed.url=wss://127.0.0.1:{second}/stream")
    balances = parts.venue_balances()
    parts.edit = lambda text: text.replace(
        "venue:\n", "venue:\n  failover_after: 2\n  failover:\n    - { orders: { url: \"wss://127.0.0.1:"
        + second + "/ws-api/v3\" } }\n", 1)
    parts.start_engine()
    wait_for("the engine is LIVE", 20, live)
    befall("the first feed freezes and pongs", "first_frozen 50 300")
    befall("the first feed is cut", "first_streams_cut 50")
    order_server_fails()
    summary = parts.end_engine()
    prove(parts, balances, summary)
    kept = False
finally:
    parts.close(keep=kept)

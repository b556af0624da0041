"""Up to where a dead engine had processed its account's trades and the market's messages, and what the next one makes of
it: nothing is processed again, nothing left out, and what the venue says twice is dropped and counted."""
import json, os, signal, subprocess, sys, time

import segments
from account import wait_for
from parts import Parts

TOP, TRADE = (segments.INPUT, 1), (segments.INPUT, 2)
DOWNTIME = 165  # source of a fill that happened while no engine looked
parts = Parts(sys.argv[1], signing="hmac", seed=7, settings=[
    "limits.max_orders_per_minute=60000", "limits.max_messages_per_minute=60000", "limits.max_order_cycles=100000",
    "limits.max_identical_orders=500", "limits.max_executions=100000", "limits.max_direction_flips=100000"])


def read():
    """The journal's segments; `journal verify` has looked at their checksums in the end."""
    found = [segments.Segment(path, checksums=False) for path in sorted((parts.run / "journal").glob("*.ntj"))]
    return [segment for segment in found if segment.whole]


def journalled(found, kind, word, run):
    """One word of a run's records of a kind, in order; read by code that is not the engine's."""
    return [words[word] for segment in found if segment.run == run for words in segment.records if segments.kind(words) == kind]


def sourced(found, run):
    """Trades of a run's fills, with where each came from."""
    return [(words[6], words[1] >> 48 & 0xFF) for segment in found if segment.run == run for words in segment.records
            if segments.kind(words) == segments.FILL]


def run_number():
    return int((parts.run / "run.number").read_text().split()[0])


def notes(run, about):
    return [line["text"] for line in parts.journal() if line["kind"] == "note" and line["about"] == about and line["run"] == run]


def marked(run):
    """The trades of the marks that a run journalled, in order."""
    return [int(text.split()[1]) for text in notes(run, "mark")]


def trade(fills):
    wait_for("the engine is LIVE", 30, lambda: parts.now()["state"] == "LIVE" or parts.is_ready() and parts.arm()[0])
    before = parts.now()
    wait_for("it trades", 30, lambda: parts.now()["fills"] >= before["fills"] + fills
             and parts.now()["ticks"] > before["ticks"] + 100)


def is_in_order(kind, taken):
    """Nothing twice and nothing late; a book of the same number is one that depth and ticker agree on."""
    return taken == sorted(taken) and (kind == TOP or len(taken) == len(set(taken)))


def by_hand():
    """A trade of the account's that no engine ordered, while none looks."""
    price = float(parts.ask("api/v3/ticker/bookTicker?symbol=BTCUSDT")["askPrice"]) + 50
    parts.signed("order", f"symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.001&price={price:.2f}"
                 f"&newClientOrderId=hand-1", "POST")


def die_and_return():
    """Kills the engine while it is fed, trades by hand meanwhile, starts it again; the new run's number."""
    run = run_number()
    parts.switch_faults("event_lost 0.5\n")  # so that some fills are in the history only
    trade(3)
    os.kill(parts.engine.pid, signal.SIGKILL)
    parts.engine.wait()
    parts.switch_faults("")
    if parts.open_orders():
        parts.signed("openOrders", "symbol=BTCUSDT", "DELETE")
    by_hand()
    history = {row["id"] for row in parts.venue_trades()}
    parts.start_engine()
    wait_for("it is reconciled", 30, parts.is_ready)

    # The dead run, completed from shared memory by now.
    marks, booked = marked(run), set(journalled(read(), segments.FILL, 6, run))
    assert marks and marks == sorted(set(marks)), marks
    assert booked <= history, booked - history
    unseen = {trade for trade in history if trade > marks[-1] and trade not in booked}
    assert max(history) in unseen, "the trade by hand is not behind the mark"
    living = run_number()
    assert living > run
    told = [int(text.split("(trade ")[1].split(",")[0]) for text in notes(living, "recovery") if "looked (trade" in text]
    assert sorted(told) == sorted(unseen), f"told {told}, by the venue {sorted(unseen)}"

    # The living run goes on behind them: its mark is the newest trade, none of the old ones is booked again, and what
    # was executed meanwhile is added to the position that it took over.
    wait_for("the new run has its mark", 20, lambda: marked(living))
    assert marked(living)[0] == max(history), (marked(living), max(history))
    trade(3)
    found = read()
    left = {trade for trade, source in sourced(found, living) if source == DOWNTIME}
    assert left == unseen, f"the core was given {left} as executed without an engine, by the venue {unseen}"
    fills = [trade for trade, source in sourced(found, living) if source != DOWNTIME]
    assert len(fills) == len(set(fills)) and min(fills) > max(history), (fills, max(history))
    for kind, word, name in ((TOP, 7, "book"), (TRADE, 6, "public trade")):
        old, new = journalled(found, kind, word, run), journalled(found, kind, word, living)
        assert is_in_order(kind, old) and is_in_order(kind, new), f"a {name} came twice or late to the core"
        assert new[0] > old[-1], f"the {name} {new[0]} was taken again, the dead run had {old[-1]}"
    print(f"marks: killed while fed: {len(booked)} fills booked, marked up to {marks[-1]}, {len(unseen)} of {len(history)} "
          f"told as executed without an engine; the next run begins behind {max(history)}", flush=True)


def replayed():
    """The venue says old things again on the market's and the account's stream."""
    def dropped():
        """Of the market's streams, and of the account's."""
        feed = parts.status()["feed"]
        account = [count for name, count in feed["quarantined"].items() if name.startswith("orders") and "DUPLICATE" in name]
        return [feed["refusals"].get(why, 0) for why in ("DUPLICATE", "OUT_OF_ORDER")] + [sum(account)]
    before, run = dropped(), run_number()
    parts.switch_faults("stream_replayed 1\nevent_twice 1\n")
    trade(5)
    struck = wait_for("all of it has struck", 20, lambda: (
        counts := parts.switch_faults())["stream_replayed"] > 20 and counts["event_twice"] > 20 and counts)
    parts.switch_faults("")
    after = dropped()
    assert all(now - then > 20 for now, then in zip(after, before)), (before, after, parts.status()["feed"], struck)
    assert parts.now()["state"] == "LIVE", "what was said twice stopped it"
    feeds = {row["feed"]: row for row in json.loads(parts.ctl("feeds")[1])}
    streams = {row["stream"]: row for row in parts.status()["feed"]["streams"]}
    for name in ("ticker", "depth", "trades"):
        row = feeds[f"market data {name}"]
        assert row["duplicates"] + row["out_of_order"] > 0, (name, feeds)
        assert streams[name]["duplicates"] >= row["duplicates"], (name, streams)
    assert feeds["market data"]["duplicates"] >= sum(feeds[f"market data {name}"]["duplicates"] for name in ("ticker", "trades"))
    assert feeds["orders events"]["duplicates"] > 20, feeds
    return run, struck, [now - then for now, then in zip(after, before)]


kept = True
try:
    parts.start_venue()
    parts.start_engine()
    wait_for("the engine is ready", 30, parts.is_ready)
    trade(2)
    die_and_return()
    run, struck, dropped = replayed()
    summary = parts.end_engine()
    assert summary["position_matches_venue"] and summary["balances_match_venue"], summary
    found = read()
    for kind, word, name in ((TOP, 7, "book"), (TRADE, 6, "public trade"), (segments.FILL, 6, "fill")):
        taken = journalled(found, kind, word, run)
        assert is_in_order(kind, sorted(taken) if kind == segments.FILL else taken), f"a {name} reached the core twice or late"
    for check in (("journal", "verify"), ("replay",)):
        done = subprocess.run([parts.tool, *check, parts.run / "journal"], capture_output=True, text=True)
        assert done.returncode == 0, (check, done.stdout, done.stderr)
    print(f"marks: {struck['stream_replayed']} replays of the market and {struck['event_twice']} events twice: {dropped[0]} "
          f"and {dropped[2]} dropped as duplicates, {dropped[1]} as out of order, none taken twice; position and balances agree")
    kept = False
finally:
    parts.close(keep=kept)
    if kept:
        print(f"marks: kept {parts.run}", flush=True)

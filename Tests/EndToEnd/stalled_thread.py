"""One thread of the engine stands still while the others run, which no signal can do: a tracer stops it."""
import ctypes, errno, os, pathlib, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from account import wait_for
from stage import Stage

SEIZE, INTERRUPT, DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def trace(request, thread):
    if libc.ptrace(request, thread, None, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace {request:#x} of {thread}: {os.strerror(number)}")


class Stopped:
    """A thread that stands still inside the block, and only it. Ended with this process, too."""

    def __init__(self, process, name):
        tasks = pathlib.Path(f"/proc/{process}/task")
        found = [int(task.name) for task in tasks.iterdir() if (task / "comm").read_text().strip() == name]
        assert len(found) == 1, (name, [(task / "comm").read_text().strip() for task in tasks.iterdir()])
        self.process, self.thread = process, found[0]

    def __enter__(self):
        trace(SEIZE, self.thread)
        trace(INTERRUPT, self.thread)
        os.waitpid(self.thread, WALL)
        return self

    def __exit__(self, *_):
        try:
            trace(DETACH, self.thread)
        except OSError as problem:
            if problem.errno != errno.ESRCH:
                raise

    def states(self):
        """By thread: how it is scheduled."""
        return {int(task.name): (task / "stat").read_text().rsplit(")", 1)[1].split()[0]
                for task in pathlib.Path(f"/proc/{self.process}/task").iterdir()}


def reason_not():
    """Why no thread can be stopped here, or None."""
    child = os.fork()
    if child == 0:
        time.sleep(30)
        os._exit(0)
    try:
        trace(SEIZE, child)
        return None
    except OSError as problem:
        return str(problem)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def told(s, kind):
    text = (s.base / "alerts.jsonl").read_text() if (s.base / "alerts.jsonl").exists() else ""
    return f'"{kind}"' in text


def stage(tool):
    s = Stage(tool)
    silent = 'alerts: { none: "a test looks at it" }\n'
    text = s.config.read_text()
    assert silent in text
    s.config.write_text(text.replace(silent, f'alerts: {{ file: {s.base}/alerts.jsonl }}\n'))
    return s


def stop(s, name):
    """Stops the thread while orders rest; the block that ends it."""
    s.trade()
    return Stopped(s.pid("engine"), name)


def feed_alone(tool):
    """The feed's thread stands still: the engine itself goes SAFE, cancels, and says which thread it was."""
    with stage(tool) as s:
        s.start("--set", "topology.preset=two-cores-split")
        with stop(s, "feed") as stopped:
            began = time.monotonic()
            wait_for("it is SAFE", 6, lambda: s.state() == "SAFE")
            safe = time.monotonic() - began
            wait_for("the venue shows no order", 3, lambda: not s.open_orders())
            clean = time.monotonic() - began
            states = stopped.states()
            assert states.pop(stopped.thread) == "t" and "t" not in states.values(), states
            status = s.status()
            now = status["engine"]
            assert now["state_reason"] in ("THREAD_STALLED", "MARKET_DATA_STALE"), now["state_reason"]
            assert now["incident_open"] and now["incident_trip"] == "THREAD_STALL", now["incident_trip"]
            rows = {row["name"]: row["state"] for row in status["threads"]}
            assert rows["feed"] == "STALLED" and rows["trade"] == "beating" and rows["cold"] == "beating", rows
            texts = [event["text"] for event in status["events"] if event["code"] == "THREAD_STALLED"]
            assert any("feed has not turned for" in text for text in texts), texts
            wait_for("somebody was told", 5, lambda: told(s, "THREAD_STALLED"))
            assert not (s.run / "kill.latch").exists(), "the trade thread turned, the guard had no reason to act"
        wait_for("the feed turns again", 5, lambda: all(row["state"] == "beating" for row in s.status()["threads"]))
        assert s.state() == "SAFE", "it armed itself"
        # The silence was 2 s; everything else is the engine's own.
        assert safe < 4 and clean < 5, (safe, clean)
        s.trade()
        print(f"stalled thread: feed: SAFE after {safe:.2f} s, no order at the venue after {clean:.2f} s, THREAD_STALLED told; "
              "a person armed it again", flush=True)


def trade_alone(tool):
    """The thread that decides and sends stands still: nobody in the engine can cancel, so the guard does."""
    with stage(tool) as s:
        s.start()
        with stop(s, "hot") as stopped:
            began = time.monotonic()
            mine = s.rest_far_away("test-00000010000001")
            wait_for("the guard has latched and the venue shows no order", 6,
                     lambda: (s.run / "kill.latch").exists() and not s.open_orders())
            clean = time.monotonic() - began
            states = stopped.states()
            assert states.pop(stopped.thread) == "t" and "t" not in states.values(), states
            assert s.order_status(mine) == "CANCELED"
            rows = wait_for("the cold side sees it", 5, lambda: {
                row["name"]: row["state"] for row in s.status()["threads"] if row["state"] == "STALLED"})
            assert len(rows) == 1 and "trade" in next(iter(rows)), rows
            wait_for("somebody was told", 5, lambda: told(s, "GUARD_ACTED") and told(s, "THREAD_STALLED"))
        wait_for("it obeys the latch", 5, lambda: s.state() == "HALTED")
        sent = s.status()["engine"]["orders_sent"]
        wait_for("the cold side has looked at the account since", 20, lambda: "reconciled" not in s.status()["engine"]["missing"])
        assert s.status()["engine"]["orders_sent"] == sent and not s.open_orders(), "it traded on"
        assert s.status()["engine"]["incident_open"]
        assert clean < 5, clean
        s.ctl("unlatch", "--reason", "the thread was stopped by hand")
        s.trade()
        print(f"stalled thread: hot: the guard had cancelled everything after {clean:.2f} s and said so; the thread woke up "
              "HALTED; a person armed it again", flush=True)


def door_alone(tool):
    """The thread at the control socket stands still: nobody trades without a way to be stopped at once; the cold side lets
    people in meanwhile."""
    with stage(tool) as s:
        s.start()
        with stop(s, "control door"):
            wait_for("somebody was told", 8, lambda: told(s, "THREAD_STALLED"))
            wait_for("it is SAFE", 5, lambda: s.state() == "SAFE")
            assert any(row["name"] == "door" and row["state"] == "STALLED" for row in s.status()["threads"])
            wait_for("the venue shows no order", 3, lambda: not s.open_orders())
        wait_for("the door turns again", 5, lambda: all(row["state"] == "beating" for row in s.status()["threads"]))
        s.ctl("kill", "--reason", "the door is open again")
        wait_for("it is HALTED", 5, lambda: s.state() == "HALTED")
        print("stalled thread: control door: SAFE, told, people let in all the same; a kill goes ahead again", flush=True)


reason = reason_not()
if reason:
    if os.environ.get("NEEDLETAIL_STRICT") == "1":
        sys.exit(f"stalled_thread: {reason}")
    print(f"SKIP stalled_thread.sh: {reason}")
else:
    feed_alone(sys.argv[1])
    trade_alone(sys.argv[1])
    door_alone(sys.argv[1])

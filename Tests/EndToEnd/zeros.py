"""A million ticks through the real engine, over real sockets and with real orders, while connections are cut, the book loses
its place and the journal begins new segments. After warm-up the hot threads may call neither heap nor kernel, count no
reference, fault on no page and give no core up; io_uring_enter is the one system call that passes. What the scheduler took
away is printed. The process's size must stand still to the page."""
import pathlib, re, sys, time

from account import wait_for
from parts import Parts

TICKS, BOUND = 1_000_000, 400  # seconds for the ticks
tool, ticks = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else TICKS
PAGE_TABLE = pathlib.Path("/proc/self/smaps_rollup").exists()
# The loopback venue's market goes at its highest speed, so what is judged by a clock is not judged here.
parts = Parts(tool, seed=11, base="/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None,
              venue_flags=["--speed", "max", "--limits", "1000"], engine_flags=["--guard-syscalls"], settings=[
    "journal.segment_size=16MiB", "limits.max_orders_per_minute=60000", "limits.max_messages_per_minute=60000",
    "limits.max_order_cycles=100000", "limits.max_identical_orders=500", "limits.max_consecutive_errors=10000",
    "limits.max_executions=100000", "limits.max_direction_flips=100000", "limits.max_move_bps=5000"])
COUNTS = ("allocations", "frees", "retains", "releases", "minor_faults", "major_faults", "voluntary_switches")


def resident():
    return int(pathlib.Path(f"/proc/{parts.engine.pid}/statm").read_text().split()[1])


def segments():
    return len(list((parts.run / "journal").glob("*.ntj")))


def reconnects(status):
    return {link["name"]: link["reconnects"] for link in status["links"]}


def rearm(now):
    if now["state"] == "REDUCING":
        parts.ctl("disarm")
    elif now["state"] != "LIVE" and parts.is_ready():
        parts.arm()


kept = True
try:
    parts.start_venue()
    parts.start_engine()
    wait_for("the engine is ready", 30, parts.is_ready)
    wait_for("the engine is LIVE", 30, lambda: parts.arm()[0])
    warm = time.monotonic()
    # The engine's own warm-up is two seconds; each link is opened a second time within it, so that what only the first
    # time needs is taken.
    wait_for("the engine is warm", 10, lambda: time.monotonic() - warm > 3)
    first, began, sizes, faulty = parts.status(), time.monotonic(), [], False
    start, opened, rolled = first["engine"], reconnects(first), segments()
    while True:
        status = parts.status()
        now = status["engine"]
        done = now["ticks"] - start["ticks"]
        sizes.append(resident())
        # Faults strike for a second in four, so that trading goes on between them.
        wanted = int(time.monotonic() - began) % 4 == 1
        if wanted != faulty:
            faulty = wanted
            parts.switch_faults("seed 3\nlink_cut 1\ndepth_gap 0.05\n" if faulty else "")
        rearm(now)
        if done >= ticks and reconnects(status)["orders"] > opened["orders"] and segments() > rolled + 1:
            break
        assert time.monotonic() - began < BOUND, f"{done} ticks in {BOUND} s"
        time.sleep(0.2)
    took = time.monotonic() - began
    struck = parts.switch_faults("")
    end = parts.status()
    new = {name: reconnects(end)[name] - opened[name] for name in opened}
    parts.engine.terminate()
    status = parts.engine.wait(60)
    log = (parts.run / "engine.log").read_text()
    assert status == 0, log[-3000:]
    print(f"zeros: {done} ticks in {took:.0f} s, {now['orders_sent'] - start['orders_sent']} orders, "
          f"{now['fills'] - start['fills']} fills; connected again: market data {new['market data']}, orders {new['orders']}; "
          f"gaps in the book {struck['depth_gap']}; journal segments {segments() - rolled}")
    assert now["orders_sent"] > start["orders_sent"] and now["fills"] > start["fills"], "nothing was traded"
    assert new["market data"] > 0 and new["orders"] > 0 and struck["depth_gap"] > 0, "no fault struck"
    threads = re.findall(r"hot thread (\S+) since warm-up: (.*)", log)
    assert threads, log[-2000:]
    offences = []
    for name, text in threads:
        print(f"zeros: thread {name}: {text}")
        words = text.split()
        found = dict(zip(words[::2], words[1::2]))
        offences += [f"{name}: {key} {found[key]}" for key in COUNTS if found[key] != "0"]
        offences += [f"{name}: system calls {found['syscalls']} (number x count)"] if found["syscalls"] != "0" else []
    print(f"zeros: resident {min(sizes)} to {max(sizes)} pages over {len(sizes)} looks")
    assert not offences, "; ".join(offences) + "\n" + "\n".join(re.findall(r".*hot heap call.*", log))
    assert min(sizes) == max(sizes), f"the process grew or shrank: {sizes}"
    kept = False
finally:
    parts.close(keep=kept)
    if kept:
        print(f"zeros: kept {parts.run}", flush=True)

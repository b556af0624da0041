"""Topologies end to end: demos in split ones, their threads looked at in /proc, and refusals with place, cause and cure."""

import json
import os
import subprocess
import sys
import tempfile
import time

TOOL = sys.argv[1]
HOT = {"feed", "parse", "trade"}


def engine_of(demo):
    """The process id of the engine that this demo started, or None."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{pid}/cmdline").read().split("\0")
            parent = int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == demo and len(words) > 1 and words[1] == "engine":
            return int(pid)
    return None


def cores_by_thread(pid):
    """Thread name -> the cores it may run on, for every thread of a process."""
    found = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            name = open(f"/proc/{pid}/task/{thread}/comm").read().strip()
            status = open(f"/proc/{pid}/task/{thread}/status").read()
        except (FileNotFoundError, ProcessLookupError):
            continue
        allowed = [l for l in status.splitlines() if l.startswith("Cpus_allowed_list")][0].split()[1]
        found.setdefault(name if name in HOT else "cold", set()).add(allowed)
    return found


def demo(label, topology, seconds, expected):
    """A demo in this topology ends with status 0, its figures are of a run that traded, and its threads were where they
    belong: `expected` is thread name -> cores."""
    with tempfile.TemporaryDirectory() as directory:
        summary = os.path.join(directory, "summary.json")
        log = open(os.path.join(directory, "log"), "w+")
        demo = subprocess.Popen(
            [TOOL, "demo", "--seconds", str(seconds), "--seed", "11", "--json", summary, "--set", topology],
            stdout=log, stderr=subprocess.STDOUT)
        seen = {}
        deadline = time.monotonic() + 60
        while demo.poll() is None and time.monotonic() < deadline:
            engine = engine_of(demo.pid)
            if engine:
                try:
                    threads = cores_by_thread(engine)
                except FileNotFoundError:
                    threads = {}
                # While it starts, threads are made before they are pinned.
                if expected.keys() <= threads.keys() and all(len(cores) == 1 for cores in threads.values()):
                    seen = threads
            time.sleep(0.2)
        status = demo.wait(timeout=60)
        log.seek(0)
        assert status == 0, f"{label}: demo ended with status {status}\n{log.read()[-3000:]}"
        assert seen == expected, f"{label}: {seen}"
        result = json.load(open(summary))
    assert result["ticks"] > 20 and result["orders_sent"] > 0, result
    assert result["open_orders_at_end"] == 0 and result["position_matches_venue"] is True
    assert result["decision_hash_live"] == result["decision_hash_replay"]
    print(
        f"{label}: {result['ticks']} ticks, {result['orders_sent']} orders, {result['fills']} fills, "
        f"tick to order p50 {result['latency_ns']['tick_to_order']['p50']} ns")


def shared(first, second, idle):
    """A topology with two runners on core 1: the agents of the first, those of the second."""
    return (
        "topology={ runners: [" + ", ".join(
            f"{{ name: {agents[-1]}, core: 1, idle: {idle}, agents: [{', '.join(agents)}] }}" for agents in (first, second))
        + ", { name: cold, core: 0, idle: park, agents: [cold] }] }")


def refused(label, topology, parts, cores=None):
    """`check` of the demo's preset with this topology ends with a status that is not 0 and says every part."""
    preset = open("config/demo.yaml").read()
    old = "topology: { preset: two-cores }"
    assert old in preset
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(preset.replace(old, "topology: " + topology))
        file.flush()
        command = [TOOL, "check", file.name]
        if cores:
            command = ["taskset", "-c", cores, *command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        text = done.stdout + done.stderr
        line = next(n for n, l in enumerate(preset.splitlines(), 1) if old in l)
        for part in [f"{file.name}:{line}:", "cure:", *parts]:
            assert part in text, f"{label}: does not say '{part}':\n{text}"
    assert done.returncode != 0, f"{label}: accepted\n{text}"
    print(f"refused: {label}")


def runners(trade_core, trade_idle="spin"):
    return (
        "{ runners: [{ name: data, core: 1, idle: spin, agents: [feed, parse] }, "
        f"{{ name: trade, core: {trade_core}, idle: {trade_idle}, agents: [trade] }}, "
        "{ name: cold, core: 0, idle: park, agents: [cold] }] }")


allowed = os.sched_getaffinity(0)
if not {0, 1} <= allowed:
    reason = f"this process may use cores {sorted(allowed)}; cores 0 and 1 are needed"
    if os.environ.get("NEEDLETAIL_STRICT") == "1":
        sys.exit(f"topology: {reason}")
    print(f"SKIP split topology: {reason}")
else:
    demo(
        "each stage on a thread of its own", "topology.preset=two-cores-split", 8,
        {"feed": {"1"}, "parse": {"1"}, "trade": {"1"}, "cold": {"0"}})
    demo(
        "feed and parse | trade, yielding", shared(["feed", "parse"], ["trade"], "yield"), 4,
        {"parse": {"1"}, "trade": {"1"}, "cold": {"0"}})
    demo(
        "feed | parse and trade, parking", shared(["feed"], ["parse", "trade"], "park"), 4,
        {"feed": {"1"}, "trade": {"1"}, "cold": {"0"}})
    demo(
        "feed and trade | parse, parking", shared(["parse"], ["feed", "trade"], "park"), 4,
        {"parse": {"1"}, "trade": {"1"}, "cold": {"0"}})
    refused("two spinners on one core", runners(1), ["runners 'data' and 'trade' both keep core 1 busy", "fuse"])
    refused(
        "a core that the affinity mask leaves out", "{ preset: two-cores }",
        ["topology.preset", "core 1", "it may use 0)", "taskset"], cores="0")
refused("a core that does not exist", runners(1023), ["topology.runners.1.core", "core 1023"])

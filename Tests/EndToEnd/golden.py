"""Golden journals: made by real runs, kept in Tests/Golden, replayed twice by each build. `--make` makes them anew."""
import gzip, os, pathlib, re, shutil, signal, subprocess, sys, tempfile, time

import segments
from account import wait_for
from lane import Lane

root = pathlib.Path(__file__).resolve().parents[2]
golden = root / "Tests" / "Golden"
tools = {build: root / ".build" / build / "needletail" for build in ("debug", "release")}
cure = "if the change is meant: Tests/Golden/make.sh, and the diff of Tests/Golden/*/expected says so"
WORLD = ["--seed", "11", "--seeds", "2", "--days", "0.02", "--verbose"]


def call(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True)


def world(tool):
    """A line for each seed with the hash of all its decisions."""
    done = call(tool, "simulate", *WORLD)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = re.findall(r"seed (\d+): .* (\d+) steps.* decisions ([0-9a-f]{16})", done.stdout)
    assert len(lines) == 2, done.stdout
    return "".join(f"seed {seed} steps {steps} decisions {digest}\n" for seed, steps, digest in lines)


def unpack(name, place):
    """The journal as it was, in a directory."""
    place = pathlib.Path(place) / name
    place.mkdir()
    for path in (golden / name).iterdir():
        if path.suffix == ".gz":
            (place / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        elif path.suffix == ".json":
            shutil.copyfile(path, place / path.name)
    return place


def replay(tool, name, directory):
    """Inputs, outputs and the hash of what the core decides now; the replay itself refuses any difference."""
    done = call(tool, "replay", directory)
    figures = dict(re.findall(r"^(inputs|outputs replayed|decision hash replay) +(.*)$", done.stdout, re.M))
    assert done.returncode == 0, f"{name} does not replay: {(done.stdout + done.stderr).strip()}\n  cure: {cure}"
    digest = figures["decision hash replay"].replace(" ", "")
    return f"inputs {figures['inputs']}\noutputs {figures['outputs replayed']}\ndecisions {digest}\n"


def check(place):
    missing = [build for build, tool in tools.items() if not tool.exists()]
    assert not missing, f"no {missing} build of needletail: swift build; swift build -c release --product needletail"
    names = sorted(path.parent.name for path in golden.glob("*/expected"))
    assert len(names) >= 4, names
    bad = []
    for name in names:
        expected = (golden / name / "expected").read_text()
        directory = unpack(name, place)
        formats = {int.from_bytes(path.read_bytes()[8:12], "little") for path in directory.glob("*.ntj")}
        if formats - {segments.FORMAT}:
            bad.append(f"{name} is of journal format {formats}, this build's is {segments.FORMAT}")
            continue
        for build, tool in tools.items():
            for attempt in (1, 2):
                try:
                    found = world(tool) if name == "world" else replay(tool, name, directory)
                    if found != expected:
                        bad.append(f"{name}, {build} build, replay {attempt}: expected\n{expected}found\n{found}")
                except AssertionError as problem:
                    bad.append(f"{build} build: {problem}")
        if name != "world":
            done = call(tools["release"], "journal", "verify", directory)
            if done.returncode != 0:
                bad.append(f"{name} is not verified:\n{done.stdout}")
    if bad:
        print("golden:", *bad, f"golden: {cure}", sep="\n")
        sys.exit(1)
    print(f"golden: {', '.join(names)}: each twice by the debug and twice by the release build, the same to the last bit")


def keep(name, directory):
    """Takes a run's journal over; what it was before is shown beside what it is now."""
    place = golden / name
    before = (place / "expected").read_text() if (place / "expected").exists() else "nothing\n"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for path in sorted(pathlib.Path(directory).iterdir()):
        if path.suffix == ".json":
            shutil.copyfile(path, place / path.name)
        elif path.suffix == ".ntj":
            (place / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    after = replay(tools["release"], name, directory)
    (place / "expected").write_text(after)
    size = sum(path.stat().st_size for path in place.iterdir())
    print(f"{name} ({size >> 10} KiB): {before.split()} -> {after.split()}")


def trade(lane):
    lane.spawn()
    lane.connect()
    lane.reconciled()
    lane.arm()
    wait_for("the engine trades", 20, lambda: (now := lane.now())["orders_sent"] > 8 and now["fills"] > 1)


def live(kill):
    lane = Lane(str(tools["release"]), 0, 21, segment_size="4MiB", home="run")
    try:
        lane.begin()
        trade(lane)
        if kill:
            # Until a death leaves something in memory that the next start has to save.
            while True:
                os.kill(lane.engine.pid, signal.SIGSTOP)
                lane.kill()
                if lane.from_memory:
                    break
                shutil.rmtree(lane.home / "journal")
                lane.sessions.clear()
                trade(lane)
            newest = max((lane.home / "journal").glob("*.run.json"))
            lane.spawn()
            lane.connect()
            lane.kill()
            for path in (lane.home / "journal").iterdir():
                if path.suffix == ".json" and path != newest:
                    path.unlink()
                elif path.suffix == ".ntj" and str(segments.Segment(path).run) != newest.name.split(".")[0]:
                    path.unlink()
        else:
            lane.connection.close()
            lane.engine.send_signal(signal.SIGTERM)
            assert lane.engine.wait(40) == 0, lane.log()
        keep("killed" if kill else "live", lane.home / "journal")
    finally:
        lane.close()


def make():
    tempfile.tempdir = "/tmp"
    live(kill=False)
    live(kill=True)
    shared = pathlib.Path(os.environ.get("NEEDLETAIL_SHARED", root.parent / "shared"))
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        with gzip.open(shared / "data" / "binance" / "spot" / "btcusdt_20240808.gz") as day, open(place / "day", "wb") as part:
            for _ in range(3000):
                part.write(day.readline())
        done = call(tools["release"], "backtest", "--data", place / "day", "--config", root / "config" / "paper.yaml",
                    "--journal", place / "journal")
        assert done.returncode == 0, done.stdout + done.stderr
        keep("backtest", place / "journal")
    before = (golden / "world" / "expected").read_text() if (golden / "world").exists() else "nothing\n"
    (golden / "world").mkdir(exist_ok=True)
    after = world(tools["release"])
    (golden / "world" / "expected").write_text(after)
    print(f"world: {before.split()} -> {after.split()}")


if "--make" in sys.argv:
    make()
else:
    with tempfile.TemporaryDirectory() as place:
        check(place)

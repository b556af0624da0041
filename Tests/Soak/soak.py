#!/usr/bin/env python3
"""The long run, hours of it: fresh seeds of the seeded world, then kills, then power cuts. Each part is done in blocks; a
line says what is being done and what is done, and a state file holds it, so that the same command goes on where it ended.

    make soak                             1,000 fresh seeds over 120 simulated days, 10,000 kills, 500 power cuts
    make soak SEEDS=200 DAYS=24 KILLS=100 CUTS=90
    make soak SEED=20261121               these seeds, kills and cuts, not fresh ones
    make soak FRESH=1                     from the beginning, whatever was done

The parameters may stand in the environment as well. STATE=FILE is where it stands, `.build/soak.json` if not given.
Other parameters than those of the state are refused, unless FRESH=1. A part of which 0 is asked for is left out.
"""
import json, os, pathlib, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ".build/release/needletail"
# How much is lost when it is ended in the middle. 200 seeds are what `make test` plays: enough to hit every class of faults.
BLOCKS = {"seeds": 200, "kills": 250, "cuts": 50}
DEFAULTS = {"seeds": 1000, "days": 120.0, "kills": 10_000, "cuts": 500}


def fail(cause, cure):
    sys.exit(f"soak: {cause}\ncure: {cure}")


def number(name, kind):
    text = os.environ.get(name.upper(), "")
    if not text:
        return None
    try:
        value = kind(text)
    except ValueError:
        value = -1
    if not 0 <= value < 2**48:
        fail(f"{name.upper()}={text} is not a number of zero or more", f"write {name.upper()}={DEFAULTS.get(name, 1)}")
    return value


def state_of(path):
    """What is asked for and what of it is done."""
    asked = {name: number(name, type(value)) for name, value in DEFAULTS.items()} | {"seed": number("seed", int)}
    if path.exists() and os.environ.get("FRESH", "") in ("", "0"):
        try:
            state = json.loads(path.read_text())
            assert set(state["asked"]) == set(asked) and set(state["done"]) == set(BLOCKS)
        except (ValueError, KeyError, TypeError, AssertionError):
            fail(f"{path} is not the state of a soak", "remove it, or run with FRESH=1")
        for name, value in asked.items():
            if value is not None and value != state["asked"][name]:
                fail(f"{path} is a soak of {name} {state['asked'][name]}, and {value} is asked for",
                     "leave the parameters out to go on with it, or run with FRESH=1")
        print(f"soak: goes on with {path}: " + ", ".join(f"{done} {name} done" for name, done in state["done"].items()))
        return state
    values = {name: DEFAULTS[name] if asked[name] is None else asked[name] for name in DEFAULTS}
    values["seed"] = int(time.time()) if asked["seed"] is None else asked["seed"]
    return {"asked": values, "done": dict.fromkeys(BLOCKS, 0), "seconds": 0.0}


def save(path, state):
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(state, indent=1) + "\n")
    os.replace(draft, path)


def command(name, asked, done, count):
    """One block as words, and what its environment adds."""
    seed = asked["seed"] + done
    if name == "seeds":
        # Few seeds cannot hit every class of faults.
        complete = ["--complete"] if count >= BLOCKS["seeds"] and asked["days"] / asked["seeds"] >= 0.1 else []
        days = asked["days"] * count / asked["seeds"]
        return [TOOL, "simulate", "--seed", str(seed), "--seeds", str(count), "--days", repr(days), "--jobs",
                str(os.cpu_count()), "--coverage", "--shrink", *complete], {}
    script = {"kills": "kills.sh", "cuts": "power_cut.sh"}[name]
    return [f"Tests/EndToEnd/{script}"], {f"NEEDLETAIL_{name.upper()}": str(count), "NEEDLETAIL_SEED": str(seed)}


def main():
    os.chdir(ROOT)
    sys.stdout.reconfigure(line_buffering=True)
    path = pathlib.Path(os.environ.get("STATE") or ".build/soak.json")
    state = state_of(path)
    asked, done = state["asked"], state["done"]
    save(path, state)
    print(f"soak: {asked['seeds']} seeds from {asked['seed']} on over {asked['days']:g} days, {asked['kills']} kills, "
          f"{asked['cuts']} power cuts; state in {path}")
    for name in BLOCKS:
        while done[name] < asked[name]:
            count = min(BLOCKS[name], asked[name] - done[name])
            print(f"soak: {name} {done[name] + 1} to {done[name] + count} of {asked[name]}, after "
                  f"{state['seconds'] / 60:.0f} min in all")
            words, more = command(name, asked, done[name], count)
            began = time.monotonic()
            status = subprocess.run(words, env=os.environ | more).returncode
            state["seconds"] += time.monotonic() - began
            if status != 0:
                save(path, state)
                repeat = " ".join([*(f"{key}={value}" for key, value in more.items()), *words])
                fail(f"{name} {done[name] + 1} to {done[name] + count} failed with status {status}",
                     f"repeat this block alone: {repeat}; go on from there: make soak")
            done[name] += count
            save(path, state)
    print(f"soak: all done after {state['seconds'] / 60:.0f} min: {done['seeds']} seeds from {asked['seed']} on, "
          f"{done['kills']} kills, {done['cuts']} power cuts")
    path.unlink()


try:
    main()
except KeyboardInterrupt:
    sys.exit("soak: ended; the same command goes on where it stood")

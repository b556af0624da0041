"""What a machine cannot run is named. Under NEEDLETAIL_STRICT=1 that is a failure, except for what Tests/skips.txt lists: there
the machine decides, not a missing package, and the test has asked it."""
import os, pathlib, sys

LIST = pathlib.Path(__file__).resolve().parents[1] / "skips.txt"


def listed():
    """Names that may be skipped, each with its reason."""
    rows = [line.split("|", 1) for line in LIST.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return {name.strip(): why.strip() for name, why in rows}


def skip(name, reason, machine=False):
    """Says so. Ends the test with a failure under NEEDLETAIL_STRICT=1, unless the machine itself says no (`machine`) and the
    name is on the list."""
    if os.environ.get("NEEDLETAIL_STRICT") == "1" and not (machine and name in listed()):
        sys.exit(f"{name}: {reason}: not skipped, since NEEDLETAIL_STRICT=1")
    print(f"SKIP {name}: {reason}", flush=True)
    told = os.environ.get("NEEDLETAIL_SKIPPED")
    if told:
        with open(told, "a") as file:
            file.write(f"{name}: {reason}\n")

"""Drills with a demo's engine, then what `needletail assess` says of them."""
import json, os, pathlib, shutil, signal, subprocess, sys, tempfile

from account import wait_for

tool = sys.argv[1]
base = pathlib.Path(tempfile.mkdtemp())
sets = ["operator.owner=A. Person", "operator.deputy=B. Person", f"alerts={{file: {base}/alerts.jsonl}}",
        "limits.trading_window=00:00-23:59"]
sets = [word for pair in sets for word in ("--set", pair)]


def ctl(*words, fails=False):
    done = subprocess.run([tool, "ctl", "--socket", run / "control.sock", "--json", *words], capture_output=True, text=True)
    if fails:
        return done.returncode
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return json.loads(done.stdout)


def status(key):
    return ctl("status")["engine"][key]


def assess(*words):
    done = subprocess.run(
        [tool, "assess", "--config", run / "demo.yaml", *sets, *words, "--json", "-"], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    gaps = [gap["place"] for gap in report["gaps"]]
    assert (done.returncode == 0) == (not gaps), (done.returncode, gaps)
    return gaps, report


def live():
    """Armed and confirmed, if it is not: a busy machine may have stopped the engine in between."""
    if status("state") in ("LIVE", "REDUCING"):
        return True
    if status("incident_open"):
        ctl("incident", "a drill of the kill switch, or a busy machine: nothing is open at the venue", fails=True)
    if ctl("stage", "--lifetime", "600", fails=True) == 0:
        staged = ctl("stage", "--lifetime", "600")["hash"]
        if ctl("arm", staged, fails=True) == 0:
            return ctl("confirm", staged, fails=True) == 0
    return False


demo = subprocess.Popen([tool, "demo", "--seconds", "120", "--keep", *sets], stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(base)})
try:
    run = wait_for("the run's directory is there", 30, lambda: next(base.glob("needletail-demo-*"), None))
    wait_for("the engine answers", 30, (run / "control.sock").exists)
    wait_for("the engine trades", 40, lambda: status("fills") > 0)
    gaps = [gap for gap in assess()[0] if gap != "incident"]
    assert gaps == ["drill: kill", "drill: flatten"], gaps
    lifted = assess("--set", "limits.max_position={unlimited: \"a test account\"}")[0]
    assert [gap for gap in lifted if gap != "incident"] == [
        "limits.max_position", "drill: kill", "drill: flatten", "configuration"], lifted
    wait_for("it flattens", 60, lambda: live() and ctl("flatten", "rehearsal of the year", fails=True) == 0)
    wait_for("it is flat", 30, lambda: status("state") == "DISARMED")
    ctl("kill", "rehearsal of the year")
    wait_for("it is halted", 10, lambda: status("state") == "HALTED")
    assert assess()[0] == ["incident"]
    ctl("unlatch", "--reason", "the drill is over")
    wait_for("it is disarmed", 10, lambda: status("state") == "DISARMED")
    wait_for("it is live again", 60, live)
    gaps, report = wait_for("no gap is left", 10, lambda: (lambda found: found if not found[0] else None)(assess()))
    assert report["owner"] == "A. Person" and report["journal"]["fills"] > 0
    for kind in ("kill", "flatten"):
        assert any(drill["kind"] == kind and drill["mode"] == "LIVE" and drill["reason"] == "rehearsal of the year"
                   for drill in report["drills"]), report["drills"]
    controls = {control["id"]: control for control in report["controls"]}
    kills = next(control for control in report["controls"] if control["name"] == "stop, disarm, kill")
    assert kills["acted"] >= 1 and kills["last_ns"] > 0, kills
    assert controls["S1"]["value"] and controls["S27"]["standing"] == "on" and len(controls) >= 130
    text = subprocess.run([tool, "assess", "--config", run / "demo.yaml", *sets, "--markdown", base / "report.md"],
                          capture_output=True, text=True)
    assert text.returncode == 0 and "NO GAPS" in text.stdout and all(len(line) <= 100 for line in text.stdout.splitlines())
    assert "## Gaps\n\nNone." in (base / "report.md").read_text()
    # Damage is a gap, never a crash.
    copy = base / "copy"
    shutil.copytree(run / "journal", copy)
    segment = sorted(copy.glob("*.ntj"))[0]
    data = bytearray(segment.read_bytes())
    data[4096 + 128 * 5 + 40] ^= 1
    segment.write_bytes(data)
    assert "journal" in assess("--journal", str(copy))[0]
    assert assess("--journal", str(base / "nowhere"))[0] == ["journal", "journal"]
    print(f"assess: {len(controls)} controls, {sum(c['acted'] > 0 for c in controls.values())} acted, no gaps after the drills")
finally:
    demo.send_signal(signal.SIGTERM)
    try:
        demo.wait(45)
    except subprocess.TimeoutExpired:
        demo.kill()
    shutil.rmtree(base, ignore_errors=True)

"""Ctrl-C and SIGTERM end a demo in order while it trades: everything cancelled and proved, exit 0, a whole summary. And
`--json -` writes the summary and nothing else to standard output; every help text is there."""
import json, os, pathlib, select, signal, subprocess, sys, tempfile, time

tool = sys.argv[1]
NAMES = {"mode", "ticks", "orders_sent", "cancels", "fills", "rejects", "open_orders_at_end", "position_matches_venue",
         "journal_records", "journal_verified", "decision_hash_live", "decision_hash_replay", "hot_allocations", "latency_ns"}


def judge(label, summary):
    assert NAMES <= summary.keys(), NAMES - summary.keys()
    assert summary["ok"] and summary["failures"] == [], summary["failures"]
    assert summary["open_orders_at_end"] == 0 and summary["orders_sent"] > 0, summary
    assert summary["decision_hash_live"] == summary["decision_hash_replay"] != "0" * 16
    for stage in summary["latency_ns"].values():
        assert {"p50", "p99", "p999", "max", "count"} <= stage.keys(), stage
    print(f"endings: {label}: exit 0 after {summary['duration_s']} s, {summary['orders_sent']} orders, none left")


def line_with(process, text, seconds):
    """Reads lines until one holds the text; the lines read."""
    deadline, lines = time.monotonic() + seconds, []
    while time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.2)[0]:
            line = process.stdout.readline()
            if not line:
                break
            lines.append(line)
            if text in line:
                return lines
    raise SystemExit(f"waited for '{text}':\n{''.join(lines)}")


for number, group in ((signal.SIGINT, True), (signal.SIGTERM, False)):
    with tempfile.TemporaryDirectory() as place:
        report = pathlib.Path(place) / "summary.json"
        demo = subprocess.Popen([tool, "demo", "--seconds", "600", "--seed", "11", "--json", report], text=True, bufsize=1,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                start_new_session=True, env={**os.environ, "TMPDIR": place})
        try:
            line_with(demo, "engine   LIVE", 90)
            line_with(demo, "BTCUSDT position", 60)  # a fill: it trades
            # A terminal's Ctrl-C reaches every process of the group, the venue and the guard too; kill reaches one.
            os.killpg(demo.pid, number) if group else demo.send_signal(number)
            rest, _ = demo.communicate(timeout=90)
        except BaseException:
            os.killpg(demo.pid, signal.SIGKILL)
            raise
        assert demo.returncode == 0, f"{number.name}: status {demo.returncode}\n{rest}"
        judge(number.name, json.loads(report.read_text()))
        left = [path.name for path in pathlib.Path(place).iterdir() if path.name.startswith("needletail")]
        assert not left, f"the demo left {left}"
        assert subprocess.run(["pgrep", "-f", place], capture_output=True).returncode == 1, "a process was left"

done = subprocess.run([tool, "demo", "--seconds", "5", "--json", "-"], capture_output=True, text=True, timeout=180)
assert done.returncode == 0, done.stderr
judge("--json -", json.loads(done.stdout))

listing = subprocess.run([tool, "--help"], capture_output=True, text=True)
commands = [line.split()[0] for line in listing.stdout.split("SUBCOMMANDS:")[1].splitlines() if line.startswith("  ") and
            line[2] != " "]
assert {"demo", "start", "stop", "ctl", "check", "engine", "guard", "journal", "replay", "venue"} <= set(commands), commands
for command in commands:
    text = subprocess.run([tool, command, "--help"], capture_output=True, text=True)
    assert text.returncode == 0 and "USAGE:" in text.stdout and "OVERVIEW:" in text.stdout, (command, text.stdout)
print(f"endings: help for {len(commands)} commands")

"""A loopback venue with its own certificates, a configuration for it, and the tool's commands, for tests that want more
than `needletail demo` shows. Everything is in one directory; every process that was started is ended."""
import json, os, pathlib, re, shutil, signal, subprocess, tempfile, time

from account import Account, certificates, wait_for

CONFIGURATION = """
mode: LIVE
run: {{ name: test, directory: {run} }}
venue:
  kind: binance-spot
  market_data: {{ url: "wss://127.0.0.1:{port}/stream" }}
  orders: {{ url: "wss://127.0.0.1:{port}/ws-api/v3" }}
  rest: {{ url: "https://127.0.0.1:{port}" }}
  ca_file: {base}/ca.pem
  client_id_prefix: test-
  account: {{ api_key_env: TEST_API_KEY, ed25519_private_key_env: TEST_PRIVATE_KEY }}
instruments:
  - {{ symbol: BTCUSDT, base: BTC, quote: USDT, rules: from venue }}
strategies:
  - name: quoter
    instrument: BTCUSDT
    parameters:
      order_quantity: 0.002
      half_spread_ticks: 150
      half_spread_bps: 0
      skew_ticks: 20
      max_inventory: 0.02
      min_replace_interval: 100ms
      min_price_change_ticks: 5
{limits}
alerts: {{ none: "a test looks at it" }}
topology: {{ preset: two-cores }}
timeouts: {{ request: 2s, heartbeat: 100ms, guard: 2s }}
feed: {{ stale_after: 3s }}
journal: {{ segment_size: 1MiB, sync_interval: 50ms }}
"""


def limits(**changes):
    """The demo's block of limits, some of them changed."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "config" / "demo.yaml").read_text()
    block = re.search(r"^limits:\n(?: +.*\n)+", text, re.M).group()
    for key, value in changes.items():
        block, count = re.subn(rf"^  {key}: .*$", f"  {key}: {value}", block, flags=re.M)
        assert count == 1, key
    return block


class Stage(Account):
    def __init__(self, tool, api_key="EndToEndTestKey0123456789", loss="500"):
        self.tool = str(pathlib.Path(tool).resolve())
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="test-of-needletail-"))
        self.run = self.base / "needletail-run"
        super().__init__(self.base, api_key)
        self.started = set()
        certificates(self.base)
        self.venue = self.run_venue(self.tool, "--seed", 3)
        self.config = self.base / "run.yaml"
        block = limits(
            max_data_age="2s", max_daily_loss=loss, max_drawdown=100000, throttle_drawdown=100000,
            max_strategy_loss=100000, max_day_drawdown=100000, max_strategy_drawdown=100000)
        self.config.write_text(CONFIGURATION.format(run=self.run, base=self.base, port=self.port, limits=block))
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("NEEDLETAIL")}
        self.environment |= {
            "TEST_API_KEY": self.key, "TEST_PRIVATE_KEY": (self.base / "account.key").read_text(),
            "TMPDIR": str(self.base)}

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            for log in [self.base / "venue.log", *self.run.glob("*.log")]:
                print(f"--- {log.name}", *log.read_text().splitlines()[-40:], sep="\n")
        self.end_run()
        if self.venue.poll() is None:
            self.venue.terminate()
            try:
                self.venue.wait(10)
            except subprocess.TimeoutExpired:
                self.venue.kill()
                self.venue.wait()
        shutil.rmtree(self.base, ignore_errors=True)

    # the tool

    def call(self, *arguments, env=None, check=True, timeout=60):
        """One command of the tool; its standard output. With `check=False`: (status, output, errors)."""
        done = subprocess.run([self.tool, *map(str, arguments)], env=env or self.environment, text=True,
                              capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL)
        if not check:
            return done.returncode, done.stdout, done.stderr
        assert done.returncode == 0, f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def ctl(self, *arguments):
        return json.loads(self.call("ctl", "--socket", self.run / "control.sock", "--json", *arguments))

    def refused(self, *arguments):
        """The error text of a control request that must be refused."""
        status, out, err = self.call("ctl", "--socket", self.run / "control.sock", *arguments, check=False)
        assert status != 0, f"{arguments} was accepted: {out}"
        return err

    def status(self):
        return self.ctl("status")

    def state(self):
        return self.status()["engine"]["state"]

    def start(self, *more):
        out = self.call("start", "--config", self.config, *more)
        self.started |= {int(number) for number in re.findall(r"process (\d+)", out)}
        return out

    def ready(self):
        """Links up and reconciled: the ceremony can succeed."""
        def look():
            e = self.status()["engine"]
            return e["market_link"] == "UP" and e["order_link"] == "UP" and e["last_reconciled_ns"] > 0 \
                and float(e["bid_price"]) > 0
        wait_for("links are up and the account is reconciled", 20, look)

    def settled(self):
        """After SAFE or a kill: the note is written and the account reconciled since, so that a mandate may be confirmed."""
        if self.status()["engine"]["incident_open"] and not self.status()["engine"]["incident_noted"]:
            self.ctl("incident", "the end-to-end test looked at the venue and found what it had done")
        wait_for("nothing but the stage is missing", 20,
                 lambda: not set(self.status()["engine"]["missing"]) - {"staged"})

    def go_live(self):
        self.ready()
        self.settled()
        digest = self.ctl("stage")["hash"]
        self.ctl("arm", digest)
        self.ctl("confirm", digest)
        wait_for("the status shows LIVE", 2, lambda: self.state() != "ARMED")

    def trade(self):
        """The ceremony, and then orders that rest at the venue. On a machine under load the trade thread may stand still
        for longer than it allows itself and take its mandate away; that is not what is tested, so it is armed again."""
        for _ in range(5):
            self.go_live()
            deadline = time.monotonic() + 20
            while self.state() == "LIVE" and time.monotonic() < deadline:
                if self.open_orders():
                    return
                time.sleep(0.02)
            events = self.status()["events"]
            assert any(event["code"] == "STALLED" for event in events), events
            print("the trade thread stalled; armed again")
        raise SystemExit("the engine does not stay LIVE")

    def pid(self, name):
        return int((self.run / f"{name}.pid").read_text())

    def alive(self, name):
        """Whether the process that wrote the mark lives and is ours."""
        try:
            return self.lives(self.pid(name))
        except (FileNotFoundError, ValueError):
            return False

    def lives(self, pid):
        try:
            line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
            return str(self.base).encode() in line and \
                pathlib.Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return False

    def end_run(self):
        for number in (signal.SIGCONT, signal.SIGTERM):
            for pid in filter(self.lives, self.started):
                os.kill(pid, number)
        deadline = time.monotonic() + 25
        while any(map(self.lives, self.started)) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in filter(self.lives, self.started):
            os.kill(pid, signal.SIGKILL)

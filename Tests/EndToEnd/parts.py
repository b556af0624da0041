"""Venue and engine of one run as processes that a test can kill."""
import json, os, pathlib, shutil, signal, subprocess, tempfile

from account import Account, certificates, units, wait_for


class Parts(Account):
    """One run in a directory of its own. `signing` is ed25519 or hmac; `settings` override the configuration."""

    def __init__(self, tool, signing="ed25519", seed=3, venue_flags=(), settings=(), engine_flags=(), base=None):
        self.tool, self.signing, self.seed = tool, signing, seed
        self.venue_flags, self.settings = list(venue_flags), list(settings)
        self.balances = "BTC=10,USDT=1000000"
        self.engine_flags = list(engine_flags)
        self.run = self.home = pathlib.Path(tempfile.mkdtemp(prefix="needletail-parts-", dir=base))
        super().__init__(self.run, "NeedletailLoopbackTestKey0123456789",
                         "a-secret-for-tests-only" if signing == "hmac" else None)
        self.venue = self.engine = None
        self.repository = pathlib.Path(__file__).resolve().parents[2]
        # What a test changes in the configuration's text beside single settings.
        self.edit = lambda text: text
        certificates(self.run)

    # processes

    def start(self, name, *arguments, **more):
        log = open(self.run / f"{name}.log", "ab")
        return subprocess.Popen([self.tool, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more)

    def start_venue(self):
        self.venue = self.run_venue(self.tool, "--seed", self.seed, "--state", self.run / "venue.state", "--balances",
                                    self.balances, *self.venue_flags)

    def kill_venue(self):
        os.kill(self.venue.pid, signal.SIGKILL)
        self.venue.wait()

    def values(self):
        """What differs from the preset in every run."""
        place = f"127.0.0.1:{self.port}"
        return {"run.directory": self.home, "venue.market_data.url": f"wss://{place}/stream", "timeouts.guard": "5s",
                "venue.orders.url": f"wss://{place}/ws-api/v3", "venue.rest.url": f"https://{place}",
                "venue.ca_file": self.run / "ca.pem", "journal.directory": self.home / "journal",
                "control.socket": self.home / "control.sock", "limits.max_data_age": "2s", "feed.stale_after": "3s"}

    def configure(self):
        """Writes the configuration; the flags that go with it."""
        text = (self.repository / "config" / "demo.yaml").read_text()
        if self.signing == "hmac":
            text = text.replace("ed25519_private_key_env", "hmac_secret_env")
        (self.run / "run.yaml").write_text(self.edit(text))
        settings = [f"{key}={value}" for key, value in self.values().items()] + self.settings
        return ["--config", self.run / "run.yaml", *(word for setting in settings for word in ("--set", setting))]

    def launch(self, flags):
        secret = self.secret or (self.run / "account.key").read_text()
        self.engine = self.start("engine", "engine", *flags, env={
            **os.environ, "NEEDLETAIL_DEMO_API_KEY": self.key, "NEEDLETAIL_DEMO_PRIVATE_KEY": secret})

    def start_engine(self):
        (self.run / "control.sock").unlink(missing_ok=True)  # a killed engine leaves it
        self.launch([*self.configure(), "--summary", self.run / "summary.json", *self.engine_flags])
        wait_for(f"the control socket is there (see {self.run}/engine.log)", 30, (self.run / "control.sock").exists)

    def end_engine(self):
        """Asks for the orderly end; the summary."""
        self.engine.send_signal(signal.SIGTERM)
        assert self.engine.wait(40) == 0, (self.run / "engine.log").read_text()[-2000:]
        return json.loads((self.run / "summary.json").read_text())

    def close(self, keep=False):
        for process in (self.engine, self.venue):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        if not keep:
            shutil.rmtree(self.run, ignore_errors=True)

    # the operator

    def ctl(self, *arguments):
        done = subprocess.run([self.tool, "ctl", "--socket", self.run / "control.sock", *arguments],
                              capture_output=True, text=True, timeout=20)
        return done.returncode, done.stdout + done.stderr

    def status(self):
        code, text = self.ctl("status")
        assert code == 0, text + (self.run / "engine.log").read_text()[-2000:]
        document = json.loads(text)
        return document.get("status", document)

    def now(self):
        return self.status()["engine"]

    def is_ready(self, since=0):
        """Both links up, reconciled after `since` (engine time), nothing open, nothing unknown."""
        now = self.now()
        return (now["market_link"] == now["order_link"] == "UP" and now["last_reconciled_ns"] > since
                and now["last_reconciled_ns"] > now["order_link_since_ns"] and float(now["bid_price"]) > 0
                and now["open_orders"] == now["unknown_orders"] == 0 and not set(now["missing"]) - {"note", "staged"})

    def arm(self):
        """The ceremony, after the note that a SAFE asks for; whether the engine is LIVE afterwards, with what it said."""
        now = self.now()
        if now["incident_open"] and not now["incident_noted"]:
            code, text = self.ctl("incident", "the test looked at the venue and found what it had done to it")
            assert code == 0, text
        code, text = self.ctl("stage", "--lifetime", "600", "--json")
        assert code == 0, text
        shown = json.loads(text)["hash"]
        for words in (("arm", shown, "--within", "30"), ("confirm", shown)):
            code, text = self.ctl(*words)
            if code != 0:
                return False, text
        return self.now()["state"] == "LIVE", text

    def journal(self):
        done = subprocess.run([self.tool, "journal", "export", self.run / "journal"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def prove(parts, balances_before, summary):
    """The venue's records against the engine's: no order twice, none unknown, same position, same balances."""
    orders, trades, lines = parts.venue_orders(), parts.venue_trades(), parts.journal()
    placed = [line["client_order_id"] for line in lines
              if line["kind"] == "decision" and line["action"] == "place"]
    assert len(placed) == len(set(placed)), "the engine used a client order id twice"
    at_venue = [order["clientOrderId"] for order in orders]
    twice = {name for name in at_venue if at_venue.count(name) > 1}
    assert not twice, f"placed twice at the venue: {twice}"
    foreign = set(at_venue) - set(placed)
    assert not foreign, f"orders at the venue that the journal does not know: {foreign}"
    assert not [order for order in orders if order["status"] in ("NEW", "PARTIALLY_FILLED")], "orders are left open"
    ends = {line["client_order_id"]: line["to"] for line in lines if line["kind"] == "order"}
    words = {"FILLED": {"filled"}, "CANCELED": {"cancelled"}, "EXPIRED": {"expired", "cancelled"},
             "EXPIRED_IN_MATCH": {"expired"}}
    for order in orders:
        assert ends[order["clientOrderId"]] in words[order["status"]], (order, ends[order["clientOrderId"]])
    for name in set(placed) - set(at_venue):
        assert ends[name] in ("failed", "rejected"), (name, ends[name])

    signs = [(1 if trade["isBuyer"] else -1, trade) for trade in trades]
    position = sum(sign * units(trade["qty"]) for sign, trade in signs)
    assert units(summary["position"]) == position, (summary["position"], position)
    expected = dict(balances_before)
    for sign, trade in signs:
        expected["BTC"] += sign * units(trade["qty"])
        expected["USDT"] -= sign * units(trade["quoteQty"])
        expected[trade["commissionAsset"]] -= units(trade["commission"])
    assert parts.venue_balances() == expected, (parts.venue_balances(), expected)
    assert summary["open_orders_at_end"] == 0, summary
    assert summary["position_matches_venue"] and summary["balances_match_venue"], summary
    keys = [(line["venue_order_id"], line["trade_id"]) for line in lines if line["kind"] == "fill"]
    assert {(order, int(trade)) for order, trade in keys} == {(trade["orderId"], trade["id"]) for trade in trades}
    for check in (("journal", "verify"), ("replay",)):
        done = subprocess.run([parts.tool, *check, parts.run / "journal"], capture_output=True, text=True)
        assert done.returncode == 0, (check, done.stdout, done.stderr)
    return len(orders), len(trades), len(set(placed) - set(at_venue))

"""Venue and engine of one run as processes that a test can kill, and the venue's own records asked by other code."""
import base64, hashlib, hmac, json, os, pathlib, shutil, signal, ssl, subprocess, tempfile, time, urllib.error, urllib.parse
import urllib.request



def wait_for(what, seconds, condition):
    """Polls until the condition holds, and gives what it gave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise SystemExit(f"waited {seconds} s until {what}")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Parts:
    """One run in a directory of its own. `signing` is ed25519 or hmac; `settings` override the configuration."""

    def __init__(self, tool, signing="ed25519", seed=3, venue_flags=(), settings=(), engine_flags=(), base=None):
        self.tool, self.signing, self.seed = tool, signing, seed
        self.venue_flags, self.settings = list(venue_flags), list(settings)
        self.engine_flags = list(engine_flags)
        self.run = pathlib.Path(tempfile.mkdtemp(prefix="needletail-parts-", dir=base))
        self.venue = self.engine = None
        self.key, self.secret, self.port = "NeedletailLoopbackTestKey0123456789", "a-secret-for-tests-only", 0
        self.repository = pathlib.Path(__file__).resolve().parents[2]
        # What a test changes in the configuration's text beside single settings.
        self.edit = lambda text: text
        self.certificates()

    def certificates(self):
        run = self.run
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        (run / "leaf.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
                                      "basicConstraints=critical,CA:FALSE\nauthorityKeyIdentifier=keyid\n")
        openssl("req", "-x509", *curve, "-keyout", run / "ca.key", "-out", run / "ca.pem", "-days", "2", "-subj",
                "/CN=throw-away CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        openssl("req", *curve, "-keyout", run / "venue.key", "-out", run / "venue.csr", "-subj", "/CN=localhost")
        openssl("x509", "-req", "-in", run / "venue.csr", "-CA", run / "ca.pem", "-CAkey", run / "ca.key",
                "-CAcreateserial", "-out", run / "venue.pem", "-days", "2", "-extfile", run / "leaf.ext")
        openssl("genpkey", "-algorithm", "ed25519", "-out", run / "account.key")
        openssl("pkey", "-in", run / "account.key", "-pubout", "-out", run / "account.pub")
        self.tls = ssl.create_default_context(cafile=str(run / "ca.pem"))

    # processes

    def start(self, name, *arguments, **more):
        log = open(self.run / f"{name}.log", "ab")
        return subprocess.Popen([self.tool, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more)

    def start_venue(self):
        run = self.run
        (run / "venue.port").unlink(missing_ok=True)
        account = ["--account-public-key", run / "account.pub"] if self.signing == "ed25519" else \
            ["--account-hmac-secret", self.secret]
        self.venue = self.start("venue", "venue", "--cert", run / "venue.pem", "--key", run / "venue.key", "--seed",
                                self.seed, "--port-file", run / "venue.port", "--port", self.port, "--state",
                                run / "venue.state", "--account", self.key, *account, "--balances",
                                "BTC=10,USDT=1000000", *self.venue_flags)
        wait_for(f"the venue listens (see {run}/venue.log)", 30,
                 lambda: (run / "venue.port").exists() and (run / "venue.port").read_text().strip())
        self.port = int((run / "venue.port").read_text())

    def kill_venue(self):
        os.kill(self.venue.pid, signal.SIGKILL)
        self.venue.wait()

    def start_engine(self):
        run, place = self.run, f"127.0.0.1:{self.port}"
        text = (self.repository / "config" / "demo.yaml").read_text()
        if self.signing == "hmac":
            text = text.replace("ed25519_private_key_env", "hmac_secret_env")
        (run / "run.yaml").write_text(self.edit(text))
        settings = [f"run.directory={run}", f"venue.market_data.url=wss://{place}/stream", "timeouts.guard=5s",
                    f"venue.orders.url=wss://{place}/ws-api/v3", f"venue.rest.url=https://{place}",
                    f"venue.ca_file={run}/ca.pem", f"journal.directory={run}/journal",
                    f"control.socket={run}/control.sock", "limits.max_data_age=2s", "feed.stale_after=3s", *self.settings]
        secret = (run / "account.key").read_text() if self.signing == "ed25519" else self.secret
        flags = [word for setting in settings for word in ("--set", setting)]
        self.engine = self.start(
            "engine", "engine", "--config", run / "run.yaml", "--summary", run / "summary.json", *flags,
            *self.engine_flags,
            env={**os.environ, "NEEDLETAIL_DEMO_API_KEY": self.key, "NEEDLETAIL_DEMO_PRIVATE_KEY": secret})
        wait_for(f"the control socket is there (see {run}/engine.log)", 30, (run / "control.sock").exists)

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

    # the venue's own records

    def signed(self, route, query="", method="GET"):
        query += ("&" if query else "") + f"timestamp={int(time.time() * 1000)}"
        if self.signing == "hmac":
            signature = hmac.new(self.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        else:
            payload = self.run / "payload"
            payload.write_text(query)
            raw = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.run / "account.key", "-in", payload],
                                 check=True, capture_output=True).stdout
            signature = urllib.parse.quote(base64.b64encode(raw), safe="")
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}/api/v3/{route}?{query}&signature={signature}",
            headers={"X-MBX-APIKEY": self.key}, method=method)
        with urllib.request.urlopen(request, context=self.tls, timeout=5) as answer:
            return json.load(answer)

    def switch_faults(self, text=None):
        """Sets the venue's fault switches, or leaves them; how often each has struck so far."""
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}/loopback/faults",
                                         data=None if text is None else text.encode())
        with urllib.request.urlopen(request, context=self.tls, timeout=5) as answer:
            return json.load(answer)

    def paged(self, route, first, number):
        """All rows of a route that pages by an id."""
        rows, start = [], 0
        while True:
            page = self.signed(route, f"symbol=BTCUSDT&{first}={start}&limit=1000")
            rows += page
            if len(page) < 1000:
                return rows
            start = page[-1][number] + 1

    def venue_orders(self):
        return self.paged("allOrders", "orderId", "orderId")

    def venue_trades(self):
        return self.paged("myTrades", "fromId", "id")

    def venue_balances(self):
        return {row["asset"]: units(row["free"]) + units(row["locked"]) for row in self.signed("account")["balances"]}

    def journal(self):
        done = subprocess.run([self.tool, "journal", "export", self.run / "journal"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def units(text):
    """Decimal text at scale 8, exactly."""
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("-").partition(".")
    return sign * (int(whole) * 10**8 + int((fraction + "0" * 8)[:8]))



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

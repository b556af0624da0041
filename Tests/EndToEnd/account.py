"""What the tests of whole processes share: waiting for a condition, throw-away certificates, the venue as a process, and
the venue's own records asked by other code than the engine's."""
import base64, hashlib, hmac, json, pathlib, ssl, subprocess, time, urllib.parse, urllib.request


def wait_for(what, seconds, condition):
    """What `condition` gives once it is true; ends the test when it stays false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise SystemExit(f"waited {seconds} s until {what}")


def units(text):
    """Decimal text at scale 8, exactly."""
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("-").partition(".")
    return sign * (int(whole) * 10**8 + int((fraction + "0" * 8)[:8]))


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout


def certificates(place):
    """In `place`: an authority, the venue's certificate by it, and an account's Ed25519 key."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    (place / "leaf.ext").write_text(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    openssl("req", "-x509", *curve, "-keyout", place / "ca.key", "-out", place / "ca.pem", "-days", "2", "-subj",
            "/CN=throw-away CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", *curve, "-keyout", place / "venue.key", "-out", place / "venue.csr", "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", place / "venue.csr", "-CA", place / "ca.pem", "-CAkey", place / "ca.key",
            "-CAcreateserial", "-out", place / "venue.pem", "-days", "2", "-extfile", place / "leaf.ext")
    openssl("genpkey", "-algorithm", "ed25519", "-out", place / "account.key")
    openssl("pkey", "-in", place / "account.key", "-pubout", "-out", place / "account.pub")


def child(parent, word):
    """The process that `parent` started with this word among its arguments."""
    listing = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True).stdout
    for line in listing.splitlines():
        pid, arguments = line.split(None, 1)
        if f" {word} " in arguments + " ":
            return int(pid)
    return None


class Account:
    """The venue's side of one account. `place` holds the certificates, the account's key and the venue's port; with a
    `secret` requests are signed by HMAC."""

    def __init__(self, place, key, secret=None):
        self.place, self.key, self.secret, self.port = pathlib.Path(place), key, secret, 0

    def run_venue(self, tool, *flags):
        """A venue as a process of its own, at the port of the one before."""
        place = self.place
        (place / "venue.port").unlink(missing_ok=True)
        signing = ("--account-public-key", place / "account.pub") if self.secret is None else \
            ("--account-hmac-secret", self.secret)
        words = [tool, "venue", "--cert", place / "venue.pem", "--key", place / "venue.key", "--port-file",
                 place / "venue.port", "--port", self.port, "--account", self.key, *signing, *flags]
        with open(place / "venue.log", "ab") as log:
            venue = subprocess.Popen(list(map(str, words)), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.find_venue()
        return venue

    def find_venue(self):
        file = self.place / "venue.port"
        wait_for(f"the venue listens (see {self.place}/venue.log)", 30, lambda: file.exists() and file.read_text().strip())
        self.port = int(file.read_text())

    def ask(self, address, data=None, method=None):
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}/{address}", headers={"X-MBX-APIKEY": self.key}, data=data, method=method)
        context = ssl.create_default_context(cafile=str(self.place / "ca.pem"))
        with urllib.request.urlopen(request, context=context, timeout=5) as answer:
            return json.load(answer)

    def signed(self, route, query="", method="GET"):
        query += ("&" if query else "") + f"timestamp={int(time.time() * 1000)}"
        if self.secret is not None:
            signature = hmac.new(self.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        else:
            payload = self.place / "payload"
            payload.write_text(query)
            raw = openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.place / "account.key", "-in", payload)
            signature = urllib.parse.quote(base64.b64encode(raw), safe="")
        return self.ask(f"api/v3/{route}?{query}&signature={signature}", method=method)

    def switch_faults(self, text=None):
        """Sets the venue's fault switches, or leaves them; how often each has struck so far."""
        return self.ask("loopback/faults", None if text is None else text.encode())

    def open_orders(self):
        return self.signed("openOrders", "symbol=BTCUSDT")

    def rest_far_away(self, client):
        """An order that nothing will fill, under the engine's prefix; its number."""
        return self.signed("order", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=40000.00"
                           f"&newClientOrderId={client}", "POST")["orderId"]

    def order_status(self, number):
        return self.signed("order", f"symbol=BTCUSDT&orderId={number}")["status"]

    def page(self, route, first, start):
        """All rows from `start` on of a route that pages by an id."""
        while True:
            rows = self.signed(route, f"symbol=BTCUSDT&{first}={start}&limit=1000")
            yield from rows
            if len(rows) < 1000:
                return
            start = rows[-1]["orderId" if first == "orderId" else "id"] + 1

    def venue_orders(self):
        return list(self.page("allOrders", "orderId", 0))

    def venue_trades(self):
        return list(self.page("myTrades", "fromId", 0))

    def venue_balances(self):
        return {row["asset"]: units(row["free"]) + units(row["locked"]) for row in self.signed("account")["balances"]}

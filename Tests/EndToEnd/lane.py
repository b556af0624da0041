"""One engine that is killed and started again at the same account and in the same run directory; after each start its dead
run's journal, read by other code than the engine's, is held against the venue's own account of what it received."""
import json, os, random, signal, socket, time

import segments
from account import units, wait_for
from parts import Parts

TOPOLOGY = """topology:
  runners:
    - { name: hot, core: CORE, idle: park, agents: [feed, parse, trade] }
    - { name: cold, core: OTHER, idle: park, agents: [cold] }"""


class Lane(Parts):
    """One engine, restarted for ever."""

    def __init__(self, tool, number, seed, segment_size="128KiB", home=""):
        self.number, self.prefix, self.segment_size = number, f"kill{number}-", segment_size
        super().__init__(tool, signing="hmac", seed=seed, venue_flags=["--limits", "1000"])
        self.home = self.run / home
        self.edit = self.on_its_core
        self.dice = random.Random(seed)
        self.early = self.trading = self.placed = self.late_fills = self.from_memory = self.never = self.torn = 0
        self.ids, self.trades, self.sessions = {}, {}, {}
        self.checked, self.next_order, self.next_trade, self.left, self.connection = 0, 0, 0, None, None
        self.longest = 0.0
        self.fills, self.last_of, self.chain = {}, {}, bytes(32)

    def on_its_core(self, text):
        """The lanes side by side keep their hot threads apart."""
        cores = len(os.sched_getaffinity(0))
        core = self.number % cores
        topology = TOPOLOGY.replace("CORE", str(core)).replace("OTHER", str((core + 1) % cores))
        assert "topology: { preset: two-cores }" in text
        return text.replace("topology: { preset: two-cores }", topology)

    def values(self):
        return super().values() | {"journal.segment_size": self.segment_size, "venue.client_id_prefix": self.prefix}

    def spawn(self):
        (self.run / "engine.log").unlink(missing_ok=True)
        self.began = time.monotonic()
        self.launch(self.flags)

    def log(self):
        return (self.run / "engine.log").read_text()[-3000:]

    def request(self, verb, **arguments):
        """One request over the control socket."""
        self.connection.sendall(json.dumps({"id": 1, "verb": verb, **arguments}).encode() + b"\n")
        line = b""
        while not line.endswith(b"\n"):
            more = self.connection.recv(1 << 16)
            assert more, f"the engine closed the connection\n{self.log()}"
            line += more
        answer = json.loads(line)
        assert answer["ok"], f"{verb}: {answer}"
        return answer["result"]

    def connect(self):
        def attempt():
            assert self.engine.poll() is None, f"the engine ended with {self.engine.returncode}\n{self.log()}"
            link = socket.socket(socket.AF_UNIX)
            link.settimeout(20)
            try:
                link.connect(str(self.home / "control.sock"))
                return link
            except OSError:
                link.close()
        self.connection = wait_for("the engine answers", 60, attempt)

    def status(self):
        return self.request("status")

    def now(self):
        return self.status()["engine"]

    def begin(self):
        """The venue up, its balances known, the configuration written."""
        self.start_venue()
        self.balances = self.venue_balances()
        self.flags = self.configure()

    def kill(self):
        """What shared memory holds at the moment of death is what the restart has to bring back."""
        os.kill(self.engine.pid, signal.SIGKILL)
        self.engine.wait()
        if self.connection:
            self.connection.close()
            self.connection = None
        self.left = segments.left_in_memory(self.home / "journal.shm")
        if self.left:
            session, last = self.left
            written = [segment for segment in segments.segments(self.home / "journal", above=self.checked)
                       if segment.whole and segment.session == session]
            if written and written[-1].last < last:
                self.from_memory += session not in self.sessions
                self.sessions[session] = last

    def recovered(self):
        """Reads every segment of the dead runs that was not read before. The living run's are left for later."""
        found = segments.segments(self.home / "journal", above=self.checked)
        living = found[-1].run
        for segment in found:
            if segment.run == living:
                break
            assert segment.torn == 0, f"{segment.path}: {segment.torn} bytes of a torn write were left in place"
            known = self.last_of.get(segment.session, 0)
            assert segment.first == known + 1, f"{segment.path}: begins at {segment.first} behind {known}"
            self.last_of = {segment.session: segment.last}
            if segment.last >= self.sessions.get(segment.session, 0):
                self.sessions.pop(segment.session, None)
            assert segment.previous == self.chain, f"{segment.path}: the hash chain is broken"
            self.chain, self.checked = segment.end, segment.number
            for words in segment.records:
                if segments.kind(words) == segments.PLACE:
                    name = segments.client(self.prefix, words[3])
                    assert name not in self.ids, f"{name} was decided twice"
                    assert words[3] >> 32 == segment.run, f"{name} is not of run {segment.run}"
                    self.ids[name] = 0
                elif segments.kind(words) == segments.FILL:
                    key = (words[4], words[6])
                    fill = (words[3], words[7], words[8])
                    # The history names an order by the venue's number alone.
                    assert self.fills.get(key, fill)[1:] == fill[1:], f"trade {key} is journalled in two ways"
                    self.fills[key] = fill

    def reconciled(self):
        """Waits until the restarted engine is reconciled: DISARMED all the time, and nothing sent but what cancels."""
        first = self.now()
        assert first["state"] == "DISARMED" and int(first["mandate_hash"], 16) == 0, f"a restart is {first['state']}"

        def ready():
            now = self.now()
            assert now["state"] == "DISARMED" and now["orders_sent"] == 0, now
            return (now["market_link"] == now["order_link"] == "UP" and now["last_reconciled_ns"] > now["order_link_since_ns"]
                    and float(now["bid_price"]) > 0 and now["open_orders"] == now["unknown_orders"] == 0 and now)
        wait_for("the engine is reconciled", 60, ready)

    def check(self):
        """The dead runs against the venue, at a moment when nothing of ours rests there."""
        self.reconciled()
        self.longest = max(self.longest, time.monotonic() - self.began)
        assert not self.signed("openOrders", "symbol=BTCUSDT"), "orders are left at the venue"
        self.recovered()
        lost = {session: last for session, last in self.sessions.items() if self.last_of.get(session, 0) < last}
        assert not lost, f"records in shared memory were lost: {lost}; the journal has {self.last_of}"
        for order in self.page("allOrders", "orderId", self.next_order):
            name = order["clientOrderId"]
            assert name in self.ids, f"the venue received {name}, which no journal knows"
            self.ids[name] += 1
            assert self.ids[name] == 1, f"{name} was sent twice"
            self.next_order = order["orderId"] + 1
            self.placed += 1
        for trade in self.page("myTrades", "fromId", self.next_trade):
            self.trades[(trade["orderId"], trade["id"])] = trade
            sign = 1 if trade["isBuyer"] else -1
            self.balances["BTC"] += sign * units(trade["qty"])
            self.balances["USDT"] -= sign * units(trade["quoteQty"])
            self.balances[trade["commissionAsset"]] -= units(trade["commission"])
            self.next_trade = trade["id"] + 1
        for key, (_, price, quantity) in self.fills.items():
            trade = self.trades.get(key)
            assert trade, f"the journal has a fill {key} that the venue does not know"
            assert (units(trade["price"]), units(trade["qty"])) == (price, quantity), (key, trade)
        venue = self.venue_balances()
        assert venue == self.balances, f"balances {venue}, by the venue's trades {self.balances}"
        # The engine's own picture of the account, as its new run wrote it down.
        wait_for("the engine's balances are the venue's", 20, lambda: self.engine_balances() == (venue["BTC"], venue["USDT"]))
        now = self.now()
        assert now["reconcile_breaks"] == 0 and now["state"] == "DISARMED", now

    def engine_balances(self):
        """BTC and USDT, free and locked, of the newest records in the living run's journal."""
        newest = {}
        for segment in segments.segments(self.home / "journal", above=self.checked):
            for words in segment.records if segment.whole else ():
                if segments.kind(words) == segments.BALANCE:
                    newest[words[1] >> 16 & 0xFFFF] = segments.signed(words[3]) + segments.signed(words[4])
        return newest.get(0), newest.get(1)

    def arm(self):
        if self.now()["incident_open"] and not self.now()["incident_noted"]:
            self.request("incident", text="the test looked at the venue and found what it had done")
        wait_for("nothing but the stage is missing", 20, lambda: not set(self.now()["missing"]) - {"staged"})
        digest = self.request("stage", lifetime_s=600)["hash"]
        self.request("arm", hash=digest, within_s=30)
        self.request("confirm", hash=digest)

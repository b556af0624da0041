"""Stops and kills the engine of a demo in mid-run and asks the venue for its open orders."""
import base64, json, os, pathlib, shutil, signal, ssl, subprocess, sys, tempfile, time, urllib.parse, urllib.request

tool = sys.argv[1]
API_KEY = "NeedletailLoopbackDemoKey0123456789"


def wait_for(what, seconds, condition):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise SystemExit(f"waited {seconds} s until {what}")


def open_orders(run):
    return signed(run, "openOrders", "symbol=BTCUSDT")


def rest_far_away(run):
    """An order under the engine's prefix that nothing will fill: it stands for what rests when the engine is gone."""
    return signed(run, "order", "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=40000.00"
                  "&newClientOrderId=demo-00000010000001", "POST")["orderId"]


def signed(run, route, query, method="GET"):
    """The venue's own answer, signed with the openssl command."""
    port = int((run / "venue.port").read_text())
    query += f"&timestamp={int(time.time() * 1000)}"
    payload = run / "payload"
    payload.write_text(query)
    signature = subprocess.run(
        ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", run / "account.key", "-in", payload],
        check=True, capture_output=True).stdout
    quoted = urllib.parse.quote(base64.b64encode(signature), safe="")
    request = urllib.request.Request(
        f"https://127.0.0.1:{port}/api/v3/{route}?{query}&signature={quoted}", headers={"X-MBX-APIKEY": API_KEY}, method=method)
    context = ssl.create_default_context(cafile=str(run / "ca.pem"))
    with urllib.request.urlopen(request, context=context, timeout=5) as answer:
        return json.load(answer)


def child(parent, word):
    listing = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True).stdout
    for line in listing.splitlines():
        pid, arguments = line.split(None, 1)
        if f" {word} " in arguments + " ":
            return int(pid)
    return None


def second_guard(run, demo):
    """A guard of our own in the place of the demo's: its first REST server is a port on which nobody listens."""
    port = int((run / "venue.port").read_text())
    first = child(demo.pid, "guard")
    os.kill(first, signal.SIGKILL)
    wait_for("the demo's guard is gone", 10, lambda: child(demo.pid, "guard") in (None,) or zombie(first))
    log = open(run / "second.log", "w")
    guard = subprocess.Popen(
        [tool, "guard", "--config", run / "demo.yaml", "--set", "venue.rest.url=https://127.0.0.1:1", "--set",
         f'venue.failover=[{{orders: {{url: "wss://127.0.0.2:{port}/ws-api/v3"}}, rest: {{url: "https://127.0.0.1:{port}"}}}}]'],
        stdout=log, stderr=log,
        env={**os.environ, "NEEDLETAIL_DEMO_API_KEY": API_KEY,
             "NEEDLETAIL_DEMO_PRIVATE_KEY": (run / "account.key").read_text()})
    wait_for("the second guard watches", 10, lambda: "watching" in (run / "second.log").read_text())
    return guard


def zombie(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def play(name, number, first_server_dead=False):
    base = pathlib.Path(tempfile.mkdtemp())
    demo = subprocess.Popen([tool, "demo", "--seconds", "120", "--keep", "--seed", "3"], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(base)})
    engine = None
    guard = None
    try:
        run = wait_for("the run's directory is there", 30, lambda: next(base.glob("needletail-demo-*"), None))
        wait_for("the venue listens", 30, (run / "venue.port").exists)
        wait_for("the engine has orders at the venue", 40, lambda: open_orders(run))
        engine = child(demo.pid, "engine")
        if first_server_dead:
            guard = second_guard(run, demo)
        os.kill(engine, number)
        began = time.monotonic()
        mine = rest_far_away(run)
        resting = [order["orderId"] for order in open_orders(run)]
        assert mine in resting, resting
        bound = 5 if first_server_dead else 2
        wait_for("the latch is set and the venue shows no open order", bound,
                 lambda: (run / "kill.latch").exists() and not open_orders(run))
        took = time.monotonic() - began
        assert took < bound, f"{name}: {took:.2f} s until the venue was clean"
        states = {order: signed(run, "order", f"symbol=BTCUSDT&orderId={order}")["status"] for order in resting}
        assert states[mine] == "CANCELED", states
        assert all(state in ("CANCELED", "FILLED") for state in states.values()), states
        if number == signal.SIGSTOP:
            os.kill(engine, signal.SIGCONT)
            time.sleep(1.0)  # long enough for an engine that trades on to place orders
            assert not open_orders(run), "the engine traded on after it was stopped"
        print(f"guard: {name}: no order left at the venue after {took:.2f} s, {sorted(states.values())}")
    finally:
        if guard:
            guard.kill()
            guard.wait()
        if engine and number == signal.SIGSTOP:
            try:
                os.kill(engine, signal.SIGCONT)
            except ProcessLookupError:
                pass
        demo.send_signal(signal.SIGTERM)
        try:
            demo.wait(45)
        except subprocess.TimeoutExpired:
            demo.kill()
        shutil.rmtree(base, ignore_errors=True)


play("SIGSTOP", signal.SIGSTOP)
play("SIGKILL", signal.SIGKILL)
play("SIGKILL with the first REST server dead", signal.SIGKILL, first_server_dead=True)

"""Stops and kills the engine of a demo in mid-run and asks the venue for its open orders."""
import os, pathlib, shutil, signal, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.dirname(__file__))
from account import Account, child, wait_for

tool = sys.argv[1]
API_KEY = "NeedletailLoopbackDemoKey0123456789"


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
        account = Account(run, API_KEY)
        account.find_venue()
        wait_for("the engine has orders at the venue", 40, account.open_orders)
        engine = child(demo.pid, "engine")
        if first_server_dead:
            guard = second_guard(run, demo)
        os.kill(engine, number)
        began = time.monotonic()
        # It stands for what rests when the engine is gone.
        mine = account.rest_far_away("demo-00000010000001")
        resting = [order["orderId"] for order in account.open_orders()]
        assert mine in resting, resting
        bound = 5 if first_server_dead else 2
        wait_for("the latch is set and the venue shows no open order", bound,
                 lambda: (run / "kill.latch").exists() and not account.open_orders())
        took = time.monotonic() - began
        assert took < bound, f"{name}: {took:.2f} s until the venue was clean"
        states = {order: account.order_status(order) for order in resting}
        assert states[mine] == "CANCELED", states
        assert all(state in ("CANCELED", "FILLED") for state in states.values()), states
        if number == signal.SIGSTOP:
            os.kill(engine, signal.SIGCONT)
            time.sleep(1.0)  # long enough for an engine that trades on to place orders
            assert not account.open_orders(), "the engine traded on after it was stopped"
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

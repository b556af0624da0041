"""SIGKILL at random moments, again and again. Two engines side by side, each with a venue of its own."""
import signal, subprocess, sys, threading, time, traceback

from lane import Lane


class Victim(Lane):
    def round(self):
        """A start and a kill. One in five dies while it starts."""
        self.spawn()
        if self.dice.random() < 0.2:
            time.sleep(self.dice.uniform(0, 0.3))
            self.early += 1
            return self.kill()
        self.connect()
        self.check()
        self.arm()
        time.sleep(self.dice.uniform(0, 0.35))
        self.trading += 1
        self.kill()

    def work(self, kills):
        self.begin()
        for number in range(1, kills + 1):
            self.round()
            if number % 50 == 0 and number < kills:
                print(f"kills: lane {self.number}: {number} of {kills}", flush=True)
        self.spawn()
        self.connect()
        self.check()
        self.connection.close()
        assert sum(self.ids.values()) == self.placed
        self.never = len(self.ids) - self.placed
        self.late_fills = len(set(self.trades) - set(self.fills))
        self.torn = len(list((self.home / "journal").glob("*.torn-*")))
        self.engine.send_signal(signal.SIGTERM)
        assert self.engine.wait(40) == 0, self.log()
        for check in (("journal", "verify"), ("replay",)):
            done = subprocess.run([self.tool, *check, self.home / "journal"], capture_output=True, text=True)
            assert done.returncode == 0, (check, done.stdout, done.stderr)


tool, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
print(f"kills: seed {seed}", flush=True)
lanes = [Victim(tool, number, seed * 2 + number) for number in range(2)]
problems = []


def run(lane):
    try:
        lane.work(kills // 2)
    except BaseException as problem:  # the other lane goes on, the main thread reports
        problems.append((lane, traceback.format_exc()))


began = time.monotonic()
threads = [threading.Thread(target=run, args=(lane,)) for lane in lanes]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for lane in lanes:
    lane.close(keep=any(lane is bad for bad, _ in problems))
for lane, text in problems:
    print(f"kills: lane {lane.number} after {lane.early + lane.trading} kills; kept {lane.run}\n{text}", flush=True)
if problems:
    sys.exit(1)
total = {name: sum(getattr(lane, name) for lane in lanes)
         for name in ("early", "trading", "placed", "never", "late_fills", "from_memory", "torn")}
orders = sum(len(lane.ids) for lane in lanes)
assert total["placed"] > kills // 4, f"only {total['placed']} orders reached the venue: this proves nothing"
print(f"kills: {total['early'] + total['trading']} kills ({total['early']} while it started, {total['trading']} LIVE) in "
      f"{time.monotonic() - began:.0f} s; {orders} orders decided, {total['placed']} seen by the venue, each once and each "
      f"journalled; {total['never']} died before they were sent; {total['from_memory']} journals completed from shared "
      f"memory, {total['torn']} torn tails kept aside; {total['late_fills']} fills came after a death; 0 records lost; every "
      f"restart DISARMED and reconciled, the slowest after {max(lane.longest for lane in lanes):.2f} s; verified, replayed")

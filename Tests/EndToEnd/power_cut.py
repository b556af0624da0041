"""Power cuts without a power switch: what the file system had given to its device by then is what a machine finds after
one. The device is a file; copying it while it is mounted, with the engine dead, leaves out all that was in memory only."""
import os, pathlib, shutil, signal, subprocess, sys, time

import disks, segments
from lane import Lane

tool, cuts, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
reason = disks.reason_not()
if reason:
    print(f"SKIP power_cut.sh: {reason}")
    sys.exit(0)
print(f"power cuts: seed {seed}", flush=True)
lane = Lane(tool, 0, seed, segment_size="256KiB", home="disk")
kept, lost, torn, began = True, 0, 0, time.monotonic()
try:
    with disks.Mounts() as mounts:
        disk, store = lane.home, lane.run / "store"
        mounts.tmpfs(store, "160m")
        image, copy = store / "image", store / "copy"
        disks.ext4(image, 48)
        mounts.image(image, disk)
        lane.begin()
        lane.spawn()
        for number in range(cuts):
            lane.connect()
            lane.reconciled()
            lane.arm()
            time.sleep(lane.dice.uniform(0.05, 0.5))
            facts = lane.status()
            durable, run = facts["journal"]["durable"], segments.segments(disk / "journal")[-1].run
            shown = len(lane.request("fills", limit=1000))
            os.kill(lane.engine.pid, signal.SIGKILL)
            lane.engine.wait()
            lane.connection.close()
            before = segments.segments(disk / "journal")
            shutil.copyfile(image, copy)
            mounts.unmount(disk)
            os.replace(copy, image)
            mounts.image(image, disk)
            # What the machine finds: all that was durable, each record as it was written, nothing else.
            mine = [segment for segment in segments.segments(disk / "journal") if segment.whole and segment.run == run]
            found = [words for segment in mine for words in segment.records]
            assert len(found) >= durable, f"cut {number}: {durable} records were durable, {len(found)} are left"
            written = [words for segment in before if segment.run == run for words in segment.records]
            assert [w[:15] for w in found] == [w[:15] for w in written[:len(found)]], f"cut {number}: a wrong record"
            commands = [words for words in found if segments.kind(words) == (segments.INPUT, 9)]
            assert len(commands) >= 3, f"cut {number}: an answered command is gone: {len(commands)} of 3"
            kept_fills = {(words[4], words[6]) for words in found if segments.kind(words) == segments.FILL}
            assert len(kept_fills) >= shown, f"cut {number}: {shown} fills were shown, {len(kept_fills)} are left"
            lost += len(written) - len(found)
            lane.spawn()
        lane.connect()
        lane.reconciled()
        assert not lane.signed("openOrders", "symbol=BTCUSDT"), "orders are left at the venue"
        names = [order["clientOrderId"] for order in lane.page("allOrders", "orderId", 0)]
        assert len(names) == len(set(names)), "an order was sent twice"
        lane.connection.close()
        lane.engine.send_signal(signal.SIGTERM)
        assert lane.engine.wait(40) == 0, lane.log()
        done = subprocess.run([tool, "journal", "verify", disk / "journal"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        torn = len(list((disk / "journal").glob("*.torn-*")))
    print(f"power cuts: {cuts} in {time.monotonic() - began:.0f} s; nothing durable was lost and no wrong record accepted; "
          f"{lost} records since the last sync went with the power; {torn} torn tails kept aside; {len(names)} orders, none twice")
    kept = False
finally:
    lane.close(keep=kept)

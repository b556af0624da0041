"""Power cuts without a power switch: what the file system had given to its device by then is what a machine finds after
one. The device is a file; copying it while it is mounted, with the engine dead, leaves out all that was in memory only.

Each life leaves segments and nothing is ever removed, so an image has room for some seventy cuts: after forty there is a
fresh one, with a venue and an account of its own."""
import os, pathlib, shutil, signal, subprocess, sys, time

import disks, segments, skips
from lane import Lane

tool, cuts, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
CUTS_OF_AN_IMAGE = 40
began = time.monotonic()
total = dict.fromkeys(("cuts", "lost", "torn", "orders"), 0)


def cut(lane, mounts, image, number):
    """One life up to its end, and what the next one finds."""
    disk, copy = lane.home, image.with_name("copy")
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
    total["lost"] += len(written) - len(found)


def ends(lane):
    """After the last cut of an image: the venue, the orders and the whole journal."""
    lane.connect()
    lane.reconciled()
    assert not lane.signed("openOrders", "symbol=BTCUSDT"), "orders are left at the venue"
    names = [order["clientOrderId"] for order in lane.page("allOrders", "orderId", 0)]
    assert len(names) == len(set(names)), "an order was sent twice"
    lane.connection.close()
    lane.engine.send_signal(signal.SIGTERM)
    assert lane.engine.wait(40) == 0, lane.log()
    done = subprocess.run([tool, "journal", "verify", lane.home / "journal"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    total["torn"] += len(list((lane.home / "journal").glob("*.torn-*")))
    total["orders"] += len(names)


def image_of(count, seed):
    """`count` cuts on an image of their own."""
    lane = Lane(tool, 0, seed, segment_size="256KiB", home="disk")
    kept = True
    try:
        with disks.Mounts() as mounts:
            store = lane.run / "store"
            mounts.tmpfs(store, "160m")
            image = store / "image"
            disks.ext4(image, 48)
            mounts.image(image, lane.home)
            lane.begin()
            lane.spawn()
            for _ in range(count):
                cut(lane, mounts, image, total["cuts"])
                total["cuts"] += 1
                if total["cuts"] % 10 == 0 and total["cuts"] < cuts:
                    print(f"power cuts: {total['cuts']} of {cuts} after {time.monotonic() - began:.0f} s", flush=True)
                lane.spawn()
            ends(lane)
        kept = False
    finally:
        lane.close(keep=kept)


reason, machine = disks.reason_not()
if reason:
    skips.skip("power_cut.sh", reason, machine)
    sys.exit(0)
print(f"power cuts: seed {seed}", flush=True)
while total["cuts"] < cuts:
    image_of(min(CUTS_OF_AN_IMAGE, cuts - total["cuts"]), seed + total["cuts"])
print(f"power cuts: {total['cuts']} in {time.monotonic() - began:.0f} s; nothing durable was lost and no wrong record accepted; "
      f"{total['lost']} records since the last sync went with the power; {total['torn']} torn tails kept aside; "
      f"{total['orders']} orders, none twice")

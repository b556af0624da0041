"""Real trouble under the journal: a file system under its floor, a full one, a file size limit, and an ext4 whose
device has no more room, where the sync itself fails. Each while orders rest at the venue."""
import os, resource, shutil, signal, subprocess, sys, time

import disks, segments, skips
from account import wait_for
from lane import Lane

tool = sys.argv[1]


def trade(lane):
    lane.spawn()
    lane.connect()
    lane.reconciled()
    lane.arm()
    wait_for("orders rest at the venue", 20, lambda: lane.signed("openOrders", "symbol=BTCUSDT"))


def ends(lane, *why):
    """The engine ends by itself, having cancelled everything, and gives one of the reasons."""
    began = time.monotonic()
    try:
        status = lane.engine.wait(30)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"it trades on\n{lane.log()}")
    took, log = time.monotonic() - began, lane.log()
    lane.connection.close()
    assert status == 1, (status, log)
    assert "the journal failed" in log and any(word in log for word in why), log
    assert not lane.signed("openOrders", "symbol=BTCUSDT"), "orders are left at the venue"
    return f"ended after {took:.1f} s"


def again(lane):
    """The start after the disk was mended: latched; and every order the venue saw is in the journal."""
    lane.spawn()
    lane.connect()
    wait_for("it is halted", 20, lambda: lane.now()["state"] == "HALTED")
    lane.request("unlatch", reason="the disk was mended")
    wait_for("it is DISARMED", 20, lambda: lane.now()["state"] == "DISARMED")
    lane.check()
    lane.connection.close()
    lane.engine.send_signal(signal.SIGTERM)
    assert lane.engine.wait(40) == 0, lane.log()
    done = subprocess.run([tool, "journal", "verify", lane.home / "journal"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    return f"{lane.placed} orders at the venue, all in the journal, none twice"


def file_size(lane):
    """Nothing may be written past 16 KiB: the kernel's answer is EFBIG, and a signal that must not end the process."""
    lane.begin()
    trade(lane)
    resource.prlimit(lane.engine.pid, resource.RLIMIT_FSIZE, (16 << 10, resource.RLIM_INFINITY))
    said = ends(lane, "File too large")
    return said, again(lane)


def under_the_floor(lane, mounts):
    mounts.tmpfs(lane.home, "24m")
    lane.begin()
    trade(lane)
    filler = lane.home / "filler"
    facts = os.statvfs(lane.home)
    with open(filler, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, facts.f_bavail * facts.f_frsize - (400 << 10))
    said = ends(lane, "under the floor")
    filler.unlink()
    return said, again(lane)


def full(lane, mounts):
    """Not a byte is left, at once: the floor is noticed or the write fails, whichever comes first."""
    mounts.tmpfs(lane.home, "24m")
    lane.begin()
    trade(lane)
    filler = lane.home / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    said = ends(lane, "under the floor", "No space left on device")
    filler.unlink()
    return said, again(lane)


def device_error(lane, mounts):
    """An ext4 that believes in more room than its device has: a sync fails for real, once."""
    store = lane.run / "store"
    mounts.tmpfs(store, "40m")
    disks.ext4(store / "image", 64)
    mounts.image(store / "image", lane.home)
    lane.begin()
    trade(lane)
    facts = os.statvfs(store)
    with open(store / "filler", "wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, facts.f_bavail * facts.f_frsize)
    # The latch may not be writable there either: that is said.
    return ends(lane, "Input/output error", "No space left on device", "Read-only file system"), "the file system is gone, the account is flat of orders"


reason, machine = disks.reason_not()
if reason:
    skips.skip("disk.sh (full disk, failing device)", reason, machine)
cases = [file_size] if reason else [file_size, under_the_floor, full, device_error]
for number, case in enumerate(cases):
    lane = Lane(tool, number % 2, number + 1, segment_size="256KiB", home="disk")
    kept = True
    try:
        with disks.Mounts() as mounts:
            said, after = case(lane) if case is file_size else case(lane, mounts)
        print(f"disk: {case.__name__}: {said}, cancelled everything, said why; {after}", flush=True)
        kept = False
    finally:
        lane.close(keep=kept)

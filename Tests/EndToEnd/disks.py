"""Small file systems of a test's own, mounted for a while; only as root."""
import os, pathlib, subprocess


def reason_not():
    """Why this machine cannot mount, or None."""
    if os.geteuid() != 0:
        return "needs root to mount"
    if not pathlib.Path("/dev/loop-control").exists():
        return "no loop devices here"
    probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True)
    return None if probe.returncode == 0 else f"mounting is not allowed here: {probe.stderr.strip()}"


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stderr)


class Mounts:
    """Everything mounted is unmounted at the end, whatever happened."""

    def __init__(self):
        self.places = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for place in reversed(self.places):
            subprocess.run(["umount", "-l", str(place)], capture_output=True)

    def tmpfs(self, place, size):
        place.mkdir(exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", place)
        self.places.append(place)

    def image(self, image, place):
        place.mkdir(exist_ok=True)
        run("mount", "-o", "loop", image, place)
        self.places.append(place)

    def unmount(self, place):
        run("umount", place)
        self.places.remove(place)


def ext4(image, megabytes):
    with open(image, "wb") as file:
        file.truncate(megabytes << 20)
    run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", image)

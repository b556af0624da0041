"""Small file systems of a test's own, mounted for a while; only as root."""
import os, pathlib, shutil, subprocess


def reason_not():
    """Why nothing can be mounted here and whether the machine itself forbids it; `(None, False)` where it can."""
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        may = sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0
        return ("needs root to mount: run it with sudo", False) if may else ("needs root to mount", True)
    if not shutil.which("mkfs.ext4"):
        return "no mkfs.ext4 (tuning/packages.sh installs e2fsprogs)", False
    if not pathlib.Path("/dev/loop-control").exists():
        return "no loop devices here", True
    probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True)
    return (None, False) if probe.returncode == 0 else (f"mounting is not allowed here: {probe.stderr.strip()}", True)


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

"""Runs `needletail check` and `needletail engine` where io_uring_setup fails with a chosen errno."""

import ctypes
import errno
import os
import struct
import subprocess
import sys

TOOL = sys.argv[1]
IO_URING_SETUP = 425
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
libc = ctypes.CDLL(None, use_errno=True)


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def refuse(number):
    """Called in the child: from now on io_uring_setup fails with this errno."""
    instructions = [
        (0x20, 0, 0, 0),  # load the number of the system call
        (0x15, 0, 1, IO_URING_SETUP),  # another one: skip a line
        (0x06, 0, 0, ERRNO | number),
        (0x06, 0, 0, ALLOW),
    ]
    code = b"".join(struct.pack("HBBI", *i) for i in instructions)
    buffer = ctypes.create_string_buffer(code)
    program = Program(len(instructions), ctypes.addressof(buffer))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)):
        os._exit(77)


def run(number, *arguments):
    done = subprocess.run(
        [TOOL, *arguments], capture_output=True, text=True, timeout=30,
        env={**os.environ, "NEEDLETAIL_DEMO_API_KEY": "k", "NEEDLETAIL_DEMO_PRIVATE_KEY": "k"},
        preexec_fn=(lambda: refuse(number)) if number else None)
    return done.returncode, done.stdout + done.stderr


status, text = run(None, "check", "config/demo.yaml")
assert status == 0, text

for number, parts in {
    errno.EPERM: ["kernel.io_uring_disabled", "seccomp", "Cure"],
    errno.ENOSYS: ["ENOSYS", "seccomp", "Linux 6.1", "Cure"],
    errno.EINVAL: ["DEFER_TASKRUN", "Linux 6.1", "Cure"],
    errno.ENOMEM: ["ulimit -l", "Cure"],
}.items():
    for command in (["check", "config/demo.yaml"], ["engine", "--config", "config/demo.yaml"]):
        status, text = run(number, *command)
        if status == 77:
            if os.environ.get("NEEDLETAIL_STRICT") == "1":
                sys.exit("kernel: no seccomp filter can be set")
            print("SKIP kernel that refuses io_uring: no seccomp filter can be set")
            sys.exit(0)
        assert status != 0, f"{command[0]} with {errno.errorcode[number]}: accepted\n{text}"
        for part in parts:
            assert part in text, f"{command[0]} with {errno.errorcode[number]}: does not say '{part}':\n{text}"
    print(f"io_uring refused with {errno.errorcode[number]}: named with its cure")

status, text = run(errno.EPERM, "check", "config/demo.yaml", "--elsewhere")
assert status == 0, text

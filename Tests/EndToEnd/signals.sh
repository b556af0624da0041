#!/usr/bin/env bash
# SIGTERM and SIGINT end the venue in order, each time and at once: a signal may not get lost between threads.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec python3 - .build/release/loopback-venue .build/release/needletail <<'PY'
import signal, subprocess, sys

venue, tool = sys.argv[1:]
commands = [[venue, "--seed", "5"], [tool, "venue", "--protocol", "binance-spot"]]
ends = 0
for round in range(10):
    for command in commands:
        for number in (signal.SIGTERM, signal.SIGINT):
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            try:
                line = process.stdout.readline()
                assert line.startswith("listening "), line
                process.send_signal(number)
                status = process.wait(timeout=5)
                assert status == 0, f"{command}: status {status} after {number.name}"
                ends += 1
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
print(f"signals: {ends} of {10 * 2 * len(commands)} ends in order")
PY

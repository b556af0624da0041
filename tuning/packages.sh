#!/usr/bin/env bash
# Installs the Debian packages that the build and the tests need, and nothing that is there already.
# Says which and why; asks sudo when not root; where it may not install, prints the line to type and stops.
set -euo pipefail

# package | the file that proves it is there | why
needed=$(cat <<'LIST'
liburing-dev|/usr/include/liburing.h|io_uring: the engine's network input and output
libssl-dev|/usr/include/openssl/ssl.h|TLS 1.3, HMAC and Ed25519
libsimdjson-dev|/usr/include/simdjson.h|benchmark: the JSON parser that ours is measured beside; nothing that trades links it
valgrind|/usr/bin/valgrind|tests: counted instructions of the hot path
zlib1g-dev|/usr/include/zlib.h|gzip: reading recordings
libipsec-mb-dev|/usr/include/intel-ipsec-mb.h|AES-GCM in a tenth of the time, for own TLS records (x86-64)
openssl|/usr/bin/openssl|the throw-away certificate authority of demo and tests
faketime|/usr/bin/faketime|tests: certificates that expired or are not valid yet
python3|/usr/bin/python3|tests: the venues' official clients
python3-venv|/usr/lib/python3.11/ensurepip/__init__.py|tests: a throw-away place to install those clients into
gcc|/usr/bin/cc|tests: the model checker compiles what it checks
procps|/usr/bin/pgrep|tests: which processes a demo started
e2fsprogs|/usr/sbin/mkfs.ext4|tests: power cuts and failing disks
spin|/usr/bin/spin|tests: the model of the arming ceremony
shellcheck|/usr/bin/shellcheck|tests: the tuning scripts
LIST
)

missing=()
while IFS='|' read -r package proof why; do
    # For x86-64 only; elsewhere own TLS records use OpenSSL's cipher.
    [ "$package" = libipsec-mb-dev ] && [ "$(uname -m)" != x86_64 ] && continue
    if [ ! -e "$proof" ]; then
        echo "packages: $package is missing; it is needed for $why"
        missing+=("$package")
    fi
done <<<"$needed"

if ! command -v swift >/dev/null; then
    echo "packages: no 'swift' on the PATH. Install a Swift 6.3 toolchain from https://swift.org/install/linux and" \
        "add its usr/bin to the PATH." >&2
    exit 1
fi

[ ${#missing[@]} -eq 0 ] && exit 0

line="apt-get install -y --no-install-recommends ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=(sudo)
    elif command -v sudo >/dev/null && [ -t 0 ]; then
        as_root=(sudo)
    else
        echo "packages: not root and no sudo without a password. Type this as root, then run make again:" >&2
        echo "    apt-get update && $line" >&2
        exit 1
    fi
fi

echo "packages: ${as_root[*]:-} $line"
export DEBIAN_FRONTEND=noninteractive
if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" $line; }; then
    echo "packages: the installation failed. Type this as root, then run make again:" >&2
    echo "    apt-get update && $line" >&2
    exit 1
fi

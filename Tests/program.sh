#!/bin/sh
# Prints the path of one of our programs, for the scripts of Tests: the release build's, else the debug build's. Where
# neither was built, says how and ends with status 1.
# Usage: program.sh NAME
root=$(cd "$(dirname "$0")/.." && pwd)
for candidate in "$root/.build/release/$1" "$root/.build/debug/$1"; do
    if [ -x "$candidate" ]; then
        echo "$candidate"
        exit 0
    fi
done
echo "$1 is not built: swift build -c release --product $1" >&2
exit 1

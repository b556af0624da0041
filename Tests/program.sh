#!/bin/sh
# Prints the path of one of our programs, for the scripts of Tests: of the release and the debug build's the one that was
# built last. Where neither was built, says how and ends with status 1.
# Usage: program.sh NAME
root=$(cd "$(dirname "$0")/.." && pwd)
newest=$(ls -t "$root/.build/release/$1" "$root/.build/debug/$1" 2>/dev/null | head -1)
if [ -z "$newest" ]; then
    echo "$1 is not built: swift build -c release --product $1" >&2
    exit 1
fi
echo "$newest"

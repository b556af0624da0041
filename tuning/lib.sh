#!/usr/bin/env bash
# What the scripts of this folder share. A script names its settings, one a line with its reason, in a function `settings`,
# and calls `tuning_main "$@"` at its end:
#
#     write PATH VALUE REASON    a file of /proc or /sys holds one value
#     lines PATH TEXT REASON     a file of its own with this text, made by apply, removed by undo
#     advise REASON              what no script can set; printed by check
#
# apply saves what was there before it writes, in STATE, once: a second apply does not forget the first one's find.
# TUNING_ROOT is put before every path (tests); TUNING_STATE is where apply saves. HOT_CORES and COLD_CORES are lists such
# as 1-3; by default core 0 is cold and the others are hot.
set -euo pipefail

TUNING_ROOT=${TUNING_ROOT:-}
concern=$(basename "$0" .sh)
STATE=${TUNING_STATE:-$TUNING_ROOT/var/lib/needletail/tuning}/$concern.saved
COLD_CORES=${COLD_CORES:-0}
differing=0 unreached=0

# What a file says, with the chosen word alone where it is a choice such as "always [madvise] never".
value_of() {
    local text
    text=$(cat "$1" 2>/dev/null) || return 1
    [[ $text =~ \[([^]]*)\] ]] && text=${BASH_REMATCH[1]}
    echo "$text"
}

say() { printf '%-9s %s\n' "$1" "$2"; }

write() {
    local path=$TUNING_ROOT$1 value=$2 reason=$3 now
    if [ ! -e "$path" ]; then say absent "$1: this kernel or this machine has none ($reason)"; return 0; fi
    if ! now=$(value_of "$path"); then say unseen "$1: not readable by this user ($reason)"; unreached=1; return 0; fi
    if [ "$now" = "$value" ]; then say ok "$1 is $value"; return 0; fi
    if [ "$mode" = check ]; then
        say differs "$1 is $now, not $value: $reason"
        differing=1
        return 0
    fi
    remember write "$1" "$now"
    if printf '%s\n' "$value" 2>/dev/null >"$path"; then
        say applied "$1: $now -> $value ($reason)"
    else
        say refused "$1 stays $now: the kernel does not let it be written here"
        unreached=1
    fi
}

lines() {
    local path=$TUNING_ROOT$1 text=$2 reason=$3
    if [ -e "$path" ] && [ "$(cat "$path")" = "$text" ]; then say ok "$1 is as it should be"; return 0; fi
    if [ "$mode" = check ]; then say differs "$1 is not there, or other: $reason"; differing=1; return 0; fi
    # A file of this name with another text is somebody's: it is not overwritten.
    if [ -e "$path" ]; then say refused "$1 exists and says something else: look at it"; unreached=1; return 0; fi
    remember made "$1" ""
    mkdir -p "$(dirname "$path")"
    printf '%s\n' "$text" >"$path"
    say applied "$1 written ($reason)"
}

advise() {
    if [ "$mode" = check ]; then say note "$1"; fi
}

remember() { # kind, path, value
    mkdir -p "$(dirname "$STATE")"
    if ! [ -e "$STATE" ] || ! cut -f2 "$STATE" | grep -qxF "$2"; then printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$STATE"; fi
}

undo() {
    local kind path value left=()
    if [ ! -e "$STATE" ]; then say ok "nothing to undo: $STATE is not there"; return 0; fi
    while IFS=$'\t' read -r kind path value; do
        case $kind in
        write)
            if printf '%s\n' "$value" 2>/dev/null >"$TUNING_ROOT$path"; then say undone "$path is $value again"
            else say refused "$path could not be written"; left+=("$kind"$'\t'"$path"$'\t'"$value"); fi ;;
        made)
            rm -f "$TUNING_ROOT$path" && say undone "$path removed" ;;
        *) say refused "$STATE: a line of kind '$kind' is not understood"; left+=("$kind"$'\t'"$path"$'\t'"$value") ;;
        esac
    done < <(tac "$STATE")
    if [ ${#left[@]} -eq 0 ]; then rm -f "$STATE"; return 0; fi
    printf '%s\n' "${left[@]}" | tac >"$STATE"
    unreached=1
}

# The cores on line that are not cold, as a list such as 1,2,3.
hot_cores() {
    if [ -n "${HOT_CORES:-}" ]; then echo "$HOT_CORES"; return; fi
    local list="" core
    for core in $(seq 1 $(($(getconf _NPROCESSORS_ONLN) - 1))); do list+=${list:+,}$core; done
    echo "${list:-none}"
}

# A list such as 0,2-3 as the hexadecimal mask that work queues take.
mask_of() {
    local mask=0 part first last core
    for part in ${1//,/ }; do
        first=${part%-*} last=${part#*-}
        for core in $(seq "$first" "$last"); do mask=$((mask | 1 << core)); done
    done
    printf '%x\n' "$mask"
}

tuning_main() {
    mode=${1:-}
    case $mode in
    check) settings ;;
    apply | undo)
        if [ "$(id -u)" -ne 0 ] && [ -z "$TUNING_ROOT" ]; then
            echo "$concern: $mode writes to /proc, /sys or /etc and needs root: sudo $0 $mode" >&2
            exit 2
        fi
        if [ "$mode" = apply ]; then settings; else undo; fi ;;
    *)
        echo "usage: $0 check|apply|undo" >&2
        echo "check changes nothing; apply saves what was there in $STATE; undo puts it back." >&2
        echo "exit status: 0 all as it should be, 1 something differs or could not be set, 2 wrong use or not root" >&2
        exit 2 ;;
    esac
    [ $differing -eq 0 ] && [ $unreached -eq 0 ]
}

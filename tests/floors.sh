#!/usr/bin/env bash
# floors.sh - a file includes only its own directory and lower floors; floor-2 directories never include each other
#
# Floors: base 0, core 1, conf wire store transport 2, role ctl 3, daemon/*.c 4. Prints each breach and exits 1.
set -u
cd "$(dirname "$0")/.."
awk '
function floor(dir) {
    if (dir == "base") return 0
    if (dir == "core") return 1
    if (dir == "conf" || dir == "wire" || dir == "store" || dir == "transport") return 2
    if (dir == "role" || dir == "ctl") return 3
    return -1
}
/^#include "/ {
    split($0, q, "\""); target = q[2]
    n = split(FILENAME, path, "/")
    own = n == 3 ? path[2] : ""
    split(target, t, "/"); dir = t[1]
    files++
    if (floor(dir) < 0) {
        if (dir == "referral" && (own == "wire" || own == "ctl")) next   # generated from proto/
        print FILENAME ":" FNR ": includes " target ", which is on no floor"; bad++; next
    }
    if (own == "" || own == dir) next
    if (floor(dir) >= floor(own)) { print FILENAME ":" FNR ": " own " may not include " target; bad++ }
}
END { if (files < 100) { print "floors: only " files + 0 " includes seen: looked in the wrong place"; exit 1 } exit bad > 0 }
' daemon/*.c daemon/*/*.[ch]

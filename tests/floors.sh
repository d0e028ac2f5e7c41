#!/usr/bin/env bash
# floors.sh - a file includes only its own directory and lower floors
#
# Floors: base 0, core 1, conf wire store transport 2 (which never include each other), tell 3, role ctl 4, daemon/*.c 5. Inside
# role/, a room includes only itself and office/; what stands in role/ itself puts the rooms together. Prints each
# breach and exits 1.
set -u
cd "$(dirname "$0")/.."
find daemon -name '*.[ch]' -print0 | sort -z | xargs -0 awk '
function floor(dir) {
    if (dir == "base") return 0
    if (dir == "core") return 1
    if (dir == "conf" || dir == "wire" || dir == "store" || dir == "transport") return 2
    if (dir == "tell") return 3
    if (dir == "role" || dir == "ctl") return 4
    return -1
}
/^#include "/ {
    split($0, q, "\""); target = q[2]
    n = split(FILENAME, path, "/"); own = n > 2 ? path[2] : ""; room = n > 3 ? path[3] : ""
    m = split(target, t, "/"); dir = t[1]
    seen++
    if (floor(dir) < 0) {
        if (dir == "referral" && (own == "wire" || own == "ctl")) next   # generated from proto/
        print FILENAME ":" FNR ": includes " target ", which is on no floor"; bad++; next
    }
    if (own == "") next
    if (own != dir) {
        if (floor(dir) >= floor(own)) { print FILENAME ":" FNR ": " own " may not include " target; bad++ }
        next
    }
    if (room != "" && (m < 3 || (t[2] != room && t[2] != "office"))) {
        print FILENAME ":" FNR ": the room " room " may not include " target; bad++
    }
}
END { if (seen < 100) { print "floors: only " seen + 0 " includes seen: looked in the wrong place"; exit 1 } exit bad > 0 }
'

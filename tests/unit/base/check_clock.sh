#!/usr/bin/env bash
# check_clock.sh - nothing but base/clock.c reads the time of day, in C or in SQL
#
# Migrations apart: when one was applied, and the partitions of a new schema, are of the machine's time.
set -u
bad=$(grep -rnE --include='*.[ch]' '\<(gettimeofday|timespec_get|ftime) *\(|\<time *\( *(NULL|0|&)|CLOCK_REALTIME|CLOCK_TAI' daemon |
      grep -v '^daemon/base/clock\.c:'
      grep -rniE --include='*.[ch]' '"[^"]*\<(now|clock_timestamp|statement_timestamp|transaction_timestamp) *\(\)|"[^"]*\<(current_timestamp|current_date|localtimestamp)\>' daemon |
      grep -v '^daemon/store/migrate\.c:')
[ -z "$bad" ] || { echo "$bad"; echo "ask clock_now_ms() of base/clock.h, and hand the time on"; exit 1; }
grep -q CLOCK_REALTIME daemon/base/clock.c || { echo "check_clock: looked in the wrong place"; exit 1; }

#!/usr/bin/env bash
# run.sh - all tests in order, counted; the last line is `N passed, N failed`
#
#   tests/run.sh [floors|unit|golden|system|docs]...   (default: all)
# Builds the asan variant, starts one private PostgreSQL under build/test/pg for the tests that want it, and stops
# it again whatever happens.
set -u
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99 UBSAN_OPTIONS=print_stacktrace=1
OUT=build/test
PG=$OUT/pg
passed=0
failed=0
failures=()
mkdir -p "$OUT"

note() { printf '\n== %s\n' "$*"; }
bad() { failed=$((failed + 1)); failures+=("$1"); }
stop_postgres() { bash deploy/run/postgres.sh stop "$PG" immediate >/dev/null 2>&1; }
trap stop_postgres EXIT
trap 'exit 130' INT TERM

run_floors() {
    note "floors"
    if bash tests/floors.sh; then passed=$((passed + 1)); else bad floors; fi
}

# Each unit program reports in TAP; one that dies without reporting is one failure.
run_unit() {
    local program name log ok not
    note "unit"
    for program in $(find build/asan/tests/unit -type f -name 'test_*' -perm -u+x ! -name '*.d' | sort); do
        name=${program#build/asan/tests/}
        log=$OUT/$(echo "$name" | tr / -).log
        CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 "$program" >"$log" 2>&1
        local status=$?
        ok=$(grep -c '^ok ' "$log")
        not=$(grep -c '^not ok ' "$log")
        passed=$((passed + ok))
        if [ "$not" -gt 0 ] || [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; then
            failed=$((failed + (not > 0 ? not : 1)))
            failures+=("$name (status $status, log $log)")
            grep -v '^ok ' "$log" | tail -n 40
        fi
        printf '%-44s %4d ok %3d not ok\n' "$name" "$ok" "$not"
    done
    for program in tests/unit/*/check_*.sh; do
        [ -e "$program" ] || continue
        if bash "$program" >"$OUT/$(basename "$program").log" 2>&1; then
            passed=$((passed + 1))
        else
            bad "$program"; tail -n 20 "$OUT/$(basename "$program").log"
        fi
    done
}

# run_pytest NAME PATH...
run_pytest() {
    local name=$1 counts
    shift
    note "$name"
    rm -f "$OUT/$name.xml"
    /usr/bin/python3 -m pytest -q -p no:cacheprovider --junitxml="$OUT/$name.xml" "$@"
    counts=$(/usr/bin/python3 - "$OUT/$name.xml" <<'PY'
import sys, xml.etree.ElementTree as tree
try:
    suites = tree.parse(sys.argv[1]).getroot().iter("testsuite")
    total = bad = skipped = 0
    for s in suites:
        total += int(s.get("tests")); bad += int(s.get("failures")) + int(s.get("errors")); skipped += int(s.get("skipped"))
    print(total - bad - skipped, bad if total else 1)
except (OSError, tree.ParseError):
    print(0, 1)
PY
)
    passed=$((passed + ${counts% *}))
    if [ "${counts#* }" -gt 0 ]; then failed=$((failed + ${counts#* })); failures+=("$name"); fi
}

want=" ${*:-floors unit golden system} "
if ! make --no-print-directory -j"$(nproc)" test-build >"$OUT/build.log" 2>&1; then
    grep -E 'error|warning|undefined' "$OUT/build.log" | head -n 40
    echo "the build failed; see $OUT/build.log"
    echo "0 passed, 1 failed"
    exit 1
fi
if ! bash deploy/run/postgres.sh start "$PG"; then
    echo "0 passed, 1 failed"
    exit 1
fi
REFERRAL_TEST_CONNINFO=$(bash deploy/run/postgres.sh conninfo "$PG" postgres postgres)
export REFERRAL_TEST_CONNINFO

case $want in *" floors "*) run_floors ;; esac
case $want in *" unit "*) run_unit ;; esac
case $want in *" golden "*) run_pytest golden tests/golden ;; esac
case $want in *" system "*) run_pytest system tests/system ;; esac

if [ ${#failures[@]} -gt 0 ]; then printf 'failed: %s\n' "${failures[@]}"; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

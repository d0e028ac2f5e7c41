#!/usr/bin/env bash
# check_man.sh - the manual pages are complete, render, and pass mandoc's lint
#
# What the tables of daemon/ctl know (told by `referralctl help --json`), every key of a referral as JSON,
# every setting and every option of referrald must stand in its page, and the page may not name others.
set -eu
cd "$(dirname "$0")/../../.."
CTL=${REFERRALCTL:-build/asan/referralctl}
OUT=$(mktemp -d)
trap 'rm -rf "$OUT"' EXIT

"$CTL" help --json >"$OUT/help.json"
/usr/bin/python3 tests/unit/ctl/check_man.py "$OUT/help.json"

for page in docs/man/*.scd; do
    scdoc <"$page" >"$OUT/$(basename "$page" .scd)"
    # scdoc itself writes a paragraph macro after each heading and at each end, and titles in lower case.
    if mandoc -T lint "$OUT/$(basename "$page" .scd)" |
        grep -v -e 'skipping paragraph macro: PP' -e 'lower case character in document title'; then
        echo "$page: see above"
        exit 1
    fi
done
echo "manual pages: ok"

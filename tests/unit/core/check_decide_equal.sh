#!/usr/bin/env bash
# check_decide_equal.sh - test_decide_equal with a million pairs, compiled for speed
set -eu
program=build/fast/tests/unit/core/test_decide_equal
make --no-print-directory "$program"
REFERRAL_EQUAL_PAIRS=${REFERRAL_EQUAL_PAIRS:-1000000} "$program"

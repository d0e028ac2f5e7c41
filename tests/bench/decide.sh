#!/usr/bin/env bash
# decide.sh - the bench of decide.c, and what `referralctl rules lint` takes on its largest rule set
set -eu
cd "$(dirname "$0")/../.."
rules=build/bench/rules-10000
out=build/bench/decide.json
rm -rf "$rules"
mkdir -p "$rules"
build/release/tests/bench/decide config "$out" "$rules"
if build/release/referralctl help 2>/dev/null | grep -q 'rules lint'; then
    start=$(date +%s%N)
    build/release/referralctl rules lint "$rules" >build/bench/lint.txt 2>&1 || true # findings are no failure here
    ms=$((($(date +%s%N) - start) / 1000000))
    echo "  lint of 10,000 rules: $ms ms, $(wc -l <build/bench/lint.txt) lines (build/bench/lint.txt)"
    sed -i "s/}\$/, \"lint_ms_10000\": $ms}/" "$out"
fi

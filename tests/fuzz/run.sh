#!/usr/bin/env bash
# run.sh SECONDS TARGET... - each fuzz target for so long, from its corpus; new inputs go to build/fuzz/found
#
# tests/fuzz/fuzz_wire_request.c has its seeds in tests/fuzz/corpus/wire/request, fuzz_conf.c in tests/fuzz/corpus/conf.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
for target in "$@"; do
    name=$(basename "$target")
    name=${name#fuzz_}
    found=build/fuzz/found/$name
    mkdir -p "$found"
    echo "fuzz: $name for $seconds s"
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/$name-" "$found" "tests/fuzz/corpus/${name/_//}" >"build/fuzz/$name.log" 2>&1 ||
        { tail -n 40 "build/fuzz/$name.log"; echo "fuzz: $name found something"; exit 1; }
    grep -E 'stat::number_of_executed_units|stat::peak_rss_mb' "build/fuzz/$name.log"
done
echo "fuzz: nothing found"

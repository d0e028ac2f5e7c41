#!/usr/bin/env bash
# peers.sh - brings the other engines in and runs them on our rule sets, on one core; without npm it says so and ends
set -eu
cd "$(dirname "$0")/../.."
work=build/bench/peers
if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
    echo "bench-peers: npm is not there, nothing to compare with"
    exit 0
fi
mkdir -p "$work"
[ -e "$work/package.json" ] || echo '{"private": true}' >"$work/package.json"
if ! npm install --prefix "$work" --no-audit --no-fund --loglevel=error @gorules/zen-engine json-rules-engine; then
    echo "bench-peers: the packages cannot be had here, nothing to compare with"
    exit 0
fi
build/release/tests/bench/peers config "$work"
one_core=$(command -v taskset || true)
${one_core:+taskset -c 0} node tests/bench/peers.mjs "$work" build/bench/peers.json

#!/usr/bin/env bash
# model.sh WORD... - model.py with a PostgreSQL of its own under build/model
set -eu
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
PG=build/model/pg
mkdir -p build/model
bash deploy/run/postgres.sh start "$PG" >/dev/null
trap 'bash deploy/run/postgres.sh stop "$PG" immediate >/dev/null 2>&1' EXIT
REFERRAL_TEST_CONNINFO=$(bash deploy/run/postgres.sh conninfo "$PG" postgres postgres)
export REFERRAL_TEST_CONNINFO
/usr/bin/python3 tests/model/model.py "$@"

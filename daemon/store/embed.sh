#!/usr/bin/env bash
# embed.sh - the migrations as one C array, so that a binary carries the schema it knows
#
# Usage: embed.sh FILE.sql... > migrations.c      (NNNN_name.sql, in order)
set -eu
echo '/* Made by daemon/store/embed.sh from the .sql files; do not edit. */'
echo '#include "store/migrate.h"'
i=0
for f in "$@"; do
    printf 'static const unsigned char sql_%d[] = {\n' "$i"
    od -An -v -tx1 "$f" | sed 's/\([0-9a-f][0-9a-f]\)/0x\1,/g'
    echo '0};'
    i=$((i + 1))
done
echo 'const struct migration migrations[] = {'
i=0
for f in "$@"; do
    name=$(basename "$f" .sql)
    printf '    {%d, "%s", (const char *)sql_%d},\n' "$((10#${name%%_*}))" "${name#*_}" "$i"
    i=$((i + 1))
done
echo '    {0, 0, 0},'
echo '};'

#!/usr/bin/env bash
# install.sh BUILD DESTDIR PREFIX SYSCONF - put what was built into its places (FHS); called by `make install`
#
# Nothing is started, no user and no key is made: sysusers.d, tmpfiles.d and docs/operations.md do that. A configuration
# file that is there already is never touched: when ours differs it is laid beside it as FILE.new (the daemon
# does not read such names). With DESTDIR, for a package, the directory is empty and all files go in as they are.
set -euo pipefail

[ $# -eq 4 ] || { echo "usage: install.sh BUILD DESTDIR PREFIX SYSCONF" >&2; exit 2; }
BUILD=$1 DESTDIR=${2%/} PREFIX=$3 SYSCONF=$4
cd "$(dirname "$0")/.."

note() { echo "install.sh: $*" >&2; }

# put MODE FILE PLACE: PLACE is where it will be once DESTDIR is gone.
put() { install -D -m "$1" "$2" "$DESTDIR$3"; }

# put_filled FILE PLACE: with the paths of this installation in it.
put_filled() {
    local filled
    filled=$(mktemp)
    sed -e "s|@PREFIX@|$PREFIX|g" -e "s|@SYSCONF@|$SYSCONF|g" "$1" > "$filled"
    put 0644 "$filled" "$2"
    rm -f "$filled"
}

# put_config FILE PLACE: never over a file of the administrator's.
put_config() {
    local there="$DESTDIR$2"
    if ! [ -e "$there" ]; then
        put 0644 "$1" "$2"
    elif cmp -s "$1" "$there"; then
        rm -f "$there.new"
    else
        put 0644 "$1" "$2.new"
        note "kept $there; ours is beside it as $(basename "$there").new"
    fi
}

# put_tree FROM PLACE: all files below FROM.
put_tree() {
    local file
    find "$1" -type f -printf '%P\n' | sort | while read -r file; do put 0644 "$1/$file" "$2/$file"; done
}

put 0755 "$BUILD/referrald" "$PREFIX/sbin/referrald"
put 0755 "$BUILD/referralctl" "$PREFIX/bin/referralctl"

# Keys live beside the configuration and are never part of it: a source tree in which the router has run has some.
find config \( -path config/keys -o -path config/schema \) -prune -o -type f -printf '%P\n' | sort | while read -r file; do
    put_config "config/$file" "$SYSCONF/referrald/$file"
done
# What the programs' own tables say is not the administrator's: it goes with the version.
put_tree config/schema "$SYSCONF/referrald/schema"

put_filled deploy/systemd/referrald.service "$PREFIX/lib/systemd/system/referrald.service"
put_filled deploy/systemd/referrald.tmpfiles "$PREFIX/lib/tmpfiles.d/referrald.conf"
put 0644 deploy/systemd/referrald.sysusers "$PREFIX/lib/sysusers.d/referrald.conf"

if command -v scdoc >/dev/null; then
    make --no-print-directory man
    for page in build/man/*.[158]; do
        [ -e "$page" ] || { note "no manual pages under docs/man"; break; }
        put 0644 "$page" "$PREFIX/share/man/man${page##*.}/$(basename "$page")"
    done
else
    note "scdoc is not installed: no manual pages"
fi

for file in README.md docs/*.md; do
    [ ! -e "$file" ] || put 0644 "$file" "$PREFIX/share/doc/referrald/$(basename "$file")"
done
put_tree proto "$PREFIX/share/referrald/proto"
put_tree deploy/database "$PREFIX/share/referrald/database"
put_tree deploy/monitoring "$PREFIX/share/referrald/monitoring"
put_tree daemon/store/migrations "$PREFIX/share/referrald/database/migrations"

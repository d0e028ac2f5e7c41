#!/bin/bash
# postgres.sh - a private PostgreSQL in a directory of the build
#
#   postgres.sh start DIR                    make it if need be, start it, wait until it answers
#   postgres.sh stop DIR [fast|immediate]    stop it (fast), or as a crash would (immediate)
#   postgres.sh conninfo DIR [DBNAME [USER]] print a libpq connection string
#
# It has its own data directory, listens on a Unix socket only, and never touches the system's clusters. Durable
# settings are on: what it reports as committed survives a crash. Run by root, it drops to an unprivileged user.
# Whoever may open the socket directory (mode 0700: its owner, and root) is let in as any role.
set -euo pipefail

SOCKET_LIMIT=90     # a Unix socket path must stay under 108 bytes, and the file name takes some of them

fail() { echo "postgres.sh: $*" >&2; exit 1; }

usage() { sed -n '4,6s/^# *//p' "$0" >&2; exit 2; }

# The newest installed server's programs.
bin_dir() {
    local dir
    dir=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    [ -x "$dir/initdb" ] || fail "no PostgreSQL server under /usr/lib/postgresql; install the package postgresql-15"
    echo "$dir"
}

# Who the server runs as: oneself, or for root the first of these that exists.
server_user() {
    if [ "$(id -u)" -ne 0 ]; then id -un; return; fi
    local user
    for user in postgres nobody; do
        if id "$user" >/dev/null 2>&1; then echo "$user"; return; fi
    done
    fail "root may not run PostgreSQL, and there is no user postgres or nobody to run it as"
}

# as_server COMMAND...: run it as that user, from a directory it may enter.
as_server() {
    if [ "$(id -un)" = "$USER_NAME" ]; then (cd / && "$@"); else (cd / && runuser -u "$USER_NAME" -- "$@"); fi
}

# place NAME: a directory of that purpose which the server's user can reach and owns, linked as DIR/NAME. Below DIR
# itself when that is possible (and, for the socket, short enough), or else under a temporary directory.
place() {
    local name=$1 parent=$2 link="$DIR/$1" real
    if [ -L "$link" ] && ! [ -d "$link" ]; then rm -f "$link"; fi
    if [ -d "$link" ]; then readlink -f "$link"; return; fi
    real="$DIR/$name"
    if [ "$name" = socket ] && [ "${#real}" -gt "$SOCKET_LIMIT" ] || ! as_server test -x "$DIR"; then
        real=$(mktemp -d "$parent/referrald-$name.XXXXXX")
        ln -s "$real" "$link"
    else
        mkdir "$real"
    fi
    chmod 0700 "$real"
    [ "$(id -u)" -ne 0 ] || chown "$USER_NAME" "$real"
    echo "$real"
}

# Directories handed out by place() before, without making any.
placed() { if [ -d "$DIR/$1" ]; then readlink -f "$DIR/$1"; fi; }

running() { [ -n "$1" ] && [ -f "$1/PG_VERSION" ] && as_server "$BIN/pg_ctl" -D "$1" status >/dev/null 2>&1; }

configure() {
    cat > "$1/conf.d/referrald.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$2'
unix_socket_permissions = 0700
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 100
log_timezone = 'UTC'
timezone = 'UTC'
CONF
    [ "$(id -u)" -ne 0 ] || chown -R "$USER_NAME" "$1/conf.d"
}

start() {
    local data socket
    mkdir -p "$DIR"
    data=$(place data /var/tmp)
    socket=$(place socket /tmp)
    if running "$data"; then return; fi
    if ! [ -f "$data/PG_VERSION" ]; then
        as_server "$BIN/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >"$DIR/initdb.log" 2>&1 ||
            fail "initdb failed: $(tail -n 3 "$DIR/initdb.log")"
        mkdir "$data/conf.d"
        echo "include_dir 'conf.d'" >> "$data/postgresql.conf"
    fi
    configure "$data" "$socket"
    as_server "$BIN/pg_ctl" -D "$data" -l "$data/server.log" -w -t 60 start >/dev/null 2>"$DIR/start.log" ||
        fail "the server does not start: $(tail -n 5 "$data/server.log" "$DIR/start.log" 2>/dev/null)"
}

stop() {
    local data
    case $1 in fast|immediate) ;; *) usage ;; esac
    data=$(placed data)
    if ! running "$data"; then return; fi
    as_server "$BIN/pg_ctl" -D "$data" -m "$1" -w -t 60 stop >/dev/null || fail "the server in $DIR does not stop"
}

conninfo() {
    local socket
    socket=$(placed socket)
    [ -n "$socket" ] || fail "no server has been started in $DIR"
    echo "host=$socket port=5432 dbname=$1 user=$2"
}

[ $# -ge 2 ] || usage
DIR=$(realpath -m "$2")
BIN=$(bin_dir)
USER_NAME=$(server_user)
case $1 in
    start) start ;;
    stop) stop "${3:-fast}" ;;
    conninfo) conninfo "${3:-postgres}" "${4:-postgres}" ;;
    *) usage ;;
esac

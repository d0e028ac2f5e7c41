#!/bin/bash
# install-packages.sh build|run|test|bench - see that the Debian packages for a task are there
#
# Says what is missing and installs it, as root or through sudo. When nothing is missing it does nothing at all, on
# any system. Services that packages bring along are not started, and no PostgreSQL cluster is made.
set -euo pipefail

BUILD="gcc make pkg-config libzmq3-dev libprotobuf-c-dev protobuf-c-compiler libpq-dev libyaml-dev libsodium-dev
       libsystemd-dev libmicrohttpd-dev libutf8proc-dev libjansson-dev uthash-dev"
RUN="postgresql-15 protobuf-compiler python3 python3-zmq python3-protobuf"
TEST="libcmocka-dev python3-pytest python3-yaml python3-jsonschema graphviz clang libclang-rt-14-dev nodejs npm scdoc mandoc systemd prometheus
      universal-ctags"
BENCH="linux-perf"

fail() { echo "install-packages.sh: $*" >&2; exit 1; }

case ${1:-} in
    build) wanted="$BUILD" ;;
    run)   wanted="$BUILD $RUN" ;;
    test)  wanted="$BUILD $RUN $TEST" ;;
    bench) wanted="$BUILD $RUN $BENCH" ;;
    *)     echo "usage: install-packages.sh build|run|test|bench" >&2; exit 2 ;;
esac

# Node.js may have come with its npm from elsewhere, which conflicts with Debian's: the commands are what counts.
installed() {
    case $1 in
        nodejs) ! command -v node >/dev/null || return 0 ;;
        npm) ! command -v npm >/dev/null || return 0 ;;
    esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

command -v dpkg-query >/dev/null || fail "this is not a Debian system; provide these yourself: $(echo $wanted)"

missing=()
for package in $wanted; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "install-packages.sh: missing for '$1': ${missing[*]}" >&2

root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "not root and no sudo; run: apt-get install --no-install-recommends ${missing[*]}"
    root=(sudo)
fi

# postgresql-common reads this before it makes its first cluster; a file that is there already is left alone.
COMMON=/etc/postgresql-common
if [[ " ${missing[*]} " == *" postgresql-15 "* ]] && ! [ -e $COMMON/createcluster.conf ]; then
    "${root[@]}" mkdir -p $COMMON
    echo "create_main_cluster = false" | "${root[@]}" tee $COMMON/createcluster.conf >/dev/null
fi

# While this stands, maintainer scripts start no service (exit 101: forbidden by policy).
POLICY=/usr/sbin/policy-rc.d
if ! [ -e $POLICY ]; then
    printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee $POLICY >/dev/null
    "${root[@]}" chmod 0755 $POLICY
    trap '"${root[@]}" rm -f $POLICY' EXIT
fi

apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 "$@" >&2; }
install() { apt install --no-install-recommends "${missing[@]}"; }

# Known to the package lists already, or ask the archive first.
known() { [ "$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p')" != "(none)" ] &&
          [ -n "$(apt-cache policy "$1" 2>/dev/null)" ]; }
fresh=yes
for package in "${missing[@]}"; do
    known "$package" || fresh=no
done
if [ $fresh = yes ] && install; then exit 0; fi
apt update || fail "apt-get update failed; check the network and /etc/apt/sources.list"
install || fail "apt-get could not install: ${missing[*]} (Debian 12 has them all; this is $(. /etc/os-release; echo "$PRETTY_NAME"))"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# setup.sh [--test] [--package] [--list]: installs what rehedge is built and run with, on Debian 12,
# Ubuntu 22.04 and later. --test adds what the tests need, --package what cpack needs; --list only
# prints the packages. Does nothing where everything is there.
set -eu

packages='gcc libc6-dev cmake ninja-build pkg-config
    libsqlite3-dev libgsl-dev libcsv-dev libyaml-dev zlib1g-dev libzstd-dev nettle-dev
    gnuplot-nox fonts-inter tzdata'
speed_wishes='libisal-dev' # where the machine has it
test_packages='libcmocka-dev clang sqlite3 busybox curl' # a server for the downloads' test
test_wishes='libclang-rt-dev' # sanitizers, where the release has them apart from clang
package_packages='dpkg-dev file'

wishes=$speed_wishes
list_only=no
for option in "$@"; do
    case $option in
    --test)
        packages="$packages $test_packages"
        wishes="$wishes $test_wishes"
        ;;
    --package) packages="$packages $package_packages" ;;
    --list) list_only=yes ;;
    *)
        echo "setup.sh: unknown option '$option' (there are --test, --package and --list)" >&2
        exit 2
        ;;
    esac
done
if [ $list_only = yes ]; then
    # shellcheck disable=SC2086 # the list is split on purpose, here and below
    echo $packages
    exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup.sh installs on Debian and Ubuntu only; here, install what these are called:" >&2
    # shellcheck disable=SC2086
    echo " " $packages >&2
    exit 1
fi

is_there() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Sets `missing`: of the wishes, only what this release has.
find_missing() {
    missing=
    for package in $packages; do
        is_there "$package" || missing="$missing $package"
    done
    for package in $wishes; do
        if ! is_there "$package" && apt-cache show "$package" >/dev/null 2>&1; then
            missing="$missing $package"
        fi
    done
}

find_missing
if [ -z "$missing" ]; then
    echo "setup: everything is there"
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "setup.sh needs root and there is no sudo; as root: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi

apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Use-Pty=0 "$@" </dev/null
}

install_missing() {
    apt update || return 1
    find_missing # the new lists may know more of the wishes
    # shellcheck disable=SC2086
    apt install -y --no-install-recommends $missing
}

echo "setup: installing$missing"
if ! install_missing; then
    echo "setup: that failed; trying once more" >&2
    sleep 5
    if ! install_missing; then
        echo "setup.sh: could not install:$missing" >&2
        exit 1
    fi
fi
echo "setup: done"

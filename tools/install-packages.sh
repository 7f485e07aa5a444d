#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs the Debian packages of tools/packages.txt that are missing; touches nothing, and needs no root, when none is.
#
#   tools/install-packages.sh [SECTION…]      sections: build libraries tests checks; default: all
set -eu
list=$(dirname "$0")/packages.txt

# Package names of the named sections, or of all.
wanted() {
    awk -v sections=" $* " '
        /^# \[.*\]$/ { section = substr($2, 2, length($2) - 2); next }
        /^#/ || NF == 0 { next }
        sections == "  " || index(sections, " " section " ") { print $1 }' "$list"
}

is_installed() {
    dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
}

missing=
for package in $(wanted "$@"); do
    is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "installing:$missing"
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -q
# shellcheck disable=SC2086  # one word a package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing

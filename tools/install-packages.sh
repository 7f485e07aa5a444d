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

# The mail servers are for tests, which start their own: no other mail server is thrown out for them …
is_unwanted() {
    if [ "$1" = postfix ] && [ -e /usr/sbin/sendmail ]; then
        echo "leaving out postfix: this machine has another mail server; functional/servers will be skipped" >&2
    else
        false
    fi
}

# … and theirs do not start with the machine.
mask_servers() {
    for server in postfix dovecot; do
        case "$missing " in
        *" $server"[\ -]*) $as_root systemctl --quiet mask "$server.service" && echo "masked: $server.service" ;;
        esac
    done
}

missing=
for package in $(wanted "$@"); do
    is_installed "$package" || is_unwanted "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "installing:$missing"
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
if command -v systemctl >/dev/null; then mask_servers; fi
$as_root apt-get update -q
# shellcheck disable=SC2086  # one word a package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing

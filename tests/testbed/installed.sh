#!/bin/sh
# installed.sh BUILD: what "make install" of a build for /usr puts where, then a card, a PAM
# service that names the module without a path, and a login. Run it through enter.sh; /usr is
# overlaid there, and the machine's own stays as it is.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
# shellcheck source=tests/testbed/lib.sh
. "$here/lib.sh"

mkdir -p /run/bed/usr/upper /run/bed/usr/work
mount -t overlay -o lowerdir=/usr,upperdir=/run/bed/usr/upper,workdir=/run/bed/usr/work overlay /usr
make -C "$build" -s install >"$BED/install.log" 2>&1 || { cat "$BED/install.log"; exit 1; }
# Nothing of the private prefix may serve here.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$MCKD_BUILD
REAL_HELPER=$HELPER

trap 'stack_stop' EXIT
trap 'exit 1' INT TERM
[ "$(command -v cardtool)" = /usr/sbin/cardtool ]
[ "$(command -v mckd-askpass)" = /usr/bin/mckd-askpass ]
[ -f /etc/mckd/mckd.conf ] || [ -f /usr/share/doc/pam_mckd/examples/mckd.conf ]
for page in pam_mckd.8 cardtool.8 mckd.conf.5 mckd-askpass.1 mckd-vcard.1; do
	[ -f "/usr/share/man/man${page##*.}/$page" ] || die "no $page"
done
grep -q '^ExecStart=.*/usr/libexec/mckd/mckd-auth' /usr/lib/systemd/system/mckd-auth@.service
stack_start
(umask 077 && echo 246810 >"$BED/alice.pin")
cardtool init
new_card 0 "$BED/installed.card"
cardtool provision --user alice --pin-file "$BED/alice.pin" \
	--transport-key-file "$BED/installed.card.transport"
printf '%s\n' 'auth required pam_mckd.so' 'account required pam_permit.so' >/etc/pam.d/installed
expect SUCCESS installed alice 246810
expect AUTH_ERR installed alice 999999
expect USER_UNKNOWN installed bob 246810

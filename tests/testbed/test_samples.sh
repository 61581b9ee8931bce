#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The samples for sshd against the file that Debian's openssh-server has: each of its rules, in its order.
set -eu
src=$(cd "$(dirname "$0")/../.." && pwd)
debian=/etc/pam.d/sshd
failed=0

# rules FILE: as libpam takes them
rules() {
	sed -e 's/#.*//' -e 's/[[:space:]]\{1,\}/ /g' -e 's/ $//' "$1" | grep .
}

# keeps SAMPLE WITHOUT: Debian's rules, but for those that the card takes the place of
keeps() {
	name=sample_$(echo "$1" | tr - _)_keeps_debians
	if [ "$(rules "$src/etc/pam.d/$1" | grep -v ' pam_mckd\.so ')" = "$(rules $debian | grep -vxF "$2")" ]; then
		echo "[       OK ] $name"
	else
		echo "[  FAILED  ] $name"
		failed=1
	fi
}

shipped=$(dpkg-query -W -f '${Conffiles}\n' openssh-server 2>/dev/null | sed -n "s|^ $debian ||p") || :
if [ -z "$shipped" ] || [ "$(md5sum <$debian | cut -d ' ' -f 1)" != "$shipped" ]; then
	echo "[  SKIPPED ] sample_sshd_keeps_debians"
	echo "[  SKIPPED ] sample_sshd_afar_keeps_debians"
	exit 77
fi
keeps sshd ''
keeps sshd-afar '@include common-auth'
exit $failed

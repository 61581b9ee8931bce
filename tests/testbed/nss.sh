# Card-only accounts, and the module of the name service switch where the C library finds it. Sourced
# behind lib.sh; accounts_setup, behind doors.sh too.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# nss_setup [SOURCE]: what an administrator does once. The copy of /etc is the namespace's own.
nss_setup() {
	rm -rf /var/lib/mckd-public /etc/userdb
	dirname "$(find "$PREFIX" -name libnss_mckd.so.2)" >/etc/ld.so.conf.d/mckd.conf
	mountpoint -q /var/cache/ldconfig || mount -t tmpfs bed /var/cache/ldconfig
	ldconfig
	sed -i -E "s/^(passwd|group):.*/\\1: files ${1:-mckd}/" /etc/nsswitch.conf
}

# accounts_setup [SOURCE]: and the hosts' programs, which ask the module
accounts_setup() {
	doors_setup
	nss_setup "$@"
	sed -i '1iaccount required pam_mckd.so' /etc/pam.d/common-account
}

# new_account USER [option ...]: with a card, PIN 246810, in reader 0
new_account() {
	user=$1
	shift
	provision "$user" "$BED/$user.card" 246810 --account "$@"
	card_in 0 "$BED/$user.card"
}

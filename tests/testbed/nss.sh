# The module of the name service switch, where the C library finds it. Sourced behind lib.sh.
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

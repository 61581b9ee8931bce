# The socket of mckd-auth, for scenarios. Sourced behind lib.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# door_open: what systemd does for mckd-auth.socket, but for its limits on the whole
door_open() {
	door_shut
	mkdir -m 755 /run/mckd
	start door systemd-socket-activate --accept --inetd -l /run/mckd/auth.sock \
		"$PREFIX/libexec/mckd/mckd-auth"
	until [ -S /run/mckd/auth.sock ]; do
		running door || die "no socket: $(cat "$BED/door.out")"
	done
	chmod 666 /run/mckd/auth.sock
}

door_shut() {
	stop door
	rm -rf /run/mckd
}

# How many connections the door has had
door_count() {
	grep -c 'Spawned' "$BED/door.out" || :
}

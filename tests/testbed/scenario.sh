# What scenarios alone share. Sourced by run.sh, behind lib.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# public_answer STATEFILE: what the card says to SELECT
public_answer() {
	card_in 0 "$1"
	bed_select
	card_out 0
}

# heard TEXT: did the card in reader 0 that is not ours hear it in clear?
heard() {
	grep "$(printf %s "$1" | od -An -tx1 | tr -d ' \n')" "$BED/card0.out"
}

# terminated_in READER STATEFILE: what is public of that card, its life over
terminated_in() {
	card_in "$1" "$2"
	answer=$(bed_select)
	card_out "$1"
	over=$(echo "$answer" | sed 's/820107/8201ff/')
	[ "$over" != "$answer" ] || die "terminated_in: no state 07 in $answer"
	foreign_in "$1" copy "$over"
}

# helper_by COMMAND ...: mckd-auth itself, run by a command. It clears its environment, but what
# a loader or a tool read before that stays read.
helper_by() {
	helper_true
	cp "$REAL_HELPER" "$BED/mckd-auth.real"
	printf '#!/bin/sh\nexec %s %s/mckd-auth.real\n' "$*" "$BED" >"$BED/mckd-auth.by"
	helper_is "$BED/mckd-auth.by"
}

# service_before_permit NAME CONTROL [module option ...]: with pam_permit stacked behind
service_before_permit() {
	name=$1
	control=$2
	shift 2
	cat >"/etc/pam.d/$name" <<-END
		auth $control $PREFIX/lib/security/pam_mckd.so $*
		auth required pam_permit.so
		account required pam_permit.so
	END
}

# disk_small: the store on a file system of its own with little room, until the scenario ends
disk_small() {
	rm -rf "$BED/store.copy"
	cp -a /var/lib/mckd "$BED/store.copy"
	mount -t tmpfs -o size=512k,mode=700 small /var/lib/mckd
	trap 'umount /var/lib/mckd || :' EXIT
	cp -a "$BED/store.copy/." /var/lib/mckd/
}

# disk_fill: until /var/lib/mckd/filler is removed. The journal's room would serve once more.
disk_fill() {
	rm -f /var/lib/mckd/store.db-journal
	refute dd if=/dev/zero of=/var/lib/mckd/filler bs=1k
}

# in_cgroup TEXT COMMAND ...: as a process that the kernel says this of in /proc/PID/cgroup
in_cgroup() {
	echo "$1" >"$BED/cgroup"
	shift
	# shellcheck disable=SC2016
	sh -c 'mount --bind "$0" /proc/$$/cgroup && exec "$@"' "$BED/cgroup" "$@"
}

# session_is ID REMOTE: a session of alice's, as logind notes it, and no other
session_is() {
	mkdir -p /run/systemd/sessions /run/systemd/users
	rm -f /run/systemd/sessions/* /run/systemd/users/*
	printf 'UID=61001\nREMOTE=%s\n' "$2" >"/run/systemd/sessions/$1"
	echo "SESSIONS=$1" >/run/systemd/users/61001
}

# helpers: the processes that are mckd-auth, of this testbed and no other
helpers() {
	find /proc -maxdepth 2 -name exe \( -lname "$HELPER" -o -lname "$REAL_HELPER" \) 2>/dev/null |
		while read -r exe; do
			[ "$(readlink "${exe%exe}ns/net")" != "$(readlink /proc/self/ns/net)" ] || echo "$exe"
		done
}

# no_helper_left: within a second of now
no_helper_left() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11; do
		left=$(helpers) || :
		[ -n "$left" ] || return 0
		sleep 0.1
	done
	echo "mckd-auth is still there: $left"
	return 1
}

# exits STATUS COMMAND ...
exits() {
	wanted=$1
	shift
	got=0
	"$@" >"$BED/exits.out" 2>&1 || got=$?
	cat "$BED/exits.out"
	[ "$got" = "$wanted" ] || {
		echo "$*: exit $got, expected $wanted"
		return 1
	}
}

# The index by which the last login came in
last_index() {
	cardtool log --limit 1 --json | sed -n 's/.*"index":\([0-9]*\).*/\1/p'
}

# pin_files FIRST NEW: into $BED/first.pin and $BED/new.pin
pin_files() {
	(umask 077 && echo "$1" >"$BED/first.pin" && echo "$2" >"$BED/new.pin")
}

# A card of Alice's with a PUK that is known here
card_with_puk() {
	(umask 077 && echo 987654321 >"$BED/puk")
	cardtool revoke alice --force
	cardtool unassign --user alice "$(card_id alice)"
	provision alice "$BED/puk.card" 246810 --puk-file "$BED/puk" "$@"
	card_in 0 "$BED/puk.card"
}

# systemctl_is COMMAND: what lies in its place says how it was called, and then does that
systemctl_is() {
	cat >/run/bed/systemctl <<-END
		#!/bin/sh
		echo "\$0 \$*" >>/run/bed/systemctl.out
		env >>/run/bed/systemctl.env
		$1
	END
	chmod 755 /run/bed/systemctl
	rm -f /run/bed/systemctl.out /run/bed/systemctl.env
	mountpoint -q /usr/bin/systemctl || mount --bind /run/bed/systemctl /usr/bin/systemctl
}

# within_a_second COMMAND ...
within_a_second() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		! "$@" || return 0
		sleep 0.1
	done
	"$@"
}

card_id() {
	cardtool list | grep -w "$1" | grep -oiE '\b[0-9a-f]{16}\b' | head -n 1
}

# reports: what a sanitizer or valgrind had to say since the scenario began
reports() {
	find "$REPORTS" -type f -size +0 -exec cat {} +
}

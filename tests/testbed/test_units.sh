#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2317 # check() runs the functions
# The units as they are installed: their limits, and that systemd can read them.
set -eu
src=$(cd "$(dirname "$0")/../.." && pwd)
failed=0

# check NAME COMMAND ...
check() {
	name=$1
	shift
	if "$@"; then
		echo "[       OK ] $name"
	else
		echo "[  FAILED  ] $name"
		failed=1
	fi
}

# has FILE SECTION KEY=VALUE: there, in that section, and the key nowhere else in the file
has() {
	awk -v section="[$2]" -v want="$3" '
		/^\[/ { at = $0 }
		index($0, substr(want, 1, index(want, "="))) == 1 { n++; ok = at == section && $0 == want }
		END { exit !(n == 1 && ok) }' "$1"
}

socket=$src/etc/systemd/mckd-auth.socket
service=etc/systemd/mckd-auth@.service

# systemd's own defaults (200 in 2 s, then the socket fails; 64 at once) let anyone shut it.
check socket_never_trips has "$socket" Socket TriggerLimitIntervalSec=0
check socket_takes_many has "$socket" Socket MaxConnections=1024
check socket_is_for_everyone has "$socket" Socket SocketMode=0666
check socket_accepts has "$socket" Socket Accept=yes
check socket_path has "$socket" Socket ListenStream=/run/mckd/auth.sock
check trial_is_taken_back grep -q '/sbin/cardtool enable --recover$' etc/systemd/mckd-trial.service
check service_reads_socket has "$service" Service StandardInput=socket
check service_is_root has "$service" Service User=root
check service_writes_slots has "$service" Service 'ReadWritePaths=-/var/lib/mckd -/run/mckd'

check lock_unit_needs_card has etc/systemd/user/mckd-lock.service Unit ConditionEnvironment=MCKD_CARD
check lock_is_started_again has etc/systemd/user/mckd-lock.service Service Restart=on-failure

# Started where it was not installed to, only the program would be missing.
verify() {
	dir=$(mktemp -d)
	rc=0
	cp "$socket" "$dir/"
	sed 's|^ExecStart=.*|ExecStart=/bin/true|' "$service" >"$dir/mckd-auth@.service"
	cp "$dir/mckd-auth@.service" "$dir/mckd-auth@1.service"
	sed 's|^ExecStart=.*|ExecStart=/bin/true|' etc/systemd/mckd-trial.service >"$dir/mckd-trial.service"
	sed 's|^ExecStart=.*|ExecStart=/bin/true|' etc/systemd/user/mckd-lock.service >"$dir/mckd-lock.service"
	said=$(SYSTEMD_UNIT_PATH="$dir:" systemd-analyze verify --man=no "$dir/mckd-auth.socket" \
		"$dir/mckd-auth@1.service" "$dir/mckd-trial.service" "$dir/mckd-lock.service" 2>&1) || rc=1
	# What other units of the machine have is not ours to mend.
	if echo "$said" | grep mckd; then
		rc=1
	fi
	rm -rf "$dir"
	return "$rc"
}
check systemd_reads_units verify
check service_waits_for_pcscd has "$service" Unit After=pcscd.socket
check service_wants_pcscd has "$service" Unit Wants=pcscd.socket

# confined UNIT: of ten points, what systemd thinks a unit is exposed to; it must be a quarter
confined() {
	dir=$(mktemp -d)
	rc=0
	cp "$1" "$dir/${1##*/}"
	systemd-analyze security --offline=yes --no-pager --threshold=25 "$dir/${1##*/}" \
		>"$dir/said" 2>&1 || { rc=1; cat "$dir/said"; }
	rm -rf "$dir"
	return "$rc"
}
check service_is_confined confined etc/systemd/mckd-auth@.service
check trial_is_confined confined etc/systemd/mckd-trial.service
exit $failed

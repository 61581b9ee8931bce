# cardtool enable: a service on trial, and the way back
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/door.sh
. "$here/door.sh"

# enable_setup: a host whose sudo knows passwords alone
enable_setup() {
	doors_setup
	printf '#%%PAM-1.0\n@include common-auth\n@include common-account\n@include common-session-noninteractive\n' \
		>/etc/pam.d/sudo
	chmod 640 /etc/pam.d/sudo
	cp -p /etc/pam.d/sudo "$BED/sudo.before"
}

as_before() {
	cmp /etc/pam.d/sudo "$BED/sudo.before"
	[ "$(stat -c '%a %u:%g' /etc/pam.d/sudo)" = "$(stat -c '%a %u:%g' "$BED/sudo.before")" ]
	[ -z "$(ls -A /etc/mckd/trial)" ]
	[ -z "$(find /etc/pam.d -name '.?*')" ]
}

# Until the watching process, whose number is in the trial's file, is gone
trial_over() {
	pid=$(cat "/etc/mckd/trial/$1") || return 0
	timeout 20 tail --pid="$pid" -s 0.02 -f /dev/null
}

enable_is_taken_back() {
	enable_setup
	card_in 0 "$BED/alice.card"
	cardtool enable --service sudo --confirm-within 2s >"$BED/enable.out"
	grep -q 'on trial until' "$BED/enable.out"
	grep -q '^auth.*pam_mckd.so nullok' /etc/pam.d/sudo
	# Neither a wrong PIN nor a login elsewhere confirms
	refute sudo_stdin 999999 999998 999997
	expect SUCCESS card alice 246810
	# Nor a card alone, when nobody is named
	cardtool assign --user carol "$(card_id alice)"
	expect AUTH_ERR sudo '' 246810 nobody
	trial_over sudo
	as_before
	cardtool log | grep -q 'enable-taken-back'
	[ "$(sudo_stdin pass-of-alice)" = 0 ]
}
scenario enable_is_taken_back

taken_back() {
	cardtool log --json | grep '"kind":"enable-taken-back".*"service":"sudo".*"reason":"taken out after its trial"'
}

enable_is_confirmed() {
	enable_setup
	card_in 0 "$BED/alice.card"
	cardtool enable --service sudo --confirm-within 60s
	[ "$(sudo_stdin 246810)" = 0 ]
	trial_over sudo
	[ -z "$(ls -A /etc/mckd/trial)" ]
	grep -q '^auth.*pam_mckd.so' /etc/pam.d/sudo
	cardtool log | grep -q 'enable-confirmed'
	# Twice is not needed; the way back stays
	refute cardtool enable --service sudo
	exits 2 cardtool enable --service sudo --take-back --required
	exits 0 cardtool enable --service sduo --take-back
	grep -qx 'cardtool: /etc/pam.d/sduo has no rule of cardtool enable: nothing was changed' "$BED/exits.out"
	grep -q pam_mckd.so /etc/pam.d/sudo
	refute taken_back
	cardtool enable --service sudo --take-back | grep -x 'sudo: pam_mckd is out of /etc/pam.d/sudo again'
	as_before
	taken_back
	# Once; there is nothing more to take out.
	cardtool enable --service sudo --take-back 2>&1 | grep 'nothing was changed'
	[ "$(cardtool log --json | grep -c enable-taken-back)" = 1 ]
}
scenario enable_is_confirmed

# What another put into the file meanwhile stays
enable_spares_other_changes() {
	enable_setup
	cardtool enable --service sudo --confirm-within 60s --required
	refute grep -q authinfo_unavail /etc/pam.d/sudo
	echo 'session optional pam_permit.so' >>/etc/pam.d/sudo
	echo 'session optional pam_permit.so' >>"$BED/sudo.before"
	cardtool enable --service sudo --take-back
	cmp /etc/pam.d/sudo "$BED/sudo.before"
}
# The watching process; ended as a shutdown does it
end_watch() {
	pid=$(cat /etc/mckd/trial/sudo)
	kill "${1:--TERM}" "$pid"
	tail --pid="$pid" -s 0.02 -f /dev/null
}
scenario enable_spares_other_changes

# Who is not root may call itself any service: that confirms a locker's alone
enable_and_the_socket() {
	enable_setup
	printf 'auth required pam_unix.so\n' >/etc/pam.d/bed-lock
	card_in 0 "$BED/alice.card"
	door_open
	cardtool enable --service sudo --confirm-within 60s
	as "$alice" bed_caller start m=a s=sudo u=alice t=tty1 PIN=246810
	cardtool log --limit 1 --json | grep "\"service\":\"sudo\",\"origin\":\"uid=$alice tty1\".*success"
	cardtool enable --service bed-lock --confirm-within 60s --locker
	as "$alice" pamtester bed-lock alice authenticate <"$BED/alice.card.pin"
	trial_over bed-lock
	[ "$(ls /etc/mckd/trial)" = 'sudo
sudo.before' ]
	end_watch
	as_before
	door_shut
}
scenario enable_and_the_socket

# Whoever takes the rule out, by whatever means, ends the trial: its watch and its files
enable_leaves_nothing_behind() {
	enable_setup
	for way in 'cardtool enable --service sudo --take-back' \
		'sed -i /pam_mckd/d /etc/pam.d/sudo' "cp -p $BED/sudo.before /etc/pam.d/sudo"; do
		cardtool enable --service sudo --confirm-within 1h
		watch=$(cat /etc/mckd/trial/sudo)
		$way
		timeout 10 tail --pid="$watch" -s 0.02 -f /dev/null
		chmod 640 /etc/pam.d/sudo
		as_before
	done
	# Whose watch was killed
	cardtool enable --service sudo
	end_watch -KILL
	cardtool enable --service sudo --take-back
	as_before
	refute sh -c 'cardtool doctor | grep "trial: sudo"'
	[ "$(cardtool log --json | grep -c '"kind":"enable-taken-back".*"reason":"the rule is gone"')" = 3 ]
	[ "$(cardtool log --json | grep -c '"kind":"enable-taken-back".*"reason":"nobody watched any more"')" = 1 ]
}
scenario enable_leaves_nothing_behind

# What the caller had open is not the watch's
enable_keeps_no_descriptor() {
	enable_setup
	cardtool enable --service sudo 9>"$BED/enable.held"
	watch=$(cat /etc/mckd/trial/sudo)
	[ -z "$(find "/proc/$watch/fd" -lname "$BED/enable.held")" ]
	cardtool enable --service sudo --take-back
}
scenario enable_keeps_no_descriptor

# A shutdown takes back at once; a crash leaves it to --recover, which doctor asks for
enable_survives_its_watch() {
	enable_setup
	cardtool enable --service sudo --confirm-within 60s
	end_watch
	as_before
	cardtool enable --service sudo --confirm-within 60s
	refute cardtool enable --service sudo
	end_watch -KILL
	grep -q pam_mckd /etc/pam.d/sudo
	cardtool doctor | grep -A1 '^PROBLEM .*trial: sudo' | grep 'mend: cardtool enable --recover'
	cardtool enable --recover
	as_before
}
scenario enable_survives_its_watch

# The unit that takes back at the next boot, with no more to write to than it has
enable_recovers_confined() {
	enable_setup
	cardtool enable --service sudo --confirm-within 60s
	end_watch -KILL
	paths=$(sed -n 's/^ReadWritePaths=//p' "$here/../../etc/systemd/mckd-trial.service.in" | tr -d -)
	# shellcheck disable=SC2016,SC2086
	unshare -m sh -exc '
		for path; do
			mount --bind "$path" "$path"
		done
		mount -o remount,bind,ro /etc
		mount -o remount,bind,ro /var/lib
		! touch /etc/none /var/lib/none
		exec cardtool enable --recover' sh $paths
	as_before
}
scenario enable_recovers_confined

enable_refuses() {
	enable_setup
	rc=0
	cardtool enable --service common-auth || rc=$?
	[ $rc = 2 ]
	rc=0
	cardtool enable --service ../passwd || rc=$?
	[ $rc = 2 ]
	refute cardtool enable --service sudo --confirm-within 5x
	refute cardtool enable --service none-such
	ln -s sudo /etc/pam.d/linked
	refute cardtool enable --service linked 2>"$BED/said"
	grep -q 'symbolic link' "$BED/said"
	for id in $(cardtool list | grep -oiE '\b[0-9a-f]{16}\b'); do
		cardtool revoke --force "$id"
	done
	find /var/lib/mckd -mindepth 1 -delete
	rm /etc/mckd/store.key
	cardtool init
	refute cardtool enable --service sudo 2>"$BED/said"
	grep -q 'no card could log in' "$BED/said"
	as_before
}
scenario enable_refuses

# libpam would take /etc/pam.d/other for it, and that is no one service's
enable_wants_a_file() {
	enable_setup
	cardtool log --json >"$BED/log.before"
	exits 1 cardtool enable --service nosuch --confirm-within 5m
	[ "$(wc -l <"$BED/exits.out")" = 1 ]
	grep -qx 'cardtool: /etc/pam.d/nosuch: No such file or directory: give nosuch a file of its own first; until then /etc/pam.d/other counts' \
		"$BED/exits.out"
	[ ! -e /etc/pam.d/nosuch ]
	[ ! -e /etc/mckd/trial ]
	cardtool log --json | cmp - "$BED/log.before"
}
scenario enable_wants_a_file

# fingers N: a service where a good finger (here: anyone) jumps over N rules
fingers() {
	cat >/etc/pam.d/fingers <<-END
		auth [success=$1 default=ignore] \\
			pam_permit.so
		auth optional pam_faildelay.so delay=1
		auth [success=1 default=ignore] pam_unix.so
		auth requisite pam_deny.so
		auth required pam_permit.so
		account required pam_permit.so
	END
	cp /etc/pam.d/fingers "$BED/fingers.before"
}

# One rule more, and who jumps would land on pam_deny
enable_minds_jumps() {
	enable_setup
	for n in 2 3; do
		fingers "$n"
		refute cardtool enable --service fingers 2>"$BED/said"
		grep '^cardtool: /etc/pam.d/fingers:2: this rule jumps over the place' "$BED/said"
		cmp /etc/pam.d/fingers "$BED/fingers.before"
		[ -z "$(ls -A /etc/mckd/trial)" ]
	done
	expect SUCCESS fingers alice pass-of-alice
	# Onto the place itself: the card is asked for before the password
	fingers 1
	cardtool enable --service fingers
	card_in 0 "$BED/alice.card"
	expect SUCCESS fingers alice 246810
	trial_over fingers
	cardtool enable --service fingers --take-back
	cmp /etc/pam.d/fingers "$BED/fingers.before"
}
scenario enable_minds_jumps

# What is refused was never on trial
enable_records_no_refusal() {
	enable_setup
	ln -s sudo /etc/pam.d/symbolic
	fingers 2
	printf 'account required pam_permit.so\n' >/etc/pam.d/accounts
	cardtool log --json >"$BED/log.before"
	for name in symbolic fingers accounts; do
		exits 1 cardtool enable --service "$name"
		[ "$(wc -l <"$BED/exits.out")" = 1 ]
	done
	cardtool log --json | cmp - "$BED/log.before"
	as_before
}
scenario enable_records_no_refusal

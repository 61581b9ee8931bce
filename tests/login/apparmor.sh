# The AppArmor profile: that it suffices, seen by what mckd-auth opens; and, where the kernel has
# AppArmor, that it is in force and nobody is kept out by it
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/door.sh
. "$here/door.sh"
profile=$here/../../etc/apparmor.d/usr.libexec.mckd.mckd-auth

# all_that_it_does: each mode, by root and through the socket, with a configuration to read; from a
# session, and under duress
all_that_it_does() {
	mkdir -p /etc/mckd/mckd.conf.d
	echo 'keep_tries = 1' >/etc/mckd/mckd.conf
	echo 'debug = yes' >/etc/mckd/mckd.conf.d/one.conf
	service_exact host
	says AUTHINFO_UNAVAIL host alice 246810
	card_in 0 "$BED/alice.card"
	says SUCCESS host alice 246810
	says AUTH_ERR host alice 999999
	says USER_UNKNOWN host carol 246810
	says SUCCESS host alice 246810
	door_open
	(umask 077 && echo 8642 >"$BED/alarm.pin")
	cardtool application add --pin-file "$BED/alarm.pin" --user alice alarm:card-random:4:duress alice
	echo 'duress_unit = panic.service' >/etc/mckd/mckd.conf.d/two.conf
	session_is 1 0
	for pin in 246810 8642; do
		in_cgroup '0::/user.slice/user-61001.slice/user@61001.service/app.slice/lock.service' \
			setpriv --reuid=61001 --regid=61001 --clear-groups bed_host host alice "$pin" | grep -x SUCCESS
	done
	session_is 1 1
	in_cgroup '0::/user.slice/user-61001.slice/session-1.scope' bed_host host alice 246810 | grep -x AUTHINFO_UNAVAIL
	rm -r /run/systemd/sessions /run/systemd/users
	door_shut
	# Without a systemd here, it is said; by a process that the login does not wait for
	i=0
	until grep -q 'duress unit panic.service could not be started' "$BED/syslog.log"; do
		i=$((i + 1))
		[ $i -lt 100 ]
		sleep 0.05
	done
}

apparmor_profile_suffices() {
	apparmor_parser -Q -K "$profile"
	apparmor_parser -Q -K -p "$profile" >"$BED/profile" 2>/dev/null
	rm -f "$BED"/strace.out.*
	# A file for each process: two that ran at once would write into each other's lines.
	helper_by strace -ff -A -y -qq -e trace=file,network -o "$BED/strace.out"
	all_that_it_does
	cat "$BED"/strace.out.* | grep -v "$BED" >"$BED/strace.here"
	perl "$here/confined.pl" "$BED/profile" <"$BED/strace.here"
	[ "$(perl "$here/confined.pl" "$BED/profile" <"$BED/strace.here" | sed -n 's/looked at //p')" -gt 100 ]
	# The check can fail: the profile without one of its lines, and what that refuses
	while read -r line refused; do
		grep -vF "$line" "$BED/profile" >"$BED/profile.short"
		refute perl "$here/confined.pl" "$BED/profile.short" <"$BED/strace.here" >"$BED/refused"
		grep -x "$refused" "$BED/refused"
	done <<-'END'
		/var/lib/mckd/** /var/lib/mckd/store.db rw
		/systemd/users/ /run/systemd/users/61001 r
		/usr/bin/systemctl /usr/bin/systemctl ix
	END
}
scenario apparmor_profile_suffices

apparmor_enforced() {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] || exit 77
	sed -e "s|/usr/libexec/mckd/mckd-auth|$HELPER|" -e 's/^profile mckd-auth/profile bed-mckd-auth/' \
		"$profile" >"$BED/profile"
	apparmor_parser -r -K "$BED/profile"
	rc=0
	(set -e; all_that_it_does; not_elsewhere) || rc=$?
	apparmor_parser -R -K "$BED/profile"
	return $rc
}
# A store where the profile has none
not_elsewhere() {
	cp -a /var/lib/mckd /run/mckd-elsewhere
	service_exact elsewhere store=/run/mckd-elsewhere
	says SERVICE_ERR elsewhere alice 246810
}
scenario apparmor_enforced

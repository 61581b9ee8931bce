#!/bin/sh
# packages.sh DIR: the life of Debian's packages in DIR on a host whose /usr is overlaid here:
# installed, turned on, brought up to a higher version while people log in, purged. Nothing of
# it may change what a stack says but what the administrator asked for. Run it through enter.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
here=$(cd "$(dirname "$0")" && pwd)
debs=$(cd "$1" && pwd)
# shellcheck source=tests/testbed/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/quickstart.sh
. "$here/quickstart.sh"
packages="libpam-mckd libnss-mckd mckd-l10n mckd-tools mckd-vcard"

# on_overlay: /usr, dpkg's database and the rest of /var, of this namespace alone
on_overlay() {
	mkdir -p /run/bed/usr/upper /run/bed/usr/work
	mount -t overlay -o lowerdir=/usr,upperdir=/run/bed/usr/upper,workdir=/run/bed/usr/work overlay /usr
	cp -a /run/bed/dpkg /var/lib/dpkg
	mkdir /run/bed/debconf
	cp -a /var/cache/debconf/. /run/bed/debconf/
	mount -t tmpfs -o mode=755 bed /var/cache
	cp -a /run/bed/debconf /var/cache/debconf
	mount -t tmpfs -o mode=755 bed /var/log
	# Nothing of the private prefix may serve here.
	PATH=/usr/sbin:/usr/bin:/sbin:/bin:$MCKD_BUILD
	HELPER=/usr/libexec/mckd/mckd-auth
	REAL_HELPER=$HELPER
	export DEBIAN_FRONTEND=noninteractive
	# Before it was installed, in case it was
	for package in $packages; do
		dpkg --purge "$package" >/dev/null 2>&1 || :
	done
	echo 'man-db man-db/auto-update boolean false' | debconf-set-selections
}

# passwords: what the stack of a new host knows, and a sudo of it
passwords() {
	for name in alice carol; do
		sed -i "/^$name:/d" /etc/shadow
		# shellcheck disable=SC2016
		printf '%s:%s:19000:0:99999:7:::\n' "$name" \
			"$(perl -e 'print crypt("pass-of-$ARGV[0]", q($6$bed$))' "$name")" >>/etc/shadow
	done
	find /usr/share/pam-configs -type f ! -name unix -delete
	profiles --force
	printf '@include common-auth\naccount required pam_permit.so\n' >/etc/pam.d/common
	printf 'auth required pam_unix.so\naccount required pam_unix.so\n' >/etc/pam.d/sudo
}

# state: of all that decides who gets in
state() {
	find /etc/pam.d /etc/pam.conf -type f -exec sha256sum {} + | sort -k 2
	cat /etc/nsswitch.conf
	find /etc/systemd /etc/apparmor.d -name '*mckd*' | sort
}

same_as() {
	state | diff "$BED/$1.state" -
}

passwords_count() {
	expect SUCCESS common alice pass-of-alice
	expect AUTH_ERR common alice 246810
	expect SUCCESS common carol pass-of-carol
	expect AUTH_ERR common carol wrong
}

cards_count() {
	expect SUCCESS common alice 246810
	expect AUTH_ERR common alice 999999 pass-of-alice
	expect SUCCESS common alice 246810
	expect SUCCESS common carol pass-of-carol
	expect AUTH_ERR common carol wrong
}

# people: log in until the file $BED/people.stop is there; what each login came to is a line of
# $BED/people.log, "well" or how not
people() {
	BED=$BED/people
	mkdir -p "$BED"
	while [ ! -e "$BED.stop" ]; do
		while read -r wanted user typed; do
			# shellcheck disable=SC2086
			login common "$user" $typed
			[ "$verdict" = "$wanted" ] && echo well || echo "$user $typed: $verdict, not $wanted"
		done <<-END >>"$BED.log"
			SUCCESS alice 246810
			AUTH_ERR alice 999999 pass-of-alice
			SUCCESS alice 246810
			SUCCESS carol pass-of-carol
			AUTH_ERR carol wrong
		END
	done
}

logins() {
	wc -l <"$BED/people.log"
}

# higher DIR VERSION: the same packages, but for that
higher() {
	mkdir -p "$1"
	for package in $packages; do
		rm -rf "$1/tree"
		dpkg-deb -R "$debs/${package}"_0*.deb "$1/tree"
		sed -i "s/^Version: .*/Version: $2/" "$1/tree/DEBIAN/control"
		dpkg-deb -Znone -b "$1/tree" "$1/$package.deb" >/dev/null
	done
	rm -rf "$1/tree"
}

installing_changes_nothing() {
	state >"$BED/before.state"
	passwords_count
	dpkg -i "$debs"/libpam-mckd_*.deb "$debs"/mckd-tools_*.deb "$debs"/mckd-vcard_*.deb
	passwords_count
	[ ! -e /etc/mckd ] && [ ! -e /var/lib/mckd ]
	state | grep -v 'mckd-trial' | grep -v '/etc/apparmor.d/' | diff "$BED/before.state" -
	dpkg -i "$debs"/libnss-mckd_*.deb
	grep -q '^passwd:.*[[:space:]]mckd$' /etc/nsswitch.conf
	grep -q '^group:.*[[:space:]]mckd$' /etc/nsswitch.conf
	getent passwd alice root >/dev/null
	passwords_count
	[ -L /etc/systemd/system/multi-user.target.wants/mckd-trial.service ]
	[ ! -e /etc/systemd/system/sockets.target.wants/mckd-auth.socket ]
	# The command line has cardtool's completion, and man its page
	[ -f /usr/share/bash-completion/completions/cardtool ]
}

turning_it_on() {
	cardtool init
	(umask 077 && echo 246810 >"$BED/alice.pin")
	new_card 0 "$BED/package.card"
	cardtool provision --user alice --pin-file "$BED/alice.pin" \
		--transport-key-file "$BED/package.card.transport"
	passwords_count
	profiles --enable mckd-required
	cards_count
	state >"$BED/on.state"
}

upgrade_while_people_log_in() {
	rm -f "$BED/people.stop"
	: >"$BED/people.log"
	people &
	people=$!
	during=0
	n=0
	while [ $during -lt 20 ]; do
		n=$((n + 1))
		higher "$BED/next" "0.1.0+next$n"
		before=$(logins)
		dpkg -i "$BED"/next/*.deb
		during=$((during + $(logins) - before))
		[ $n -lt 50 ]
	done
	: >"$BED/people.stop"
	wait $people
	refute grep -v '^well$' "$BED/people.log"
	echo "note: $during logins while dpkg ran $n times"
	[ "$(dpkg-query -W -f '${Version}' libpam-mckd)" = "0.1.0+next$n" ]
	same_as on
}

# The power fails between unpacking and configuring
upgrade_half_done() {
	higher "$BED/last" 0.1.0+now
	dpkg --unpack "$BED"/last/*.deb
	cards_count
	dpkg --configure -a
	cards_count
	same_as on
}

# refused FILE: the removal, on account of that file; and nothing is another than before
refused() {
	state >"$BED/refused.state"
	refute dpkg --remove libpam-mckd 2>"$BED/said"
	grep -qx "$1" "$BED/said"
	[ "$(dpkg-query -W -f '${db:Status-Status}' libpam-mckd)" = installed ]
	same_as refused
}

# Where a stack would be left that lets nobody in, the module stays, and works on: also in what
# cardtool or a profile put it into
removal_is_refused() {
	printf 'auth required pam_mckd.so\naccount required pam_permit.so\n' >/etc/pam.d/hand
	cardtool enable --service sudo --required --confirm-within 60s
	watch=$(cat /etc/mckd/trial/sudo)
	refused /etc/pam.d/hand
	expect SUCCESS hand alice 246810
	cards_count
	expect AUTH_ERR sudo alice 999999 pass-of-alice
	expect SUCCESS sudo alice 246810
	rm /etc/pam.d/hand
	cardtool enable --service sudo --take-back
	tail --pid="$watch" -s 0.02 -f /dev/null
	echo 'auth required pam_mckd.so' >>/etc/pam.d/common-auth
	refused /etc/pam.d/common-auth
	sed -i '$d' /etc/pam.d/common-auth
	same_as on
}

purging_leaves_it_as_before() {
	cardtool enable --service sudo --confirm-within 60s
	grep -q pam_mckd.so /etc/pam.d/sudo
	watch=$(cat /etc/mckd/trial/sudo)
	dpkg --purge mckd-tools
	# shellcheck disable=SC2086
	dpkg --purge $packages
	timeout 10 tail --pid="$watch" -s 0.02 -f /dev/null
	same_as before
	passwords_count
	[ -s /etc/mckd/store.key ] && [ -s /var/lib/mckd/store.db ]
	left=$(find /usr /etc /lib/systemd -xdev -name '*mckd*' ! -path '/etc/mckd*')
	[ -z "$left" ] || die "left behind: $left"
}

# step NAME: as run.sh has it, but each goes on where the last one ended
step() {
	echo "[ RUN      ] package_$1"
	set +e
	(set -ex; "$1") >"$BED/step.log" 2>&1
	rc=$?
	set -e
	if [ $rc != 0 ]; then
		sed 's/^/    /' "$BED/step.log"
		tail -n 20 "$BED/syslog.log" | sed "s/^/    log: /"
		echo "[  FAILED  ] package_$1"
		exit 1
	fi
	sed -n 's/^note: /    /p' "$BED/step.log"
	echo "[       OK ] package_$1"
}

trap 'stack_stop' EXIT
trap 'exit 1' INT TERM
on_overlay
rm -rf /etc/mckd /var/lib/mckd
passwords
stack_start
step installing_changes_nothing
step turning_it_on
step upgrade_while_people_log_in
step upgrade_half_done
step removal_is_refused
step purging_leaves_it_as_before
step quickstart_word_for_word
step session_as_captured

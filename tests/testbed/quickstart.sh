# docs/QUICKSTART, typed into the host of packages.sh, which has no packages of ours again
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# a_systemctl: there is no systemd here. This one knows what the page asks of it, and no more.
a_systemctl() {
	mkdir -p /run/bed/bin
	cat >/run/bed/bin/systemctl <<-'END'
		#!/bin/sh
		[ "$*" = "stop pcscd.socket pcscd.service" ] || { echo "systemctl $*?" >&2; exit 1; }
		kill "$(cat "$BED/pcscd.pid")"
		tail --pid="$(cat "$BED/pcscd.pid")" -s 0.02 -f /dev/null
	END
	chmod 755 /run/bed/bin/systemctl
	PATH=/run/bed/bin:$PATH
}

a_bare_host() {
	card_out 0
	rm -rf /etc/mckd /var/lib/mckd
	printf '%s\n' 'Defaults !lecture' '%sudo ALL=(ALL:ALL) ALL' >/etc/sudoers
	chmod 440 /etc/sudoers
	printf '#%%PAM-1.0\n@include common-auth\n@include common-account\n@include common-session-noninteractive\n' \
		>/etc/pam.d/sudo
	rm -rf "${BED:?}/checkout" "${BED:?}/home"
	mkdir "$BED/checkout" "$BED/home"
	ln -s "$debs" "$BED/checkout/build-deb"
	a_systemctl
}

quickstart_word_for_word() {
	page=$here/../../docs/QUICKSTART
	a_bare_host
	(cd "$BED/checkout" && HOME=$BED/home command expect "$here/quickstart.exp" "$page")
	[ "$(grep -c '^    [#$] ' "$page")" -ge 15 ]
	cardtool log | grep enable-confirmed
	refute grep pam_mckd.so /etc/pam.d/sudo
	# The page's own card ends with its terminal, and frees its file then
	flock -w 20 "$BED/home/alice.card.lock" bed_wait empty 0
	# One word of it that is not so would be noticed
	card_in 0 "$BED/home/alice.card"
	cardtool enable --service sudo --confirm-within 5m
	sed -n '/^    \$/,/^    root$/p' "$page" >"$BED/rest"
	type_page "$BED/rest"
	sed -i 's/^    root$/    toor/' "$BED/rest"
	refute type_page "$BED/rest" >"$BED/said"
	grep -q 'the command ended without: toor' "$BED/said"
	cardtool enable --service sudo --take-back
}

type_page() {
	command expect "$here/quickstart.exp" "$1"
}

# docs/SESSION is what alice's terminal shows, but for the card's ID
session_as_captured() {
	cardtool enable --service sudo --confirm-within 5m
	card_out 0
	cp "$BED/home/alice.card" "$BED/alice.card"
	talk <<-'END'
		array set ::env {PS1 {alice@host:~$ } TERM dumb}
		log_file -noappend $env(BED)/session.raw
		spawn -noecho setpriv --reuid=61001 --regid=61001 --init-groups env HOME=/ bash --norc --noprofile
		see {\$ $}
		type "# No card is in: sudo waits, and it is put in now."
		see {\$ $}
		type "sudo id -un"
		bed card_in 0 $env(BED)/alice.card
		see {PIN for card .*: $}
		type 999999
		see {PIN for card .*: $}
		type 246810
		see {root\r\n.*\$ $}
		bed card_out 0
		type "# It stays at home: sudo waits ten seconds."
		see {\$ $}
		type "sudo -k id -un"
		see {password for alice: $}
		type pass-of-alice
		see {root\r\n.*\$ $}
		log_file
	END
	sed -e 's/\x1b\[?2004[hl]//g' -e 's/\r//g' "$BED/session.raw" | sed '$d' >"$BED/session"
	sed -n '/^alice@host/,$p' "$here/../../docs/SESSION" | masked >"$BED/session.wanted"
	masked <"$BED/session" | diff "$BED/session.wanted" -
	cardtool enable --service sudo --take-back
	kill "$(cat /run/pcscd/pcscd.pid)"
}

masked() {
	sed 's/for card [0-9A-F]*/for card XXXX/'
}

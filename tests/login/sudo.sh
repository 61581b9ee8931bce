# sudo itself, with the card
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

sudo_setup() {
	service sudo
	echo 'session required pam_permit.so' >>/etc/pam.d/sudo
	printf '%s\n' 'Defaults !lecture, timestamp_timeout=0, passwd_tries=1' 'alice ALL=(root) ALL' >/etc/sudoers
	chmod 440 /etc/sudoers
	rm -rf /etc/sudoers.d
}

sudo_as_alice() {
	echo "$1" | setpriv --reuid=61001 --regid=61001 --clear-groups sudo -S -- id -u
}

sudo_by_card() {
	sudo_setup
	card_in 0 "$BED/alice.card"
	[ "$(sudo_as_alice 246810)" = 0 ]
}
scenario sudo_by_card

sudo_with_wrong_pin() {
	sudo_setup
	card_in 0 "$BED/alice.card"
	refute sudo_as_alice 999999
	[ "$(sudo_as_alice 246810)" = 0 ]
}
scenario sudo_with_wrong_pin

sudo_without_card() {
	sudo_setup
	refute sudo_as_alice 246810
}
scenario sudo_without_card

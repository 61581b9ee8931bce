# The PIN, typed at the reader and never asked for here
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/pad.sh
. "$here/pad.sh"

# pad_asked N: so often, and for a PIN as the card can have one
pad_asked() {
	[ "$(grep -c '^slot [0-9], 4 to 12 characters, 60 seconds$' "$PAD/asked")" = "$1" ]
	[ "$(wc -l <"$PAD/asked")" = "$1" ]
}

# read_by_person TEXT: the login showed a line that is exactly this
read_by_person() {
	grep -Fx "$1" "$BED/login.out" || { cat "$BED/login.out"; return 1; }
}

pad_login() {
	pad_setup
	card_in 0 "$BED/alice.card"
	label=$(card_id alice | cut -c 1-4 | tr a-f A-F)
	person 246810
	trace_reset
	# No answer is at hand: a prompt would end in CONV_ERR.
	says SUCCESS exact alice
	pad_asked 1
	# SELECT; then SELECT, VERIFY and AUTHENTICATE, which carries no PIN.
	[ "$(cut -d ' ' -f 1 "$BED/trace0" | tr '\n' ' ')" = 'A4 A4 20 10 ' ]
	grep '^10 53 ' "$BED/trace0"
	person 246810
	expect SUCCESS card alice
	pad_asked 1
	grep -i "^Enter the PIN for card $label.* on the reader (8 tries left)\.$" "$BED/login.out"
	refute grep 'PIN for card.*: $' "$BED/login.out"
	cardtool log --limit 1 | grep success
	refute grep 246810 "$BED/syslog.log"
}
scenario pad_login

pad_wrong_pin() {
	pad_setup
	service card max_tries=2
	card_in 0 "$BED/alice.card"
	person 999999 246810
	expect SUCCESS card alice
	pad_asked 2
	grep '^Enter the PIN for card .* on the reader (8 tries left)\.$' "$BED/login.out"
	grep '^Wrong PIN\. Enter the PIN for card .* on the reader (7 tries left)\.$' "$BED/login.out"
	person 999999
	says AUTH_ERR exact alice
	person 999998 999997
	service_exact twice max_tries=2
	says MAXTRIES twice alice
	# The pad keeps what cannot be a PIN; the card does not hear of it.
	person 123
	service card
	trace_reset
	expect AUTH_ERR card alice
	read_by_person 'Card login: a PIN is 4 to 12 printable characters without spaces.'
	refute grep '^20 ' "$BED/trace0"
}
scenario pad_wrong_pin

pad_cancelled() {
	pad_setup
	card_in 0 "$BED/alice.card"
	person cancel
	trace_reset
	expect AUTHINFO_UNAVAIL card alice
	read_by_person 'Card login: cancelled at the reader.'
	refute grep '^[12]0 ' "$BED/trace0"
	grep 'cancelled at the reader' "$BED/syslog.log"
	person 246810
	expect SUCCESS card alice
}
scenario pad_cancelled

pad_nobody_there() {
	pad_setup
	card_in 0 "$BED/alice.card"
	person nobody
	trace_reset
	expect AUTHINFO_UNAVAIL card alice
	read_by_person 'Card login: no PIN was entered at the reader in time.'
	refute grep '^[12]0 ' "$BED/trace0"
	person 246810
	expect SUCCESS card alice
}
scenario pad_nobody_there

# Neither mckd-auth's deadline nor the module's own runs while a person types
pad_is_waited_for() {
	pad_setup
	service_exact exact deadline=1 wait=0
	card_in 0 "$BED/alice.card"
	person '5 246810'
	says SUCCESS exact alice
	service_exact exact deadline=1 wait=0 quiet
	person '5 246810'
	says SUCCESS exact alice
}
scenario pad_is_waited_for

# Where nobody is told to look at the reader, nor what is left, the prompt at the keyboard serves.
pad_keeps_the_last_tries() {
	pad_setup
	service_exact quiet quiet
	card_in 0 "$BED/alice.card"
	person 999991 999992 999993 999994 999995 999996 246810
	for _ in 1 2 3 4 5; do
		says AUTH_ERR quiet alice
	done
	pad_asked 5
	says AUTH_ERR quiet alice
	[ "$(bed_host -p quiet alice 246810 2>&1 | grep -v '^SUCCESS$')" = \
		"PIN for card $(card_id alice | cut -c 1-4 | tr a-f A-F)... (2 tries left): " ]
	pad_asked 6
	# Told of them, the person may spend them.
	person 999991 999992 999993 999994 999995 999996 246810
	for _ in 1 2 3 4 5 6; do
		says AUTH_ERR exact alice
	done
	expect SUCCESS card alice
	grep 'on the reader (2 tries left)\.$' "$BED/login.out"
	pad_asked 7
}
scenario pad_keeps_the_last_tries

pad_gone_wrong() {
	pad_setup
	card_in 0 "$BED/alice.card"
	for word in cancel 999999 999999 999999 999999 999999 999999 999999; do
		person "$word"
		refute says SUCCESS exact alice
	done
	person 999999
	says MAXTRIES exact alice
	: >"$PAD/asked"
	# Blocked: the pad is not asked any more.
	says MAXTRIES exact alice
	pad_asked 0
}
scenario pad_gone_wrong

# Where a PIN must be sealed, or is wanted by others, the pad is no way
pad_is_passed_by() {
	pad_setup
	provision carol "$BED/sealed.card" 246810 --application login:host-random:4:sealed-only
	card_in 0 "$BED/sealed.card"
	person 246810
	says SUCCESS exact carol 246810
	card_out 0
	card_in 0 "$BED/alice.card"
	service_exact exact authtok=pin
	says SUCCESS exact alice 246810
	service_exact exact try_first_pass
	says SUCCESS exact alice
	pad_asked 1
}
scenario pad_is_passed_by

# The PIN, typed where the host cannot see it, chooses the application, and the SN
pad_pin_selects() {
	pad_setup
	(umask 077 && printf '112233\n445566\n' >"$BED/two.pin")
	new_card 0 "$BED/two.card"
	cardtool provision --user carol --pin-file "$BED/two.pin" --transport-key-file "$BED/two.card.transport" \
		--application day:pin:8 --application night:counter:8
	person 112233 445566 999999
	expect SUCCESS card carol
	cardtool log --limit 1 | grep day
	expect SUCCESS card carol
	cardtool log --limit 1 | grep night
	expect AUTH_ERR card carol
}
scenario pad_pin_selects

# The PIN: right, wrong, impossible, blocked
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

login_ok() {
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	expect SUCCESS card alice 246810
}
scenario login_ok

login_takes_two_apdus() {
	card_in 0 "$BED/alice.card"
	trace_reset
	expect SUCCESS card alice 246810
	[ "$(apdus)" = 2 ]
}
scenario login_takes_two_apdus

login_by_silent_host() {
	card_in 0 "$BED/alice.card"
	echo 246810 >"$BED/login.in"
	pamtester card alice 'authenticate(PAM_SILENT)' <"$BED/login.in"
}
scenario login_by_silent_host

prompt_names_card_and_tries() {
	card_in 0 "$BED/alice.card"
	expect AUTH_ERR card alice 999999
	expect SUCCESS card alice 246810
	grep -i "pin.*$(card_id alice | cut -c1-4).*7 tries left" "$BED/login.out"
}
scenario prompt_names_card_and_tries

wrong_pin_then_right() {
	card_in 0 "$BED/alice.card"
	expect AUTH_ERR card alice 999999
	expect SUCCESS card alice 246810
}
scenario wrong_pin_then_right

wrong_pin_then_right_in_one_login() {
	service card max_tries=3
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 999999 246810
}
scenario wrong_pin_then_right_in_one_login

# The card has six tries left: nothing says that its PIN is blocked.
max_tries_spent() {
	service card max_tries=2
	card_in 0 "$BED/alice.card"
	expect MAXTRIES card alice 999999 888888
	grep 'Card login: too many wrong PINs in this login\.$' "$BED/login.out"
	grep 'too many wrong PINs in this login: wrong PIN' "$BED/syslog.log"
	refute grep -i blocked "$BED/login.out" "$BED/syslog.log"
	expect SUCCESS card alice 246810
}
scenario max_tries_spent

impossible_pin_is_never_sent() {
	card_in 0 "$BED/alice.card"
	trace_reset
	expect AUTH_ERR card alice ''
	expect AUTH_ERR card alice 123
	expect AUTH_ERR card alice 1234567890123
	refute grep '^10 ' "$BED/trace0"
	expect SUCCESS card alice 246810
}
scenario impossible_pin_is_never_sent

blocked_pin() {
	service card max_tries=8
	card_in 0 "$BED/alice.card"
	expect MAXTRIES card alice 999991 999992 999993 999994 999995 999996 999997 999998
	expect MAXTRIES card alice 246810
}
scenario blocked_pin

# first_pass [option ...]: a service whose first module asks for a password, and lets the second decide
first_pass() {
	cat >/etc/pam.d/first <<-END
		auth optional pam_unix.so nodelay
		auth [default=die success=done] $PREFIX/lib/security/pam_mckd.so $*
	END
}

# The last tries are not for a password that was typed where no prompt showed them.
first_pass_keeps_the_last_tries() {
	card_in 0 "$BED/alice.card"
	first_pass use_first_pass
	expect SUCCESS first alice 246810
	for pin in 999991 999992 999993 999994 999995 999996; do
		expect AUTH_ERR card alice "$pin"
	done
	trace_reset
	expect AUTH_ERR first alice 246810
	grep 'Card login: the last tries are kept for a prompt that shows them\.$' "$BED/login.out"
	grep 'denied.*the last tries are kept' "$BED/syslog.log"
	refute grep '^10 ' "$BED/trace0"
	first_pass try_first_pass
	expect SUCCESS first alice 246810 246810
	grep '(2 tries left)' "$BED/login.out"
	for pin in 999991 999992 999993 999994 999995 999996; do
		expect AUTH_ERR card alice "$pin"
	done
	first_pass use_first_pass keep_tries=1
	expect SUCCESS first alice 246810
}
scenario first_pass_keeps_the_last_tries

# As every password that cannot be a PIN: it goes no further, and a prompt may follow.
first_pass_too_long() {
	card_in 0 "$BED/alice.card"
	long=$(printf '1%.0s' $(seq 2000))
	first_pass use_first_pass
	trace_reset
	says AUTH_ERR first alice "$long"
	refute grep '^10 ' "$BED/trace0"
	first_pass try_first_pass
	says SUCCESS first alice "$long" 246810
}
scenario first_pass_too_long

first_pass_absent() {
	service card use_first_pass
	card_in 0 "$BED/alice.card"
	expect AUTH_ERR card alice
	grep -x 'Card login: no PIN was given\.' "$BED/login.out"
}
scenario first_pass_absent

no_answer_is_no_login() {
	card_in 0 "$BED/alice.card"
	login card alice
	[ "$verdict" != SUCCESS ]
}
scenario no_answer_is_no_login

# change_pin PIN NEW [AGAIN]: pamtester's chauthtok for carol, both passes
change_pin() {
	echo "password required $PREFIX/lib/security/pam_mckd.so" >/etc/pam.d/passwd
	printf '%s\n' "$1" "$2" "${3:-$2}" >"$BED/login.in"
	pamtester passwd carol chauthtok <"$BED/login.in" >"$BED/login.out" 2>&1
}

# An application that takes PINs only sealed: the new one goes by ticket, and never in clear
pin_change_where_sealed_only() {
	provision carol "$BED/sealed.card" 246810 --application login:host-random:4:sealed-only
	card_in 0 "$BED/sealed.card"
	trace_reset
	refute change_pin 999999 1357
	refute change_pin 246810 1357 1358
	refute change_pin 246810 12
	expect SUCCESS card carol 246810
	change_pin 246810 1357
	# VERIFY has the number of TICKET, but no data longer than a PIN; CHANGE REFERENCE DATA none.
	refute grep -E '^(24|20 12) ' "$BED/trace0"
	expect SUCCESS card carol 1357
	expect AUTH_ERR card carol 246810
	cardtool log --limit 4 | grep pin-change
	# The order is over, and another can follow.
	[ "$(sqlite3 /var/lib/mckd/store.db "SELECT count(*) FROM ticket")" = 0 ]
	change_pin 1357 86420
	expect SUCCESS card carol 86420
}
scenario pin_change_where_sealed_only

# A card that could not take a soft rotation goes on as before, with its PIN as with its logins
pin_change_beside_a_soft_rotation() {
	provision carol "$BED/soft.card" 246810
	cardtool rotate --deferred --soft --mechanism counter carol
	card_in 0 "$BED/soft.card" --refuse 20
	refute change_pin 999999 1357
	change_pin 246810 1357
	expect SUCCESS card carol 1357
	expect AUTH_ERR card carol 246810
	cardtool log --limit 4 | grep pin-change
	cardtool rotate status carol | grep -w stuck
	# The rotation is not lost by it.
	card_out 0
	card_in 0 "$BED/soft.card"
	expect SUCCESS card carol 1357
	cardtool rotate status | grep 'it is over'
}
scenario pin_change_beside_a_soft_rotation

# A new PIN that only a ticket can bring waits until the card has taken the one before: nothing is ordered.
sealed_pin_change_beside_a_soft_rotation() {
	provision carol "$BED/soft.card" 246810 --application login:host-random:4:sealed-only
	cardtool rotate --deferred --soft --mechanism counter carol
	card_in 0 "$BED/soft.card" --refuse 20
	refute change_pin 246810 1357
	grep 'The card has not taken an earlier order yet; its PIN can be changed once it has' "$BED/login.out"
	refute grep 'New PIN' "$BED/login.out"
	[ "$(sqlite3 /var/lib/mckd/store.db "SELECT count(*) FROM ticket")" = 1 ]
	expect SUCCESS card carol 246810
	card_out 0
	card_in 0 "$BED/soft.card"
	change_pin 246810 1357
	expect SUCCESS card carol 1357
}
scenario sealed_pin_change_beside_a_soft_rotation

# A host without the card's keys cannot order it, and spends no try to find out
pin_change_where_sealed_only_at_a_host() {
	provision carol "$BED/sealed.card" 246810 --application login:host-random:4:sealed-only
	rm -rf /run/bed/a.export /run/bed/a.transport
	cardtool host export a --output /run/bed/a.export --transport-key-file /run/bed/a.transport
	card_in 0 "$BED/sealed.card"
	echo "password required $PREFIX/lib/security/pam_mckd.so store=/run/bed/a.export key=/run/bed/a.transport" \
		>/etc/pam.d/passwd
	printf '%s\n' 246810 1357 1357 >"$BED/login.in"
	trace_reset
	refute pamtester passwd carol chauthtok <"$BED/login.in" >"$BED/login.out" 2>&1
	grep 'who has its full block' "$BED/login.out"
	refute grep '^10 ' "$BED/trace0"
	service a store=/run/bed/a.export key=/run/bed/a.transport
	expect SUCCESS a carol 246810
	rm -rf /run/bed/a.export /run/bed/a.transport
}
scenario pin_change_where_sealed_only_at_a_host

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

max_tries_spent() {
	service card max_tries=2
	card_in 0 "$BED/alice.card"
	expect MAXTRIES card alice 999999 888888
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

no_answer_is_no_login() {
	card_in 0 "$BED/alice.card"
	login card alice
	[ "$verdict" != SUCCESS ]
}
scenario no_answer_is_no_login

# mckd-auth itself under valgrind: a login, a wrong PIN, no card
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

login_under_valgrind() {
	service card deadline=120
	helper_by valgrind -q --leak-check=full --show-leak-kinds=definite,indirect \
		--errors-for-leak-kinds=definite,indirect --log-file="$REPORTS/valgrind.%p"
	expect AUTHINFO_UNAVAIL card alice
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	expect AUTH_ERR card alice 999999
	expect USER_UNKNOWN card carol
	cardtool rotate alice --compromised 1 --force
	expect SUCCESS card alice 246810
	# It must have been valgrind that ran.
	[ "$(find "$REPORTS" -type f | wc -l)" -ge 5 ]
}
scenario login_under_valgrind

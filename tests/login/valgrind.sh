# The programs themselves under valgrind: mckd-auth in a login, a wrong PIN, no card; cardtool and the
# soft card in the life of a card
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

valgrind="valgrind -q --leak-check=full --show-leak-kinds=definite,indirect \
	--errors-for-leak-kinds=definite,indirect --log-file=$REPORTS/valgrind.%p"

# ground N: it was valgrind that ran, so often
ground() {
	[ "$(find "$REPORTS" -type f | wc -l)" -ge "$1" ]
}

login_under_valgrind() {
	service card deadline=120
	# shellcheck disable=SC2086
	helper_by $valgrind
	expect AUTHINFO_UNAVAIL card alice
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	expect AUTH_ERR card alice 999999
	expect USER_UNKNOWN card carol
	cardtool rotate alice --compromised 1 --force
	expect SUCCESS card alice 246810
	ground 5
}
scenario login_under_valgrind

tools_under_valgrind() {
	rm -rf "$BED/ground"
	mkdir "$BED/ground"
	for tool in cardtool mckd-vcard; do
		printf '#!/bin/sh\nexec %s %s "$@"\n' "$valgrind" "$(command -v $tool)" >"$BED/ground/$tool"
		chmod 755 "$BED/ground/$tool"
	done
	PATH=$BED/ground:$PATH
	provision carol "$BED/carol.card" 112233
	card_in 0 "$BED/carol.card"
	cardtool rotate carol --compromised 1 --now --force
	cardtool show carol
	expect SUCCESS card carol 112233
	card_out 0
	ground 5
}
scenario tools_under_valgrind

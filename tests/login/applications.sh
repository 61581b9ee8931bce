# Applications of a card in use: added, removed, and whom their PINs let in (figure 4)
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# add STATUS PIN ARGUMENT ...
add() {
	wanted=$1
	pin_files 0 "$2"
	shift 2
	exits "$wanted" cardtool application add --pin-file "$BED/new.pin" "$@"
}

# by APPLICATION: the one of the last login
by() {
	[ "$(sqlite3 /var/lib/mckd/store.db \
		"SELECT application FROM event WHERE kind = 'login' ORDER BY id DESC LIMIT 1")" = "$1" ]
}

application_added_and_removed() {
	card_in 0 "$BED/alice.card"
	add 0 8642 --user alice --now vault:counter:4 alice
	expect SUCCESS card alice 8642
	by vault
	expect SUCCESS card alice 246810
	by login
	trace_reset
	expect SUCCESS card alice 8642
	[ "$(apdus)" = 2 ]
	# The same again changes nothing; another of that name is an error.
	add 0 9999 --user alice vault:counter:4 alice
	expect SUCCESS card alice 8642
	add 2 9999 --user alice vault:counter:4:may-sign alice
	exits 8 cardtool application remove vault alice </dev/null
	exits 0 cardtool application remove --force vault alice
	expect AUTH_ERR card alice 8642
	expect SUCCESS card alice 246810
	refute sh -c 'cardtool show alice | grep vault'
	exits 2 cardtool application remove --force vault alice
	exits 2 cardtool application remove --force login alice
	# Its slot serves again, with series numbers of its own.
	add 0 7531 --user alice other alice
	expect SUCCESS card alice 7531
	by other
}
scenario application_added_and_removed

# Far away: the next login takes it along, and is by it
application_added_by_next_login() {
	add 0 8642 --user alice --deferred vault:pin:32 alice
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 8642
	by vault
	card_out 0
	cardtool application remove --force vault alice
	card_in 0 "$BED/alice.card"
	expect AUTH_ERR card alice 8642
	expect SUCCESS card alice 246810
}
scenario application_added_by_next_login

# One card, two accounts
pin_selects_the_account() {
	card_in 0 "$BED/alice.card"
	add 0 8642 --user carol admin alice
	expect SUCCESS card carol 8642
	by admin
	expect AUTH_ERR card carol 246810
	expect AUTH_ERR card alice 8642
	expect SUCCESS card alice 246810
}
scenario pin_selects_the_account

eight_applications_are_all() {
	card_in 0 "$BED/alice.card"
	for n in 2 3 4 5 6 7 8; do
		add 0 "864$n" --user alice "app$n" alice
	done
	add 2 8649 --user alice app9 alice
	expect SUCCESS card alice 8648
	by app8
	exits 0 cardtool application remove --force app4 alice
	add 0 8649 --user alice --now "app9:date:32:no-pin" alice
	expect SUCCESS card alice 8648
}
scenario eight_applications_are_all

# A host block has nothing to order with.
application_needs_the_full_block() {
	cardtool host export a --output /run/bed/a.export --transport-key-file /run/bed/a.transport
	pin_files 0 8642
	exits 7 cardtool --store /run/bed/a.export --key /run/bed/a.transport application add \
		--pin-file "$BED/new.pin" vault alice
}
scenario application_needs_the_full_block

# What is compromised is refused, whatever becomes of the order to its card
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# Someone's copy from before the rotation, with the SN that leaked
copy_of_before_the_rotation_is_refused() {
	cp -a "$BED/alice.card" "$BED/clone.card"
	card_in 0 "$BED/alice.card"
	cardtool rotate --now --compromised 1 --force alice
	card_out 0
	card_in 0 "$BED/clone.card"
	login card alice 246810
	[ "$verdict" != SUCCESS ]
}
scenario copy_of_before_the_rotation_is_refused

# An SN may be in several applications: of many cards, all that have it are meant
compromised_in_every_application() {
	(umask 077 && printf '246810\n112233\n' >"$BED/dora.card.pin")
	new_card 0 "$BED/dora.card"
	cardtool provision --user dora --pin-file "$BED/dora.card.pin" \
		--transport-key-file "$BED/dora.card.transport" --application login:host-random:4 \
		--application second:host-random:2 --application door:card-random:4:no-pin
	exits 2 cardtool rotate --compromised 3 --force dora
	grep 'nothing is recorded' "$BED/exits.out"
	cardtool rotate --all --compromised 3 --force
	[ "$(sqlite3 /var/lib/mckd/store.db 'SELECT count(*) FROM application WHERE compromised = 4')" = 4 ]
	[ "$(sqlite3 /var/lib/mckd/store.db 'SELECT count(*) FROM application WHERE compromised = 0')" = 1 ]
	service door application=door
	for _ in 1 2 3 4 5 6 7 8; do
		expect SUCCESS door dora
		[ "$(last_index)" != 3 ]
	done
}
scenario compromised_in_every_application

# A refusal needs no ticket: not for a card whose last one the store does not know ...
compromised_where_the_last_ticket_is_unknown() {
	sqlite3 /var/lib/mckd/store.db "UPDATE card SET last_ticket = NULL WHERE card = x'$(card_id alice)'"
	exits 6 cardtool rotate --deferred alice
	exits 9 cardtool rotate --compromised 1-6 --force alice
	grep 'series numbers 1-6 are refused from now on' "$BED/exits.out"
	exits 9 cardtool rotate --all --compromised 7 --replenish 1 --force
	grep 'got no ticket' "$BED/exits.out"
	refute cardtool rotate cancel alice
	card_in 0 "$BED/alice.card"
	for _ in 1 2 3; do
		expect SUCCESS card alice 246810
		[ "$(last_index)" = 8 ]
	done
	cardtool rotate status alice | grep -w stuck
	cardtool rotate --resync --force alice
	expect SUCCESS card alice 246810
	cardtool rotate status alice | grep 'No card of alice waits'
}
scenario compromised_where_the_last_ticket_is_unknown

# ... nor for one that has no SN left
compromised_are_all_that_there_are() {
	exits 2 cardtool rotate --deferred --compromised 1-8 --force alice
	exits 9 cardtool rotate --all --compromised 1-8 --force
	card_in 0 "$BED/alice.card"
	expect AUTH_ERR card alice 246810
	cardtool rotate --all --replenish 2
	for _ in 1 2 3; do
		expect SUCCESS card alice 246810
		[ "$(last_index)" -gt 8 ]
	done
	cardtool rotate status alice | grep 'No card of alice waits'
}
scenario compromised_are_all_that_there_are

# ... nor for one that was cut in the making, and is finished after
compromised_before_provisioning_ended() {
	new_card 0 "$BED/carol.card"
	card_out 0
	(umask 077 && echo 112233 >"$BED/carol.pin")
	card_in 0 "$BED/carol.card" --refuse 20
	exits 1 cardtool provision --user carol --pin-file "$BED/carol.pin" \
		--transport-key-file "$BED/carol.card.transport"
	card_out 0
	id=$(sqlite3 /var/lib/mckd/store.db 'SELECT lower(hex(card)) FROM card WHERE provisioning')
	exits 6 cardtool rotate --deferred "$id"
	exits 9 cardtool rotate --deferred --compromised 1-3 --force "$id"
	grep 'series numbers 1-3 are refused from now on' "$BED/exits.out"
	exits 9 cardtool rotate --all --compromised 1-7 --replenish 7 --force
	grep '1 of them got no ticket' "$BED/exits.out"
	cardtool rotate status "$id" | grep -w stuck
	card_in 0 "$BED/carol.card"
	cardtool provision --user carol --pin-file "$BED/carol.pin" \
		--transport-key-file "$BED/carol.card.transport"
	for _ in 1 2 3 4; do
		expect SUCCESS card carol 112233
		[ "$(last_index)" = 8 ]
	done
	cardtool rotate --now carol
	cardtool rotate status carol | grep 'No card of carol waits'
}
scenario compromised_before_provisioning_ended

# Whatever the card is told next, it is told what was refused alone, too.
refused_alone_and_then_in_step() {
	card_in 0 "$BED/alice.card"
	cardtool rotate --now --mechanism counter alice
	leaked=1
	for order in 'secret put --generate' 'rotate --resync --force'; do
		sqlite3 /var/lib/mckd/store.db "UPDATE card SET last_ticket = NULL WHERE card = x'$(card_id alice)'"
		exits 9 cardtool rotate --deferred --compromised "$leaked" --force alice
		leaked=$((leaked + 1))
		# shellcheck disable=SC2086
		cardtool $order alice
		for _ in 1 2 3 4 5 6; do
			expect SUCCESS card alice 246810
		done
	done
}
scenario refused_alone_and_then_in_step

# A copy in the reader does not keep the order from being recorded
compromised_with_a_copy_in_the_reader() {
	cp -a "$BED/alice.card" "$BED/clone.card"
	card_in 0 "$BED/alice.card"
	cardtool rotate --now alice
	card_out 0
	card_in 0 "$BED/clone.card"
	exits 6 cardtool rotate alice
	grep 'nothing is recorded' "$BED/exits.out"
	cardtool rotate status | grep 'it is over'
	exits 6 cardtool rotate --compromised 3 --force alice
	grep 'recorded all the same' "$BED/exits.out"
	[ "$(sqlite3 /var/lib/mckd/store.db 'SELECT max(compromised) FROM application')" = 4 ]
	cardtool rotate status alice | grep -w pending
	card_out 0
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	cardtool rotate status | grep 'it is over'
}
scenario compromised_with_a_copy_in_the_reader

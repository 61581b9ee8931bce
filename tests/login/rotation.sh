# Rotation after a compromise
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

rotation_then_login() {
	card_in 0 "$BED/alice.card"
	cardtool rotate alice --compromised 1 --force
	for _ in 1 2 3 4; do
		trace_reset
		expect SUCCESS card alice 246810
		[ "$(apdus)" = 2 ]
		[ "$(last_index)" != 1 ]
	done
	cardtool rotate status | grep 'it is over'
}
scenario rotation_then_login

# Ordered while the card is away; the next login delivers the ticket before AUTHENTICATE
rotation_delivered_by_login() {
	cardtool rotate alice --compromised 1 --force
	cardtool rotate status alice | grep -w pending
	card_in 0 "$BED/alice.card"
	trace_reset
	expect SUCCESS card alice 246810
	# SELECT, once more inside the transaction of the TICKET, AUTHENTICATE
	[ "$(apdus)" = 4 ]
	cardtool rotate status | grep 'it is over'
	trace_reset
	expect SUCCESS card alice 246810
	[ "$(apdus)" = 2 ]
}
scenario rotation_delivered_by_login

# What a resync takes the place of was never receipted: the card must not be older than it
resync_over_a_queue() {
	cardtool rotate alice --compromised 1 --force
	card_in 0 "$BED/alice.card"
	cardtool rotate alice --resync --force
	expect SUCCESS card alice 246810
	cardtool rotate alice --compromised 2 --force
	expect SUCCESS card alice 246810
}
scenario resync_over_a_queue

# To every mechanism and back, with fresh SNs, each proved by a login of its own
rotation_to_every_mechanism() {
	card_in 0 "$BED/alice.card"
	for mechanism in card-random host-date date counter pin host-random; do
		cardtool rotate --now --mechanism "$mechanism" --replenish 1 alice
		expect SUCCESS card alice 246810
		cardtool show alice | grep -w -- "$mechanism"
	done
}
scenario rotation_to_every_mechanism

rotations_queue_in_order() {
	cardtool rotate --deferred --mechanism counter alice
	cardtool rotate --compromised 2 --force --deferred alice
	cardtool rotate --replenish 20 --deferred alice
	cardtool rotate status --json | grep '"rotation":3'
	card_in 0 "$BED/alice.card"
	trace_reset
	expect SUCCESS card alice 246810
	[ "$(grep -c '^20 ' "$BED/trace0")" = 5 ]
	cardtool rotate status | grep 'it is over'
	expect SUCCESS card alice 246810
}
scenario rotations_queue_in_order

# A card that cannot take its ticket is refused, and stuck
rotation_refuses_an_untaken_card() {
	cardtool rotate --deferred alice
	card_in 0 "$BED/alice.card" --refuse 20
	expect AUTH_ERR card alice 246810
	# Not even asked for its proof: the PIN never went out.
	refute grep '^10 ' "$BED/trace0"
	cardtool rotate status alice | grep -w stuck | grep 6581
	exits 9 cardtool rotate --now alice
	card_out 0
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	cardtool rotate status | grep 'it is over'
}
scenario rotation_refuses_an_untaken_card

# A scheduled one: the card that cannot take it goes on, but never with what is compromised
soft_rotation_lets_an_untaken_card_in() {
	cardtool rotate --deferred --mechanism card-random alice
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	card_out 0
	cardtool rotate --deferred --soft --mechanism counter --compromised 1-4 --replenish 3 --force alice
	card_in 0 "$BED/alice.card" --refuse 20
	in=0
	out=0
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		login card alice 246810
		if [ "$verdict" = SUCCESS ]; then
			in=$((in + 1))
			[ "$(last_index)" -gt 4 ]
			[ "$(last_index)" -le 8 ]
		else
			[ "$verdict" = AUTH_ERR ]
			out=$((out + 1))
		fi
	done
	[ "$in" -gt 0 ]
	[ "$out" -gt 0 ]
	card_out 0
	card_in 0 "$BED/alice.card"
	for _ in 1 2 3 4; do
		expect SUCCESS card alice 246810
		[ "$(last_index)" -gt 4 ]
	done
}
scenario soft_rotation_lets_an_untaken_card_in

soft_rotation_ends_at_its_date() {
	exits 2 cardtool rotate --deferred --until 2099-01-01 alice
	exits 2 cardtool rotate --deferred --soft --until 2001-01-01 alice
	exits 2 cardtool rotate --deferred --soft --until 2099-02-31x alice
	cardtool rotate --deferred --soft --until "$(date -d '+10 seconds' +%Y-%m-%dT%H:%M:%S)" alice
	card_in 0 "$BED/alice.card" --refuse 20
	expect SUCCESS card alice 246810
	# A date can only be waited for.
	sleep 10
	expect AUTH_ERR card alice 246810
}
scenario soft_rotation_ends_at_its_date

# What is not soft, queued behind or before what is, must be taken
soft_behind_strict_is_strict() {
	cardtool rotate --deferred alice
	cardtool rotate --deferred --soft alice
	card_in 0 "$BED/alice.card" --refuse 20
	expect AUTH_ERR card alice 246810
}
scenario soft_behind_strict_is_strict

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

rotation_cancelled() {
	cardtool rotate --deferred --mechanism counter --replenish 2 alice
	cardtool rotate cancel alice
	cardtool rotate status | grep 'it is over'
	cardtool show alice | grep -w host-random
	exits 1 cardtool rotate cancel alice
	card_in 0 "$BED/alice.card"
	trace_reset
	expect SUCCESS card alice 246810
	[ "$(apdus)" = 2 ]
	cardtool rotate --now --replenish 2 alice
	expect SUCCESS card alice 246810
}
scenario rotation_cancelled

rotation_not_cancelled_where_it_may_be_on_the_card() {
	cardtool rotate --deferred alice
	card_in 0 "$BED/alice.card" --refuse 20
	expect AUTH_ERR card alice 246810
	card_out 0
	exits 1 cardtool rotate cancel alice
	grep 'may be on the card' "$BED/exits.out"
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	card_out 0
	cardtool rotate --deferred --compromised 3 --force alice
	exits 1 cardtool rotate cancel alice
	grep 'for ever' "$BED/exits.out"
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario rotation_not_cancelled_where_it_may_be_on_the_card

rotation_of_a_users_cards() {
	provision alice "$BED/second.card" 111111
	exits 2 cardtool rotate --now alice
	cardtool rotate alice
	cardtool rotate status --json | grep '"cards":2,"done":0,"confirmed":0,"pending":2'
	card_in 0 "$BED/second.card"
	expect SUCCESS card alice 111111
	cardtool rotate status --json | grep '"cards":2,"done":50,"confirmed":1,"pending":1'
	cardtool rotate status | grep -E "^ +1 .* 2 +50% +1 +1 +0 +0 +0\$"
	card_out 0
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	cardtool rotate status | grep 'it is over'
	cardtool rotate status | grep -E "^ +1 .* 2 +100% +2 +0 +0 +0 +0\$"
	card_out 0
	rm -f "$BED"/second.card*
}
scenario rotation_of_a_users_cards

rotation_of_all_and_of_an_application() {
	cardtool revoke bob --force
	exits 8 cardtool rotate --all --compromised 1
	exits 2 cardtool rotate
	exits 2 cardtool rotate --all alice
	cardtool rotate --all --compromised 1 --force
	cardtool rotate status --json | grep '"cards":1,"done":0,"confirmed":0'
	exits 7 cardtool rotate --application nosuch
	cardtool rotate --application login --replenish 1
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	# What cannot be done to one of them is done to the others.
	cardtool rotate --all --compromised 2-8 --replenish 1 --force
	exits 2 cardtool rotate --all --compromised 32 --force
}
scenario rotation_of_all_and_of_an_application

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

rotation_is_over() {
	cardtool rotate status | grep 'it is over'
}

# What the table counts: a cancelled card confirmed nothing, a revoked one is waited for no more
rotation_status_counts() {
	provision alice "$BED/second.card" 111111
	cardtool rotate alice
	[ "$(cardtool rotate status alice | grep -c -w pending)" = 2 ]
	cardtool rotate cancel "$(card_id alice)"
	cardtool rotate status --json | grep '"cards":1,"done":0,"confirmed":0,"pending":1'
	cardtool rotate status bob | grep 'No card of bob waits'
	refute rotation_is_over
	cardtool rotate --all
	for id in $(cardtool list | grep -oE '^[0-9a-f]{16}'); do
		cardtool revoke "$id" --force
	done
	rotation_is_over
	cardtool rotate status --json | tr -d '\n' | grep '"cards":3,"done":100,"confirmed":0,"pending":0,"delivered":0,"stuck":0,"revoked":3'
	rm -f "$BED"/second.card*
}
scenario rotation_status_counts

# A resync that was not delivered is waited for
resync_is_waited_for() {
	cardtool rotate --deferred alice
	card_in 0 "$BED/alice.card" --refuse 20
	exits 9 cardtool rotate --resync --force alice
	cardtool rotate status | grep -w resync
	refute rotation_is_over
	exits 1 cardtool rotate cancel alice
	card_out 0
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	cardtool rotate status | grep 'it is over'
}
scenario resync_is_waited_for

# What a resync drops, and cannot bring, is named
resync_names_what_is_lost() {
	pin_files 246810 112233
	cardtool rotate --deferred alice
	cardtool application add --deferred --user alice --pin-file "$BED/new.pin" vault alice
	cardtool secret put --deferred --application login --generate alice
	cardtool show --json alice | grep secret
	card_in 0 "$BED/alice.card"
	exits 8 cardtool rotate --resync alice </dev/null
	exits 0 cardtool rotate --resync --force alice
	grep 'tickets are queued that no rotation is in' "$BED/exits.out"
	grep 'application vault is new to the card and has no PIN' "$BED/exits.out"
	refute show_has_secret
	cardtool pin reset --application vault --new-pin-file "$BED/new.pin" alice
	service vault application=vault
	expect SUCCESS vault alice 112233
}
show_has_secret() {
	cardtool show --json alice | grep secret
}
scenario resync_names_what_is_lost

# What is taken back is not said to stay
rotation_on_a_full_disk() {
	rm -rf "$BED/full"
	cp -a /var/lib/mckd "$BED/full"
	mount -t tmpfs -o size=200k,mode=700 none /var/lib/mckd
	cp -a "$BED/full/." /var/lib/mckd/
	dd if=/dev/zero of=/var/lib/mckd/fill bs=1k || true
	rc=0
	cardtool rotate --all --replenish 20 >"$BED/out" 2>&1 || rc=$?
	umount /var/lib/mckd
	rm -rf "$BED/full"
	cat "$BED/out"
	[ "$rc" = 7 ]
	grep 'nothing is recorded' "$BED/out"
	refute grep 'recorded for' "$BED/out"
}
scenario rotation_on_a_full_disk

# No card is told twice, though its receipt was lost
receipt_lost() {
	cardtool rotate --deferred alice
	rm -rf "$BED/queued"
	cp -a /var/lib/mckd "$BED/queued"
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	counter=$(cardtool show alice | sed -n 's/.*counter \([0-9]*\).*/\1/p')
	[ "$counter" -gt 0 ]
	find /var/lib/mckd -mindepth 1 -delete
	cp -a "$BED/queued/." /var/lib/mckd/
	expect SUCCESS card alice 246810
	cardtool rotate status | grep 'it is over'
	rm -rf "$BED/queued"
}
scenario receipt_lost

# Each word on an order's way says whose it is
rotation_names_its_card() {
	id=$(card_id alice)
	exits 0 cardtool rotate --deferred alice
	grep -qx "cardtool: card $id: it is recorded; the next login of the card delivers it" "$BED/exits.out"
	card_in 0 "$BED/alice.card" --refuse 20
	exits 9 cardtool rotate --now alice
	grep -qx "cardtool: card $id: it is recorded and stays queued; the card must take it before its next login counts" \
		"$BED/exits.out"
	card_out 0
	card_in 0 "$BED/alice.card"
	exits 0 cardtool rotate alice
	grep -qE "^cardtool: card $id has taken it \(ticket [0-9]+\)$" "$BED/exits.out"
}
scenario rotation_names_its_card

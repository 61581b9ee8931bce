# Rotation: what is ordered comes to the card, and what is not yet is waited for
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

# What was ordered behind it stands on it
rotation_not_cancelled_under_another_order() {
	cardtool rotate --deferred --mechanism counter alice
	cardtool pin reset --deferred --new-pin-file "$BED/bob.card.pin" alice
	exits 1 cardtool rotate cancel alice
	grep 'another order is queued behind' "$BED/exits.out"
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 135791
	cardtool rotate status | grep 'it is over'
}
scenario rotation_not_cancelled_under_another_order

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

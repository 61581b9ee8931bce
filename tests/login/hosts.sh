# Hosts with a share of the keys: export, import, login without MK, burglary, rekey, receipts.
# The store in /var/lib/mckd is the issuer's; each host has one in /run/bed, and a service.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/hosts.sh
. "$here/hosts.sh"

listed_id() {
	cardtool host list | awk -v host="$1" '$1 == host { print $2 }'
}

host_logs_in_without_master_key() {
	new_host a
	carry export a
	card_in 0 "$BED/alice.card"
	trace_reset
	expect SUCCESS a alice 246810
	[ "$(apdus)" = 2 ]
	expect AUTH_ERR a alice 999999
	expect USER_UNKNOWN a carol 246810
	# There is no MK and no SN to be found there, and none can be exported.
	[ "$(sqlite3 /run/bed/a.store/store.db 'SELECT count(*), count(mk), count(htk) FROM card')" = '2|0|2' ]
	[ "$(sqlite3 /run/bed/a.store/store.db 'SELECT count(*), count(sn), count(hdk) FROM application')" = '2|0|2' ]
	refute at a export --secrets alice
	exits 6 at a rotate alice
	at a show alice | grep 'block host'
	at a host list | grep "$(listed_id a)"
	# The issuer's own logins go on.
	expect SUCCESS card alice 246810
	expect SUCCESS a alice 246810
}
scenario host_logs_in_without_master_key

# A host that has not heard of a rotation yet: no matter for a resync
host_behind_the_card() {
	echo 246810 >"$BED/alice.pin"
	new_host a
	carry export a
	card_in 0 "$BED/alice.card"
	cardtool rotate --now alice
	at a verify --user alice --pin-file "$BED/alice.pin" >"$BED/out" 2>&1
	grep 'this host is behind the card' "$BED/out"
	refute grep resync "$BED/out"
}
scenario host_behind_the_card

# The directory of an export is a host store by itself
export_is_a_store() {
	cardtool host export a --output /run/bed/whole --transport-key-file /run/bed/whole.key
	service whole store=/run/bed/whole key=/run/bed/whole.key
	card_in 0 "$BED/alice.card"
	expect SUCCESS whole alice 246810
	rm -rf /run/bed/whole /run/bed/whole.key
}
scenario export_is_a_store

host_gets_chosen_users_and_applications() {
	(umask 077 && printf '246810\n112233\n' >"$BED/two.card.pin")
	new_card 0 "$BED/two.card"
	cardtool provision --user carol --pin-file "$BED/two.card.pin" --transport-key-file \
		"$BED/two.card.transport" --application login --application vault
	new_host a
	carry export a --application vault --user carol --user bob
	service vault store=/run/bed/a.store key=/run/bed/a.key application=vault
	[ "$(sqlite3 /run/bed/a.store/store.db 'SELECT name FROM application')" = vault ]
	[ "$(sqlite3 /run/bed/a.store/store.db 'SELECT user FROM assignment')" = carol ]
	expect SUCCESS vault carol 112233
	refute login_ok_with a carol 246810
	# What was chosen is remembered; what is chosen anew takes the place of it.
	carry export a
	[ "$(sqlite3 /run/bed/a.store/store.db 'SELECT name FROM application')" = vault ]
	carry export a --user alice --user bob
	[ "$(sqlite3 /run/bed/a.store/store.db 'SELECT user FROM assignment ORDER BY user' | tr '\n' ' ')" = 'alice bob ' ]
	expect USER_UNKNOWN a carol 112233
}
login_ok_with() {
	login "$@"
	[ "$verdict" = SUCCESS ]
}
scenario host_gets_chosen_users_and_applications

export_is_sealed_for_its_host() {
	new_host a
	new_host b
	cardtool host export a --output /run/bed/x --transport-key-file /run/bed/x.key
	cardtool host export b --output /run/bed/y --transport-key-file /run/bed/y.key
	# Another key, one byte changed anywhere (who may log in is in clear), a piece missing or added
	refute at a host import /run/bed/x --transport-key-file /run/bed/y.key
	cp -a /run/bed/x /run/bed/z
	sqlite3 /run/bed/z/store.db "UPDATE assignment SET user = 'root'"
	rm -f /run/bed/z/store.db-journal
	refute at a host import /run/bed/z --transport-key-file /run/bed/x.key
	cp -a /run/bed/x/store.db /run/bed/z/store.db
	printf 'journal' >/run/bed/z/store.db-journal
	chmod 600 /run/bed/z/store.db-journal
	refute at a host import /run/bed/z --transport-key-file /run/bed/x.key
	rm /run/bed/z/store.db-journal /run/bed/z/store.mac
	refute at a host import /run/bed/z --transport-key-file /run/bed/x.key
	refute login_ok_with a alice 246810
	at a host import /run/bed/x --transport-key-file /run/bed/x.key
	# Not for another host, nor over the issuer's own blocks
	refute at a host import /run/bed/y --transport-key-file /run/bed/y.key
	refute cardtool host import /run/bed/x --transport-key-file /run/bed/x.key
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	rm -rf /run/bed/[xyz] /run/bed/[xyz].key
}
scenario export_is_sealed_for_its_host

older_export_is_refused() {
	new_host a
	cardtool host export a --output /run/bed/old --transport-key-file /run/bed/a.transport
	cardtool rotate alice --compromised 1 --deferred --force
	cardtool host export a --output /run/bed/new --transport-key-file /run/bed/a.transport
	at a host import /run/bed/new --transport-key-file /run/bed/a.transport
	# Again is no harm: a cut import is run once more.
	at a host import /run/bed/new --transport-key-file /run/bed/a.transport
	refute at a host import /run/bed/old --transport-key-file /run/bed/a.transport
	at a show alice | grep -w 'pending'
	rm -rf /run/bed/old /run/bed/new /run/bed/a.transport
}
scenario older_export_is_refused

# The whole store of host a, with its key, makes a card that host a cannot tell from the true
# one. It opens neither host b nor the issuer; and a new host ID shuts it out of a, with no card
# in any reader.
stolen_host_store_forges_nothing_elsewhere() {
	new_host a
	new_host b
	carry export a
	carry export b
	[ "$(listed_id a)" != "$(listed_id b)" ]
	card_in 0 "$BED/alice.card"
	expect SUCCESS b alice 246810
	public=$(bed_select)
	card_out 0
	rm -rf /run/bed/loot /run/bed/loot.key
	cp -a /run/bed/a.store /run/bed/loot
	cp -a /run/bed/a.key /run/bed/loot.key
	start card0 bed_forger "$PORT_0" /run/bed/loot /run/bed/loot.key "$public"
	bed_wait present 0
	expect SUCCESS a alice 000000
	expect AUTH_ERR b alice 000000
	expect AUTH_ERR card alice 000000
	grep 'wrong result' "$BED/syslog.log"
	card_out 0

	before=$(listed_id a)
	new_host a
	carry rekey a
	[ "$(listed_id a)" != "$before" ]
	start card0 bed_forger "$PORT_0" /run/bed/loot /run/bed/loot.key "$public"
	bed_wait present 0
	expect AUTH_ERR a alice 000000
	card_out 0
	card_in 0 "$BED/alice.card"
	expect SUCCESS a alice 246810
	expect SUCCESS b alice 246810
	expect SUCCESS card alice 246810
}
scenario stolen_host_store_forges_nothing_elsewhere

# A host takes a compromised index and its ticket by an export; a login there delivers it, and
# what the card answered goes back to the issuer.
host_delivers_and_returns_receipt() {
	new_host a
	carry export a
	cardtool rotate alice --compromised 1,2 --deferred --force
	cardtool rotate alice --compromised 3 --deferred --force
	carry export a
	cardtool rotate status | grep "$(card_id alice)"
	# No receipt is known there before the card gives it.
	at a host receipts export | tail -n +2 | wc -l | grep -x 0
	card_in 0 "$BED/alice.card"
	trace_reset
	expect AUTH_ERR a alice 999999
	# Only a login counts as proof; the tickets go out once more, and are settled.
	expect SUCCESS a alice 246810
	trace_reset
	expect SUCCESS a alice 246810
	[ "$(apdus)" = 2 ]
	rm -f "$BED/receipts"
	at a host receipts export --output "$BED/receipts"
	card_out 0
	tail -n 1 "$BED/receipts" | tr '0-9a-f' '1-9a-f0' | cut -d ' ' -f 3 >"$BED/other"
	sed "2s/[^ ]*\$/$(cat "$BED/other")/" "$BED/receipts" >"$BED/forged"
	refute cmp -s "$BED/receipts" "$BED/forged"
	rc=0
	cardtool host receipts import "$BED/forged" || rc=$?
	[ "$rc" = 9 ]
	cardtool rotate status | grep "$(card_id alice)"
	cardtool host receipts import "$BED/receipts" | grep '1 taken'
	refute sh -c "cardtool rotate status | grep '$(card_id alice)'"
	cardtool host receipts import "$BED/receipts" | grep '1 settled before'
	# The issuer and the card agree, and a new export leaves the host no receipt to bring.
	card_in 0 "$BED/alice.card"
	trace_reset
	expect SUCCESS card alice 246810
	[ "$(apdus)" = 2 ]
	carry export a
	[ "$(at a host receipts export | wc -l)" = 1 ]
	for _ in 1 2 3 4; do
		expect SUCCESS a alice 246810
	done
}
scenario host_delivers_and_returns_receipt

# Until the issuer has it, no import takes a receipt away: not even one that takes the card away
receipt_outlives_imports() {
	new_host a
	cardtool rotate alice --compromised 1 --deferred --force
	carry export a
	card_in 0 "$BED/alice.card"
	expect SUCCESS a alice 246810
	carry export a
	[ "$(at a host receipts export | wc -l)" = 2 ]
	carry export a --user bob
	expect USER_UNKNOWN a alice 246810
	[ "$(sqlite3 /run/bed/a.store/store.db "SELECT count(*) FROM application WHERE card = x'$(card_id alice)'")" = 0 ]
	carry export a | grep ' 1 cards, 0 taken away'
	at a host receipts export | cardtool host receipts import - | grep '1 taken'
	cardtool rotate status | grep 'it is over'
	carry export a --user alice --user bob
	[ "$(at a host receipts export | wc -l)" = 1 ]
	expect SUCCESS a alice 246810
	[ "$(at a list --json | grep -c '"card"')" = 2 ]
	carry export a --user bob
	[ "$(at a list --json | grep -c '"card"')" = 1 ]
}
scenario receipt_outlives_imports

# What went to a host may be on a card: it is never taken back
exported_rotation_is_not_cancelled() {
	cardtool rotate alice --mechanism counter --deferred --force
	cardtool rotate cancel alice
	cardtool rotate alice --mechanism counter --deferred --force
	new_host a
	carry export a
	refute cardtool rotate cancel alice
	card_in 0 "$BED/alice.card"
	expect SUCCESS a alice 246810
	expect SUCCESS card alice 246810
}
scenario exported_rotation_is_not_cancelled

# With a host's keys the card proves itself there as well, once it has taken what is queued.
pin_change_at_a_host() {
	pin_files 246810 1357
	new_host a
	cardtool rotate --deferred alice
	carry export a
	card_in 0 "$BED/alice.card"
	exits 6 at a pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
	expect SUCCESS a alice 246810
	exits 0 at a pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
	expect SUCCESS a alice 1357
	expect SUCCESS card alice 1357
}
scenario pin_change_at_a_host

# Any card can answer a ticket with sixteen bytes: that alone settles nothing at a host
false_card_settles_nothing_at_host() {
	new_host a
	cardtool rotate alice --compromised 1 --deferred --force
	carry export a
	card_in 0 "$BED/alice.card"
	public=$(bed_select)
	card_out 0
	foreign_in 0 copy "$public"
	login a alice 246810
	[ "$verdict" != SUCCESS ]
	card_out 0
	at a host receipts export | tail -n +2 | wc -l | grep -x 0
	[ "$(sqlite3 /run/bed/a.store/store.db 'SELECT count(*) FROM ticket')" -ge 1 ]
	card_in 0 "$BED/alice.card"
	expect SUCCESS a alice 246810
	[ "$(sqlite3 /run/bed/a.store/store.db 'SELECT count(*) FROM ticket')" = 0 ]
}
scenario false_card_settles_nothing_at_host

revoked_and_unassigned_reach_the_host() {
	new_host a
	carry export a
	card_in 0 "$BED/alice.card"
	expect SUCCESS a alice 246810
	cardtool revoke alice --force
	cardtool unassign --user bob bob
	carry export a
	expect PERM_DENIED a alice 246810
	expect USER_UNKNOWN a bob 135791
	# Of a revoked card the host has no keys.
	[ "$(sqlite3 /run/bed/a.store/store.db 'SELECT count(*), max(length(hdk)) < 64 FROM application')" = '1|1' ]
}
scenario revoked_and_unassigned_reach_the_host

# A clone seen at a host stays suspended there, whatever the issuer exports
suspension_at_host_stays() {
	new_host a
	carry export a
	at a suspend alice --force
	carry export a
	card_in 0 "$BED/alice.card"
	expect PERM_DENIED a alice 246810
	at a resume alice --force
	expect SUCCESS a alice 246810
}
scenario suspension_at_host_stays

# at_index HOST: the index by which the last login there came in
at_index() {
	at "$1" log --limit 1 --json | sed -n 's/.*"index":\([0-9]*\).*/\1/p'
}

# A host can refuse at once, before the issuer knows; and goes on refusing until the issuer does
compromised_at_a_host_alone() {
	new_host a
	carry export a
	exits 6 at a rotate --deferred alice
	exits 9 at a rotate --deferred --compromised 1-3 --force alice
	grep 'series numbers 1-3 are refused from now on' "$BED/exits.out"
	exits 9 at a rotate --all --compromised 1-7 --replenish 1 --force
	grep '2 of them got no ticket' "$BED/exits.out"
	refute grep -e 'STILL ACCEPTED' -e 'delivers it' "$BED/exits.out"
	at a rotate status alice | grep -w stuck | grep 'the issuer must rotate it'
	card_in 0 "$BED/alice.card"
	for export in before after; do
		for _ in 1 2 3 4; do
			expect SUCCESS a alice 246810
			[ "$(at_index a)" = 8 ]
		done
		[ "$export" = after ] || carry export a
	done
	# Fresh ones in their places are others.
	cardtool rotate --now --compromised 1-7 --replenish 31 --force alice
	carry export a
	[ "$(sqlite3 /run/bed/a.store/store.db "SELECT compromised FROM application WHERE card = x'$(card_id alice)'")" = 0 ]
	[ "$(sqlite3 /run/bed/a.store/store.db "SELECT compromised FROM application WHERE card = x'$(card_id bob)'")" = 127 ]
	at a rotate status | grep 'it is over'
	expect SUCCESS a alice 246810
}
scenario compromised_at_a_host_alone

# A card that is no longer exported has confirmed nothing
card_that_leaves_confirms_nothing() {
	new_host a
	carry export a
	exits 9 at a rotate --all --compromised 1 --force
	at a rotate status --json | tr -d '\n' | grep '"cards":2,"done":0,"confirmed":0,"pending":0,"delivered":0,"stuck":2'
	carry export a --user bob
	at a rotate status --json | tr -d ' \n' | grep '"rotations":\[\]'
	at a rotate status | grep 'it is over'
}
scenario card_that_leaves_confirms_nothing

# The card knows of no refusal: a host goes on selecting as it does, and the other indices come in.
refusal_leaves_the_selection_in_step() {
	card_in 0 "$BED/alice.card"
	cardtool rotate --now --mechanism counter alice
	new_host a
	carry export a
	exits 9 at a rotate --deferred --compromised 1 --force alice
	for export in before after; do
		in=0
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
			login a alice 246810
			[ "$verdict" != SUCCESS ] || in=$((in + 1))
			[ "$verdict" = AUTH_ERR ] || [ "$(at_index a)" != 1 ]
		done
		# Of eight, seven; with the selection out of step it would be one.
		[ "$in" -gt 12 ]
		[ "$export" = after ] || carry export a
	done
}
scenario refusal_leaves_the_selection_in_step

# Whose host ID is new, its keys are: what was refused by the old ones stays so.
refusal_outlives_a_new_host_id() {
	new_host a
	carry export a
	exits 9 at a rotate --all --compromised 1-7 --force
	carry rekey a
	card_in 0 "$BED/alice.card"
	for _ in 1 2 3 4; do
		expect SUCCESS a alice 246810
		[ "$(at_index a)" = 8 ]
	done
}
scenario refusal_outlives_a_new_host_id

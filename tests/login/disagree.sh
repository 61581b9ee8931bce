# Card and store that disagree: said by cardtool with exit status 6, and what it comes from
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2154
# shellcheck source=tests/testbed/bureau.sh
. "$here/bureau.sh"

# store_keep; store_back: the store as it was then
store_keep() {
	rm -rf "$BED/store.copy"
	cp -a /var/lib/mckd "$BED/store.copy"
}
store_back() {
	find /var/lib/mckd -mindepth 1 -delete
	cp -a "$BED/store.copy/." /var/lib/mckd/
}

# disagrees TEXT COMMAND ...: exit status 6, and these words
disagrees() {
	text=$1
	shift
	exits 6 "$@"
	grep -qF "$text" "$BED/exits.out"
}

# The store from an old backup: the card is ahead.
store_from_an_old_backup() {
	store_keep
	card_in 0 "$BED/alice.card"
	cardtool rotate --now alice
	store_back
	disagrees "card $(card_id alice) and the store disagree: the card has had tickets that this store did not compose" \
		cardtool provision --user alice --generate-pin
	grep -q "The card's last ticket is number 3, the store's is number 2 (0 without a receipt)\." "$BED/exits.out"
	grep -q 'the store is an old copy, or another store holds' "$BED/exits.out"
	(umask 077 && echo 246810 >"$BED/alice.pin")
	disagrees 'the card has had tickets that this store did not compose' cardtool verify --pin-file "$BED/alice.pin" alice
	expect AUTH_ERR card alice 246810
	# And the way out that it names
	cardtool rotate --resync --force alice
	expect SUCCESS card alice 246810
}
scenario store_from_an_old_backup

# Two copies of a store, each of which went on
store_that_went_on_elsewhere() {
	store_keep
	card_in 0 "$BED/alice.card"
	cardtool rotate --now alice
	card_out 0
	store_back
	cardtool rotate --deferred alice
	card_in 0 "$BED/alice.card"
	disagrees "the card's last ticket is not the store's; another store composed it" \
		cardtool provision --user alice --generate-pin
	card_out 0
	# One more, and the card's is only one of those under way.
	cardtool rotate --deferred alice
	card_in 0 "$BED/alice.card"
	disagrees "the card's last ticket is not the one of that number here" cardtool rotate --now alice
	expect AUTH_ERR card alice 246810
}
scenario store_that_went_on_elsewhere

# A copy of the card from before tickets that it gave receipts for
card_behind_its_receipts() {
	cp -a "$BED/alice.card" "$BED/clone.card"
	card_in 0 "$BED/alice.card"
	cardtool rotate --now alice
	card_out 0
	card_in 0 "$BED/clone.card"
	disagrees 'the card is behind tickets that it gave receipts for: it is a clone, or was put back' \
		cardtool rotate --now alice
	disagrees 'Do not use it' cardtool provision --user alice --generate-pin
	expect AUTH_ERR card alice 246810
	card_out 0
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario card_behind_its_receipts

# The blank card that became this one, once more
card_blank_again() {
	new_card 0 "$BED/made.card"
	card_out 0
	cp -a "$BED/made.card" "$BED/still.card"
	(umask 077 && echo 246810 >"$BED/made.pin")
	card_in 0 "$BED/made.card"
	cardtool provision --user carol --pin-file "$BED/made.pin" --transport-key-file "$BED/made.card.transport"
	card_out 0
	card_in 0 "$BED/still.card"
	disagrees 'the card is blank, the store holds a personalised one' \
		cardtool provision --user carol --pin-file "$BED/made.pin" --transport-key-file "$BED/made.card.transport"
	expect AUTHINFO_UNAVAIL card carol 246810
}
scenario card_blank_again

card_made_elsewhere() {
	bureau_card
	card_in 0 "$BED/made.card"
	disagrees 'this store does not know it: it was made elsewhere. cardtool import takes in its block' \
		cardtool provision --user carol --generate-pin --transport-key-file "$BED/made.card.transport"
	cardtool list carol >"$BED/list.out"
	refute grep carol "$BED/list.out"
	# The card is as it was.
	bureau verify --pin-file "$BED/made.pin" carol
}
scenario card_made_elsewhere

# provision_many: Carol's new card by the bureau's store, with tickets enough to be cut among
provision_many() {
	set --
	for name in a b c d e f g h; do
		set -- "$@" --application "$name:host-random:32:no-pin"
	done
	bureau provision --user carol --transport-key-file "$BED/made.card.transport" "$@"
}

# Another store's provisioning ended among its tickets, when the card was taken out.
card_begun_elsewhere() {
	rm -rf /run/bed/bureau /run/bed/bureau.key
	bureau init
	new_card 0 "$BED/made.card"
	start many provision_many
	timeout 20 sh -c "until grep -q '^20 ' '$BED/trace0'; do :; done"
	kill -USR1 "$(cat "$BED/card0.pid")"
	refute wait "$(cat "$BED/many.pid")"
	bed_wait empty 0
	kill -USR2 "$(cat "$BED/card0.pid")"
	bed_wait present 0
	disagrees 'the card was begun by another store (its last ticket is number ' \
		cardtool provision --user carol --generate-pin --transport-key-file "$BED/made.card.transport"
	grep -q 'only that one can go on' "$BED/exits.out"
	exits 0 provision_many
	grep -q 'going on with a card that was begun (ticket [1-9][0-9]* of ' "$BED/exits.out"
}
scenario card_begun_elsewhere

card_provisioned_for_another() {
	card_in 0 "$BED/alice.card"
	disagrees 'the card is provisioned already, and not for bob: cardtool assign' \
		cardtool provision --user bob --generate-pin
}
scenario card_provisioned_for_another

# A card that speaks T=0: 61xx and 6Cxx, no case 4
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

login_over_t0() {
	card_in 0 "$BED/alice.card" --t0
	trace_reset
	expect SUCCESS card alice 246810
	# The card's own commands: what the reader fetches does not come this far.
	[ "$(apdus)" -ge 2 ]
	grep -q ' 61..$' "$BED/trace0"
	expect AUTH_ERR card alice 999999
	expect SUCCESS card alice 246810
}
scenario login_over_t0

# Tickets go over T=0, too
rotation_over_t0() {
	cardtool rotate alice --compromised 1 --force
	card_in 0 "$BED/alice.card" --t0
	expect SUCCESS card alice 246810
	cardtool verify alice --pin-file "$BED/alice.card.pin"
}
scenario rotation_over_t0

# A card made over T=0 from the first ticket on
provision_over_t0() {
	cp "$BED/blank.card" "$BED/carol.card"
	cp "$BED/blank.card.transport" "$BED/carol.card.transport"
	(umask 077 && echo 112233 >"$BED/carol.pin")
	card_in 0 "$BED/carol.card" --t0
	cardtool provision --user carol --pin-file "$BED/carol.pin" \
		--transport-key-file "$BED/carol.card.transport"
	expect SUCCESS card carol 112233
}
scenario provision_over_t0

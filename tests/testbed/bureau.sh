# A card bureau: a store of its own, whose cards come with their blocks. Sourced behind lib.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# bureau ARGUMENT ...: cardtool of the card bureau, with a store of its own
bureau() {
	cardtool --store /run/bed/bureau --key /run/bed/bureau.key "$@"
}

# bureau_card [provision option ...]: Carol's, in $BED/made.card, with PIN 246810; its block in $BED/made.json
bureau_card() {
	rm -rf /run/bed/bureau /run/bed/bureau.key "$BED/made.json"
	bureau init
	(umask 077 && echo 246810 >"$BED/made.pin")
	new_card 0 "$BED/made.card"
	bureau provision --user carol --pin-file "$BED/made.pin" \
		--transport-key-file "$BED/made.card.transport" "$@"
	card_out 0
	bureau export --secrets --output "$BED/made.json" carol
	[ "$(stat -c %a "$BED/made.json")" = 600 ]
}

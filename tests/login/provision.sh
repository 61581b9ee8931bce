# cardtool provision with a person at it: PINs that are typed, or drawn and shown; a wrong transport key
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

# Typed twice, and not alike: nothing of it reaches card or store.
provision_asks_twice() {
	new_card 0 "$BED/new.card"
	trace_reset
	talk <<-END
		spawn cardtool provision --user carol --transport-key-file "$BED/new.card.transport"
		see {new PIN for application login: \$}
		type 246810
		see {new PIN for application login again: \$}
		type 246811
		see {cardtool: the two are not the same}
		ends 1
	END
	refute grep '^20 ' "$BED/trace0"
	cardtool list carol >"$BED/list.out"
	refute grep carol "$BED/list.out"
	talk <<-END >"$BED/said"
		spawn cardtool provision --user carol --transport-key-file "$BED/new.card.transport"
		see {new PIN for application login: \$}
		type 246810
		see {new PIN for application login again: \$}
		type 246810
		see {PUK: [0-9]{12}   \(shown only now\)}
		see {verified live}
		ends 0
	END
	refute grep 246810 "$BED/said"
	expect SUCCESS card carol 246810
}
scenario provision_asks_twice

provision_shows_a_drawn_pin_once() {
	new_card 0 "$BED/new.card"
	cardtool provision --user carol --generate-pin --transport-key-file "$BED/new.card.transport" >"$BED/said" 2>&1
	pin=$(sed -n 's/^PIN of application login: \([0-9]\{6\}\)   (shown only now)$/\1/p' "$BED/said")
	[ -n "$pin" ]
	grep -q 'verified live' "$BED/said"
	expect SUCCESS card carol "$pin"
	# Never again, by nothing
	exits 9 cardtool provision --user carol --generate-pin --transport-key-file "$BED/new.card.transport"
	grep -q 'the PIN was shown when this began' "$BED/exits.out"
	{ cat "$BED/exits.out" "$BED/syslog.log"; cardtool log; cardtool show carol; } >"$BED/later"
	refute grep "$pin" "$BED/later"
}
scenario provision_shows_a_drawn_pin_once

# Before anybody has thought of a PIN
provision_reads_the_transport_key_first() {
	new_card 0 "$BED/new.card"
	talk <<-END
		spawn cardtool provision --user carol --transport-key-file "$BED/no-such.transport"
		see_before {no-such.transport: No such file} {new PIN}
		ends 1
		spawn cardtool provision --user carol
		see_before {transport key \\(64 hex digits\\): \$} {new PIN}
		type abc
		see_before {must be 64 hex digits} {new PIN}
		ends 1
	END
}
scenario provision_reads_the_transport_key_first

# The card takes no ticket, and the store keeps none that it could not.
provision_with_a_wrong_transport_key() {
	new_card 0 "$BED/new.card"
	(umask 077 && printf '%064d\n' 7 >"$BED/wrong.transport")
	exits 6 cardtool provision --user carol --generate-pin --transport-key-file "$BED/wrong.transport"
	sed -n '/^cardtool: /p' "$BED/exits.out" >"$BED/said"
	cat <<-END | cmp - "$BED/said"
		cardtool: the card did not take a ticket (6982)
		cardtool: the transport key is not this card's: nothing was changed on it, and a PIN or PUK shown above is void
	END
	[ "$(cardtool list --json | grep -c '"card"')" = 2 ]
	exits 0 cardtool provision --user carol --generate-pin --transport-key-file "$BED/new.card.transport"
	pin=$(sed -n 's/^PIN of application login: \([0-9]*\) .*/\1/p' "$BED/exits.out")
	expect SUCCESS card carol "$pin"
}
scenario provision_with_a_wrong_transport_key

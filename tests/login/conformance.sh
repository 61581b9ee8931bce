# The soft card in a reader, held to docs/PROTOCOL as any card can be
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# conforms DEAS [option of mckd-vcard ...]: a new card, on a file system without fsync's cost
conforms() {
	deas=$1
	shift
	rm -f /run/bed/new.card /run/bed/new.key
	card_in 0 /run/bed/new.card --new --transport-key-file /run/bed/new.key "$@"
	rc=0
	mckd-conformance -d "$deas" -r 'Virtual PCD*' /run/bed/new.key >"$BED/conformance.out" 2>&1 || rc=$?
	grep -E 'FAILED|ERROR' "$BED/conformance.out" || :
	[ "$(grep -c '^\[       OK \]' "$BED/conformance.out")" -ge 50 ] || rc=1
	return "$rc"
}

conformance_in_a_reader() {
	for pair in 11 12 21 22; do
		conforms "$pair"
		card_out 0
	done
	conforms 12 --t0
}
scenario conformance_in_a_reader

# A card whose memory refuses tickets is none, one that is not blank is not used up
conformance_can_fail() {
	refute conforms 11 --refuse 20
	grep 'blank_becomes_personalised' "$BED/conformance.out" | grep FAILED
	card_out 0
	card_in 0 "$BED/alice.card"
	refute mckd-conformance /run/bed/new.key
	expect SUCCESS card alice 246810
}
scenario conformance_can_fail

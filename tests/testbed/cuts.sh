# What is cut, whatever cuts it, and what must then hold: NAME_before makes ready, NAME_after looks.
# CUTS: how many points of each suite are tried (all: every one of them, as ./dev soak does).
# Sourced by the scenarios of tests/fault, behind lib.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# shellcheck source=tests/testbed/hosts.sh
. "$here/hosts.sh"

CARD=alice
CUTS=${CUTS:-5}

# indices active|compromised: of the only application of $CARD
indices() {
	cardtool show --json "$CARD" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1
}

# in_list INDEX LIST: is 3 in 1-4,7?
in_list() {
	echo "$2" | tr ',' '\n' | awk -F- -v i="$1" \
		'$1 != "" { if (i + 0 >= $1 + 0 && i + 0 <= (NF > 1 ? $2 : $1) + 0) found = 1 } END { exit !found }'
}

# A login of PIN that must come in, by no compromised index
comes_in() {
	expect SUCCESS card "${user:-alice}" "$1"
	refute in_list "$(last_index)" "$(indices compromised)"
}

# cut N COMMAND ...: its status in $cut_status, "cut" or "whole" in $cut, the count in $cut_at
cut_run() {
	cut_status=0
	"$@" >"$BED/cut.out" 2>&1 || cut_status=$?
	# shellcheck disable=SC2046
	set -- $(sed -n 's/^bed_cut: //p' "$BED/cut.out" | tail -n 1)
	cut=$1
	cut_at=$2
}

# is_whole: the last run came to its end, and well: one that failed on the way would have fewer points
is_whole() {
	cat "$BED/cut.out"
	[ "$cut" = whole ]
	[ "$cut_status" = 0 ]
}

# PIN change by the tool: one of the two PINs is the card's, and the same command ends it
change_before() {
	pin_files 246810 1357
}
change_after() {
	login card alice 246810
	if [ "$verdict" = SUCCESS ]; then
		cardtool pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
	fi
	comes_in 1357
	pin_files 1357 246810
	cardtool pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
}

# Unblocking: the PUK brings the card back, at the latest when the same command runs again
unblock_before() {
	service eight max_tries=8
	expect MAXTRIES eight alice 999991 999992 999993 999994 999995 999996 999997 999998
	pin_files 987654321 246810
}
unblock_after() {
	login card alice 246810
	if [ "$verdict" != SUCCESS ]; then
		[ "$verdict" = MAXTRIES ]
		cardtool pin unblock --puk-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
	fi
	comes_in 246810
}

# A confidential number in another's place: a login hands over one of the two
number_before() {
	printf 'the old one' >"$BED/n1"
	number_put env
	printf 'the new one' >"$BED/n1"
}
number_put() {
	"$@" cardtool secret put --now --secret-file "$BED/n1" alice
}
# number_is PATTERN: what a login hands over
number_is() {
	rm -f "$BED/number"
	expect SUCCESS number alice 246810
	grep -x "$1" "$BED/number"
}
number_after() {
	number_is 'the \(old\|new\) one'
	number_put env
	number_is 'the new one'
	comes_in 246810
}
number_setup() {
	printf '#!/bin/sh\ntr -d "\\000" >"%s/number"\n' "$BED" >"$BED/keep_number"
	chmod 755 "$BED/keep_number"
	service number authtok=secret
	sed -i "1a auth required pam_exec.so quiet expose_authtok $BED/keep_number" /etc/pam.d/number
	card_in 0 "$BED/alice.card"
}

# An import at a host: it is as before or as after, loses no receipt, and the same command ends it
share_setup() {
	new_host a
	cardtool rotate --deferred --compromised 1 --force alice
	carry export a
	card_in 0 "$BED/alice.card"
	expect SUCCESS a alice 246810
	cardtool unassign --user bob bob
	rm -rf /run/bed/a.second /run/bed/a.second.key "$BED/share"
	cardtool host export a --output /run/bed/a.second --transport-key-file /run/bed/a.second.key
	cp -a /run/bed/a.store "$BED/share"
}
share_before() {
	rm -rf /run/bed/a.store
	cp -a "$BED/share" /run/bed/a.store
}
share_import() {
	"$@" cardtool --store /run/bed/a.store --key /run/bed/a.key host import /run/bed/a.second \
		--transport-key-file /run/bed/a.second.key
}
share_after() {
	expect SUCCESS a alice 246810
	[ "$(at a host receipts export | wc -l)" = 2 ]
	share_import env
	[ "$(at a host receipts export | wc -l)" = 2 ]
	expect SUCCESS a alice 246810
	expect USER_UNKNOWN a bob 135791
}

# Receipts at the issuer: what waits for one goes on waiting, or is over
receipt_setup() {
	share_setup
	rm -rf "$BED/waiting"
	cp -a /var/lib/mckd "$BED/waiting"
	at a host receipts export >"$BED/receipts"
}
receipt_before() {
	find /var/lib/mckd -mindepth 1 -delete
	cp -a "$BED/waiting/." /var/lib/mckd/
}
receipt_import() {
	"$@" cardtool host receipts import "$BED/receipts"
}
receipt_after() {
	receipt_import env | grep -e '1 taken' -e '1 settled before'
	cardtool rotate status | grep 'it is over'
	comes_in 246810
}

# A blank card: the same command makes the card, wherever it was cut
new_before() {
	card_out 0
	find /var/lib/mckd -mindepth 1 -delete
	cp -a "$BED/kept/store/." /var/lib/mckd/
	new_card 0 "$BED/cut.card"
}
new_provision() {
	"$@" cardtool provision --user carol --pin-file "$BED/new.pin" \
		--puk-file "$BED/first.pin" --transport-key-file "$BED/cut.card.transport"
}
new_after() {
	new_provision env
	user=carol
	CARD=carol
	comes_in 2468
}

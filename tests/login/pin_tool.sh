# The PIN by cardtool: changed, unblocked, reset; four PINs of one application
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# pin_tool STATUS VERB FIRST NEW [OPTION ...]
pin_tool() {
	status=$1
	verb=$2
	pin_files "$3" "$4"
	shift 4
	option=--pin-file
	[ "$verb" != unblock ] || option=--puk-file
	exits "$status" cardtool pin "$verb" "$option" "$BED/first.pin" --new-pin-file "$BED/new.pin" "$@" alice
}

pin_change_by_tool() {
	card_in 0 "$BED/alice.card"
	pin_tool 4 change 999999 1357
	pin_tool 0 change 246810 1357
	expect AUTH_ERR card alice 246810
	expect SUCCESS card alice 1357
}
scenario pin_change_by_tool


# A card that merely says that it is alice's is told no PIN, neither the old one nor the new.
pin_change_is_for_the_card_alone() {
	public=$(public_answer "$BED/alice.card")
	foreign_in 0 copy "$public"
	pin_tool 1 change 246810 135799
	grep 'wrong result' "$BED/exits.out"
	refute heard 246810
	refute heard 135799
	grep '^8010' "$BED/card0.out"
}
scenario pin_change_is_for_the_card_alone

# Nor one that takes its place while the new PIN is being asked for
passwd_is_for_the_card_alone() {
	echo "password required $PREFIX/lib/security/pam_mckd.so" >/etc/pam.d/passwd
	public=$(public_answer "$BED/alice.card")
	card_in 0 "$BED/alice.card"
	# shellcheck disable=SC2094
	{
		echo 246810
		for _ in $(seq 100); do
			! grep -q 'New PIN: $' "$BED/login.out" || break
			sleep 0.1
		done
		card_out 0
		foreign_in 0 copy "$public"
		printf '%s\n' 135799 135799
	} | pamtester passwd alice chauthtok >"$BED/login.out" 2>&1 || :
	cat "$BED/login.out"
	grep 'New PIN again' "$BED/login.out"
	refute grep 'successfully' "$BED/login.out"
	refute heard 246810
	refute heard 135799
	card_out 0
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario passwd_is_for_the_card_alone

# By a ticket, where the card takes no PIN in clear
tool_changes_a_sealed_pin() {
	provision carol "$BED/sealed.card" 246810 --application login:host-random:4:sealed-only
	card_in 0 "$BED/sealed.card"
	pin_files 999999 1357
	exits 4 cardtool pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" carol
	grep 'wrong PIN; 7 tries left' "$BED/exits.out"
	pin_files 246810 1357
	trace_reset
	cardtool pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" carol
	refute grep '^24 ' "$BED/trace0"
	expect SUCCESS card carol 1357
	expect AUTH_ERR card carol 246810
	exits 1 cardtool pin unblock --puk-file "$BED/first.pin" --new-pin-file "$BED/new.pin" carol
	rm -f "$BED"/sealed.card*
}
scenario tool_changes_a_sealed_pin

# Eight misses block; the PUK alone brings the card back, and it blocks too
pin_unblock() {
	card_with_puk
	for i in 1 2 3 4 5 6 7; do
		pin_tool 4 change "99999$i" 1357
	done
	pin_tool 5 change 999998 1357
	pin_tool 5 change 246810 1357
	expect MAXTRIES card alice 246810
	pin_tool 4 unblock 123456789 1357
	expect MAXTRIES card alice 1357
	pin_tool 0 unblock 987654321 1357
	expect SUCCESS card alice 1357
	expect AUTH_ERR card alice 246810
	for i in 1 2 3 4 5 6 7 8 9; do
		pin_tool 4 unblock "12345678$i" 8642
	done
	pin_tool 5 unblock 123456780 8642
	pin_tool 5 unblock 987654321 8642
	# A blocked PUK costs no login, and a ticket needs none.
	expect SUCCESS card alice 1357
	pin_files 0 8642
	cardtool pin reset --new-pin-file "$BED/new.pin" alice
	expect SUCCESS card alice 8642
}
scenario pin_unblock

# A card with an application that needs no PIN can prove itself when the other one's is blocked.
puk_is_for_the_card_alone() {
	card_with_puk --application door:card-random:4:no-pin --application login:host-random:4
	public=$(bed_select)
	card_out 0
	foreign_in 0 copy "$public"
	pin_tool 1 unblock 987654321 135799 --application login
	grep 'wrong result' "$BED/exits.out"
	refute heard 987654321
	refute heard 135799
	grep '^801001' "$BED/card0.out"
	card_out 0
	card_in 0 "$BED/puk.card"
	for i in 1 2 3 4 5 6 7; do
		pin_tool 4 change "99999$i" 1357 --application login
	done
	pin_tool 5 change 999998 1357 --application login
	pin_tool 4 unblock 123456789 1357 --application login
	grep 'wrong PUK; 9 tries left' "$BED/exits.out"
	pin_tool 0 unblock 987654321 1357 --application login
	service card application=login
	expect SUCCESS card alice 1357
}
scenario puk_is_for_the_card_alone

# What to do about it is said, and the reset that mends it is delivered by verify as by a login
pin_blocked_and_verified() {
	service card max_tries=8
	card_in 0 "$BED/alice.card"
	expect MAXTRIES card alice 999991 999992 999993 999994 999995 999996 999997 999998
	expect MAXTRIES card alice 246810
	grep -Fx 'Card login: the PIN is blocked.' "$BED/login.out"
	pin_files 246810 8642
	exits 5 cardtool verify --pin-file "$BED/first.pin" alice
	grep -Fx 'cardtool: the PIN is blocked; cardtool pin unblock takes the PUK' "$BED/exits.out"
	cardtool pin reset --deferred --new-pin-file "$BED/new.pin" alice
	cardtool verify --pin-file "$BED/new.pin" alice
	expect SUCCESS card alice 8642
}
scenario pin_blocked_and_verified

# Far away: the ticket waits, and the next login takes the new PIN with it
pin_reset_far_away() {
	card_in 0 "$BED/alice.card"
	service card max_tries=8
	expect MAXTRIES card alice 999991 999992 999993 999994 999995 999996 999997 999998
	card_out 0
	pin_files 0 8642
	cardtool pin reset --deferred --new-pin-file "$BED/new.pin" alice
	card_in 0 "$BED/alice.card"
	service card
	expect SUCCESS card alice 8642
	expect AUTH_ERR card alice 246810
}
scenario pin_reset_far_away

# WO 97/24831, page 10: a derived key that leaked is left behind by entering another PIN
mechanism_pin_with_four_pins() {
	card_in 0 "$BED/alice.card"
	cardtool rotate --now --mechanism pin alice
	pin_files 0 "1111 2222 3333 4444"
	cardtool pin reset --now --new-pin-file "$BED/new.pin" alice
	seen=
	for pin in 1111 2222 3333 4444; do
		expect SUCCESS card alice "$pin"
		first=$(last_index)
		expect SUCCESS card alice "$pin"
		[ "$(last_index)" = "$first" ]
		seen="$seen $first"
	done
	# Ksel is random: of 4 PINs and 8 SNs, all fall on one SN in 1 of 512 runs.
	[ "$(echo "$seen" | tr ' ' '\n' | grep -v '^$' | sort -u | wc -l)" -gt 1 ]
	expect AUTH_ERR card alice 246810
	first=${seen##* }
	cardtool rotate --now --compromised "$first" --force alice
	for pin in 1111 2222 3333 4444; do
		expect SUCCESS card alice "$pin"
		[ "$(last_index)" != "$first" ]
	done
	pin_files 0 "1111 2222 3333 4444 5555"
	exits 2 cardtool pin reset --now --new-pin-file "$BED/new.pin" alice
	pin_files 0 "1111 22"
	exits 4 cardtool pin reset --now --new-pin-file "$BED/new.pin" alice
	pin_files 0 "1111 2222 1111"
	exits 2 cardtool pin reset --now --new-pin-file "$BED/new.pin" alice
}
scenario mechanism_pin_with_four_pins

provisioned_with_several_pins() {
	cardtool unassign --user alice "$(card_id alice)"
	provision alice "$BED/many.card" "1111 2222" --application login:pin:8
	card_in 0 "$BED/many.card"
	expect SUCCESS card alice 2222
	expect SUCCESS card alice 1111
}
scenario provisioned_with_several_pins

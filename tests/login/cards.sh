# Which card: none, foreign, blank, terminated, someone else's, the right one among others
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

no_card() {
	expect AUTHINFO_UNAVAIL card alice 246810
}
scenario no_card

no_pcscd() {
	stop pcscd
	expect AUTHINFO_UNAVAIL card alice 246810
}
scenario no_pcscd

foreign_card() {
	foreign_in 0 other
	expect AUTHINFO_UNAVAIL card alice 246810
}
scenario foreign_card

garbage_card() {
	foreign_in 0 garbage
	for _ in 1 2 3 4 5 6 7 8; do
		expect AUTHINFO_UNAVAIL card alice 246810
	done
}
scenario garbage_card

# All that is public of a card, and 9000 to everything: no proof of the key
copied_card() {
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	answer=$(bed_select)
	[ ${#answer} -gt 100 ]
	card_out 0
	foreign_in 0 copy "$answer"
	expect AUTH_ERR card alice 246810
}
scenario copied_card

# pcscd looks into the reader every 400 ms: to it, no card was taken out
card_changed_unnoticed() {
	card_in 0 "$BED/bob.card"
	for _ in 1 2 3; do
		expect AUTHINFO_UNAVAIL card alice 246810
		stop card0
		card_in 0 "$BED/alice.card"
		expect SUCCESS card alice 246810
		stop card0
		card_in 0 "$BED/bob.card"
	done
}
scenario card_changed_unnoticed

# What another program does to the card while it is looked at does not make it another card
card_reset_by_another() {
	card_in 0 "$BED/alice.card"
	helper_by env "LD_PRELOAD=$MCKD_BUILD/.libs/bed_reset.so"
	before=$(date +%s%N)
	expect SUCCESS card alice 246810
	[ $((($(date +%s%N) - before) / 1000000)) -lt 2000 ]
	exits 0 env "LD_PRELOAD=$MCKD_BUILD/.libs/bed_reset.so" cardtool readers
	grep "$(card_id alice)" "$BED/exits.out"
	exits 0 env "LD_PRELOAD=$MCKD_BUILD/.libs/bed_reset.so" cardtool verify --pin-file "$BED/alice.card.pin" alice
}
scenario card_reset_by_another

blank_card() {
	card_in 0 "$BED/blank.card"
	expect AUTHINFO_UNAVAIL card alice 246810
}
scenario blank_card

# Its life is over: everybody who asks for it is told so in one line, and what to do
terminated_card() {
	terminated_in 0 "$BED/alice.card"
	id=$(card_id alice)
	expect AUTHINFO_UNAVAIL card alice 246810
	grep -Fx 'Card login: the card is terminated.' "$BED/login.out"
	cardtool readers | grep -w "$id" | grep -w terminated
	exits 1 cardtool doctor --user alice
	grep -A1 '^PROBLEM .*: the card is terminated$' "$BED/exits.out" |
		grep -Fx '         mend: this card is over: provision another'
	pin_files 246810 135790
	for verb in "provision --user carol --generate-pin --transport-key-file $BED/blank.card.transport" \
		"pin change --pin-file $BED/first.pin --new-pin-file $BED/new.pin alice" \
		"verify --pin-file $BED/first.pin" "verify --pin-file $BED/first.pin alice" \
		'rotate alice --compromised 1 --now --force' 'rotate alice --compromised 1 --force' \
		'rotate alice --resync --force'; do
		# shellcheck disable=SC2086
		exits 6 cardtool $verb
		grep -Fx "cardtool: card $id is terminated, for good: provision another, and cardtool revoke this one where a store has it" \
			"$BED/exits.out"
		[ "$(grep -c terminated "$BED/exits.out")" = 1 ]
	done
	exits 0 cardtool revoke alice --force
}
scenario terminated_card

# It keeps nobody from the card beside it
right_card_beside_terminated() {
	terminated_in 0 "$BED/bob.card"
	card_in 1 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario right_card_beside_terminated

card_of_another_user() {
	card_in 0 "$BED/bob.card"
	expect AUTHINFO_UNAVAIL card alice 135791
	expect SUCCESS card bob 135791
}
scenario card_of_another_user

right_card_in_second_reader() {
	card_in 0 "$BED/bob.card"
	card_in 1 "$BED/alice.card"
	expect SUCCESS card alice 246810
	expect SUCCESS card bob 135791
}
scenario right_card_in_second_reader

right_card_beside_foreign() {
	foreign_in 0 garbage
	card_in 1 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario right_card_beside_foreign

right_card_beside_blank() {
	card_in 0 "$BED/blank.card"
	card_in 1 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario right_card_beside_blank

reader_pattern() {
	service first '[reader=*00 00]'
	service second '[reader=*00 01]'
	card_in 0 "$BED/alice.card"
	expect AUTHINFO_UNAVAIL second alice 246810
	expect SUCCESS first alice 246810
}
scenario reader_pattern

card_inserted_during_wait() {
	service card wait=20
	echo 246810 >"$BED/login.in"
	: >"$BED/waiting.out"
	stdbuf -oL pamtester card alice authenticate <"$BED/login.in" >"$BED/waiting.out" 2>&1 &
	waiting=$!
	# The cue shows that it waits.
	tail --pid="$waiting" -s 0.02 -n +1 -f "$BED/waiting.out" | grep -qi card
	card_in 0 "$BED/alice.card"
	wait "$waiting"
}
scenario card_inserted_during_wait

wait_is_over() {
	service card wait=1
	expect AUTHINFO_UNAVAIL card alice 246810
}
scenario wait_is_over

card_removed_and_inserted_by_signal() {
	card_in 0 "$BED/alice.card"
	kill -USR1 "$(cat "$BED/card0.pid")"
	bed_wait empty 0
	expect AUTHINFO_UNAVAIL card alice 246810
	kill -USR2 "$(cat "$BED/card0.pid")"
	bed_wait present 0
	expect SUCCESS card alice 246810
}
scenario card_removed_and_inserted_by_signal

card_state_survives_kill() {
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	kill -KILL "$(cat "$BED/card0.pid")"
	bed_wait empty 0
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario card_state_survives_kill

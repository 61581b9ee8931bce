# The selection algorithms of WO 97/24831, pages 8 to 10, each on the real stack and named after
# its passage; docs/PATENT says what is where. That a login succeeds is the greater part of each:
# the host accepts no index but the one that the mechanism demands.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# selecting MECHANISM[/PERIOD]: carol's card, one application of 8 SNs, in reader 0
selecting() {
	(umask 077 && echo 246810 >"$BED/select.card.pin")
	new_card 0 "$BED/select.card"
	cardtool provision --user carol --pin-file "$BED/select.card.pin" \
		--transport-key-file "$BED/select.card.transport" --application "login:$1:8"
}

# The index of the last login
index_used() {
	sqlite3 /var/lib/mckd/store.db "SELECT sn_index FROM event WHERE kind = 'login' ORDER BY id DESC LIMIT 1"
}

# mechanism_on_card: as SELECT's table (tag 84) of one application says: slot, tries, flags, it
mechanism_on_card() {
	bed_select | sed -n 's/.*840401....\(..\).*/\1/p'
}

# logins N [PIN]: N logins; $used, their different indices, and $many, how many these are
logins() {
	: >"$BED/indices"
	n=$1
	while [ "$n" -gt 0 ]; do
		expect SUCCESS card carol "${2:-246810}"
		index_used >>"$BED/indices"
		n=$((n - 1))
	done
	count_indices
}

count_indices() {
	used=$(sort -un "$BED/indices" | tr '\n' ' ')
	many=$(sort -un "$BED/indices" | wc -l)
}

# The client (the card) selects at random, and passes its choice to the server
selection_at_random_by_the_card() {
	selecting card-random
	[ "$(mechanism_on_card)" = 01 ]
	# Twelve times the same of eight: one in 8^11.
	logins 12
	[ "$many" -gt 1 ]
}
scenario selection_at_random_by_the_card

# The server (the host) selects at random, and passes its choice to the client
selection_at_random_by_the_host() {
	selecting host-random
	[ "$(mechanism_on_card)" = 02 ]
	logins 12
	[ "$many" -gt 1 ]
}
scenario selection_at_random_by_the_host

# A common algorithm on the date: the same series number all day, and no choice passed
selection_by_common_algorithm_on_the_date() {
	selecting date
	[ "$(mechanism_on_card)" = 03 ]
	today=$(date -u +%F)
	logins 6
	# At midnight there may be two.
	[ "$many" = 1 ] || [ "$(date -u +%F)" != "$today" ]
}
scenario selection_by_common_algorithm_on_the_date

# The same on the time, here in seconds: of six, never all the same (one in 8^5)
selection_by_common_algorithm_on_the_time() {
	selecting date/1
	[ "$(mechanism_on_card)" = 03 ]
	: >"$BED/indices"
	end=$(($(date +%s) + 6))
	while [ "$(date +%s)" -le "$end" ]; do
		expect SUCCESS card carol 246810
		index_used >>"$BED/indices"
	done
	count_indices
	[ "$many" -gt 1 ]
}
scenario selection_by_common_algorithm_on_the_time

# The same on what both count: the card's counter, which never comes twice
selection_by_common_algorithm_on_the_counter() {
	selecting counter
	[ "$(mechanism_on_card)" = 04 ]
	logins 12
	[ "$many" -gt 1 ]
}
scenario selection_by_common_algorithm_on_the_counter

# The algorithm run on one side only, and its choice passed: to the card it is as any of the host's
selection_by_algorithm_on_one_side_only() {
	selecting host-date
	[ "$(mechanism_on_card)" = 02 ]
	today=$(date -u +%F)
	logins 6
	[ "$many" = 1 ] || [ "$(date -u +%F)" != "$today" ]
}
scenario selection_by_algorithm_on_one_side_only

# The PIN as the algorithm's input: one PIN, one series number, whatever else goes on
selection_by_the_pin() {
	selecting pin
	[ "$(mechanism_on_card)" = 05 ]
	logins 6
	[ "$many" = 1 ]
}
scenario selection_by_the_pin

# The PIN as index: who suspects a series number enters another PIN, and has another one; of seven
# PINs, never all the same (one in 8^6).
selection_with_the_pin_as_index() {
	selecting pin
	logins 1
	all=$used
	old=246810
	for new in 135791 112233 445566 778899 998877 665544; do
		echo "$old" >"$BED/old.pin"
		echo "$new" >"$BED/new.pin"
		cardtool pin change --pin-file "$BED/old.pin" --new-pin-file "$BED/new.pin" carol
		logins 2 "$new"
		[ "$many" = 1 ]
		all="$all $used"
		old=$new
	done
	[ "$(echo "$all" | tr ' ' '\n' | sort -u | grep -c .)" -gt 1 ]
}
scenario selection_with_the_pin_as_index

# Figure 4: the PIN selects the set of series numbers, and the set the application
selection_of_the_set_by_the_pin() {
	(umask 077 && printf '246810\n112233\n' >"$BED/select.card.pin")
	new_card 0 "$BED/select.card"
	cardtool provision --user carol --pin-file "$BED/select.card.pin" \
		--transport-key-file "$BED/select.card.transport" \
		--application one:card-random:8 --application two:counter:8
	for turn in 'one 246810' 'two 112233' 'one 246810'; do
		expect SUCCESS card carol "${turn#* }"
		[ "$(sqlite3 /var/lib/mckd/store.db \
			"SELECT application FROM event WHERE kind = 'login' ORDER BY id DESC LIMIT 1")" = "${turn% *}" ]
	done
	expect AUTH_ERR card carol 999999
}
scenario selection_of_the_set_by_the_pin

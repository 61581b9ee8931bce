# login(1), on the shipped sample
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

# After a failure login(1) forgets the name, and the card says it again
console_by_card() {
	doors_setup
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn login alice
		see {PIN for card .* \(8 tries left\): $}
		type 999999
		see {Login incorrect.*PIN for card .* \(7 tries left\): $}
		type 246810
		see {\$ $}
		type "id -un; env; exit"
		see {alice\r}
		see {MCKD_APPLICATION=login\r}
		ends 0
	END
}
scenario console_by_card

console_waits_for_card() {
	doors_setup
	talk <<-'END'
		spawn login alice
		see {Insert your card}
		bed card_in 0 $env(BED)/alice.card
		see {PIN for card .*: $}
		type 246810
		see {\$ $}
		type exit
		ends 0
	END
}
scenario console_waits_for_card

console_card_pulled() {
	doors_setup s/wait=15/wait=1/
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn login alice
		see {PIN for card .*: $}
		bed card_out 0
		type 246810
		see {Password: $}
		type pass-of-alice
		see {\$ $}
		type exit
		ends 0
	END
}
scenario console_card_pulled

# No name typed: the card says whose it is (agetty --skip-login starts login so)
console_card_first() {
	doors_setup
	card_in 0 "$BED/bob.card"
	talk <<-'END'
		spawn login
		see_before {PIN for card .*: $} {login: }
		type 135791
		see {\$ $}
		type "id -un; exit"
		see {bob\r}
		ends 0
	END
}
scenario console_card_first

# Without a card the name is asked for as ever
console_card_first_without_card() {
	doors_setup s/wait=15/wait=1/
	talk <<-'END'
		spawn login
		see {login: $}
		type carol
		see {Password: $}
		type pass-of-carol
		see {\$ $}
		type "id -un; exit"
		see {carol\r}
		ends 0
	END
}
scenario console_card_first_without_card

console_card_required() {
	doors_setup 's/wait=15/wait=1/; s/ authinfo_unavail=ignore//'
	talk <<-'END'
		spawn login alice
		see_before {Login incorrect} {Password}
		close
	END
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn login alice
		see {PIN for card .*: $}
		type 246810
		see {\$ $}
		type exit
		ends 0
	END
}
scenario console_card_required

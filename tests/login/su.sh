# su, on the shipped sample
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

# The card of the user one wants to be; its PIN, and not the first user's
su_by_card() {
	doors_setup
	card_in 0 "$BED/alice.card"
	card_in 1 "$BED/bob.card"
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups su bob -c "id -un; env"
		see {PIN for card .* \(8 tries left\): $}
		type 135791
		see {bob\r}
		see {MCKD_APPLICATION=login\r}
		ends 0
	END
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups su bob -c "id -un"
		see {PIN for card .* \(8 tries left\): $}
		type 246810
		see {Authentication failure}
		ends 1
	END
}
scenario su_by_card

su_from_root() {
	doors_setup
	[ "$(su bob -c 'id -un' </dev/null)" = bob ]
}
scenario su_from_root

su_waits_for_card() {
	doors_setup
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups su bob -c "id -un"
		see {Insert your card}
		bed card_in 1 $env(BED)/bob.card
		see {PIN for card .*: $}
		type 135791
		see {bob\r}
		ends 0
	END
}
scenario su_waits_for_card

su_falls_back_to_password() {
	doors_setup s/wait=10/wait=1/
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups su bob -c "id -un"
		see {Password: $}
		type pass-of-bob
		see {bob\r}
		ends 0
	END
}
scenario su_falls_back_to_password

su_card_pulled() {
	doors_setup s/wait=10/wait=1/
	card_in 0 "$BED/bob.card"
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups su bob -c "id -un"
		see {PIN for card .*: $}
		bed card_out 0
		type 135791
		see {Password: $}
		type 135791
		see {Authentication failure}
		ends 1
	END
}
scenario su_card_pulled

# A wrong PIN is no way to the password prompt, nor is no card where one is required
su_card_required() {
	doors_setup 's/wait=10/wait=1/; s/ authinfo_unavail=ignore//'
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups su bob -c "id -un"
		see_before {su: } {Password}
		ends 1
	END
	card_in 0 "$BED/bob.card"
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups su bob -c "id -un"
		see {PIN for card .* \(8 tries left\): $}
		type 999999
		see_before {Authentication failure} {Password}
		ends 1
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups su bob -c "id -un"
		see {PIN for card .* \(7 tries left\): $}
		type 135791
		see {bob\r}
		ends 0
	END
}
scenario su_card_required

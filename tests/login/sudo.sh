# sudo itself, on the shipped sample
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

sudo_by_card() {
	doors_setup
	card_in 0 "$BED/alice.card"
	[ "$(sudo_stdin 246810)" = 0 ]
}
scenario sudo_by_card

# The stack is the sample's. Three prompts of sudo's are one try each, and the rest is kept.
sudo_with_wrong_pin() {
	doors_setup
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups sudo id -u
		see {PIN for card [0-9A-F]{4}.* \(8 tries left\): $}
		type 999999
		see {Sorry, try again.*PIN for card .* \(7 tries left\): $}
		type 246810
		see {\n0\r}
		ends 0
	END
	refute sudo_stdin 999991 999992 999993
	[ "$(sudo_stdin 246810)" = 0 ]
	grep -q 'wrong PIN' "$BED/syslog.log"
}
scenario sudo_with_wrong_pin

# sudo keeps its modules silent: it waits without a word
sudo_waits_for_card() {
	doors_setup
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups sudo id -u
		bed card_in 0 $env(BED)/alice.card
		see_before {PIN for card .*: $} {password}
		type 246810
		see {\n0\r}
		ends 0
	END
}
scenario sudo_waits_for_card

# The card goes while the prompt is open: that PIN opens nothing, and the password is asked for
sudo_card_pulled() {
	doors_setup
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups sudo id -u
		see {PIN for card .*: $}
		bed card_out 0
		type 246810
		see {password for alice: $}
		type 246810
		see {Sorry, try again}
		close
	END
}
scenario sudo_card_pulled

sudo_falls_back_to_password() {
	doors_setup s/wait=10/wait=1/
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups sudo id -u
		see {password for alice: $}
		type pass-of-alice
		see {\n0\r}
		ends 0
	END
	# A wrong PIN is no way to the password prompt
	card_in 0 "$BED/alice.card"
	refute sudo_stdin 999999 pass-of-alice pass-of-alice
	grep -q 'user="alice" .*reason="wrong PIN' "$BED/syslog.log"
}
scenario sudo_falls_back_to_password

# Carol has no card: no wait for one, and no prompt but for her password
sudo_user_without_card() {
	doors_setup
	talk <<-'END'
		spawn setpriv --reuid=61003 --regid=61003 --clear-groups sudo id -u
		see_before {password for carol: $} {card}
		type pass-of-carol
		see {\n0\r}
		ends 0
	END
}
scenario sudo_user_without_card

sudo_card_required() {
	doors_setup 's/wait=10/wait=1/; s/ authinfo_unavail=ignore//'
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups sudo id -u
		see_before {incorrect|no password|authentication|Sorry} {password for}
		close
	END
	refute sudo_stdin pass-of-alice pass-of-alice pass-of-alice
	card_in 0 "$BED/alice.card"
	[ "$(sudo_stdin 246810)" = 0 ]
}
scenario sudo_card_required

# With -n nothing may be asked, so the card is not tried
sudo_without_prompt() {
	doors_setup
	card_in 0 "$BED/alice.card"
	trace_reset
	refute as "$alice" sudo -n id -u </dev/null 2>"$BED/login.out"
	grep -q 'a password is required' "$BED/login.out"
	refute grep '^10 ' "$BED/trace0"
	[ "$(sudo_stdin 246810)" = 0 ]
}
scenario sudo_without_prompt

sudo_session_environment() {
	doors_setup
	card_in 0 "$BED/alice.card"
	echo 246810 | as "$alice" sudo -S env >"$BED/env"
	grep -qix "MCKD_CARD=$(card_id alice)" "$BED/env"
	grep -qx 'MCKD_APPLICATION=login' "$BED/env"
}
scenario sudo_session_environment

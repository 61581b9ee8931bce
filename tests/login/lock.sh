# mckd-lock: the session that a card opened is locked when that card is taken out
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

# A loginctl that notes how it is called; there is no logind here.
lock_setup() {
	doors_setup
	rm -rf "${BED:?}/bin" "$BED/locks"
	mkdir -m 755 "$BED/bin"
	# shellcheck disable=SC2016 # it is for the double itself
	printf '#!/bin/sh\necho "$0 $*" >>%s/locks\n' "$BED" >"$BED/bin/loginctl"
	chmod 755 "$BED/bin/loginctl"
	(umask 000 && : >"$BED/locks")
	PATH=$BED/bin:$PATH
	export PATH
}

# lock_start [VARIABLE=VALUE ...]: in a session of Alice's that her card opened, number 7
lock_start() {
	start lock setpriv --reuid=$alice --regid=$alice --clear-groups env "MCKD_CARD=$(card_id alice)" \
		XDG_SESSION_ID=7 "$@" mckd-lock
}

# locked TIMES: within a second of now, and not more often
locked() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(wc -l <"$BED/locks")" -lt "$1" ] || break
		sleep 0.1
	done
	[ "$(wc -l <"$BED/locks")" = "$1" ] || {
		cat "$BED/locks" "$BED/lock.out"
		return 1
	}
}

# waits: it sleeps in its wait, which is to say that it has seen how things are
waits() {
	until grep -q '^State:.*S' "/proc/$(cat "$BED/lock.pid")/status" &&
		[ "$(switches)" = "$(sleep 0.2; switches)" ]; do :; done
}

switches() {
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$(cat "$BED/lock.pid")/status"
}

# From a real login on: su, the card, and its environment
lock_after_su() {
	lock_setup
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn setpriv --reuid=61002 --regid=61002 --clear-groups su alice -c \
			"PATH=$env(PATH) XDG_SESSION_ID=c4 mckd-lock sh -c 'echo LOCKED \$MCKD_CARD; kill \$PPID'"
		see {PIN for card .*: $}
		type 246810
		sleep 1
		bed card_out 0
		see {LOCKED [0-9a-f]{16}\r}
	END
}
scenario lock_after_su

lock_by_loginctl() {
	lock_setup
	card_in 0 "$BED/alice.card"
	card_in 1 "$BED/bob.card"
	lock_start
	waits
	# Nothing happens, and it does nothing
	before=$(switches)
	sleep 1.5
	[ "$(switches)" = "$before" ]
	# Another's card
	card_out 1
	waits
	card_in 1 "$BED/bob.card"
	waits
	locked 0
	card_out 0
	locked 1
	[ "$(cat "$BED/locks")" = "$BED/bin/loginctl lock-session 7" ]
	# Out is out once; back in another reader it counts again
	card_out 1
	waits
	locked 1
	card_in 1 "$BED/alice.card"
	waits
	card_out 1
	locked 2
	running lock
	stop lock
}
scenario lock_by_loginctl

# What another program does to the card while it is looked at does not make it another card
lock_looks_again() {
	lock_setup
	card_in 0 "$BED/alice.card"
	lock_start "LD_PRELOAD=$MCKD_BUILD/.libs/bed_reset.so"
	waits
	locked 0
	card_out 0
	locked 1
	stop lock
}
scenario lock_looks_again

# Out and in again before it could look
lock_quick_hands() {
	lock_setup
	card_in 0 "$BED/alice.card"
	lock_start
	waits
	kill -STOP "$(cat "$BED/lock.pid")"
	card_out 0
	card_in 0 "$BED/alice.card"
	kill -CONT "$(cat "$BED/lock.pid")"
	locked 1
	stop lock
}
scenario lock_quick_hands

lock_card_gone_before() {
	lock_setup
	card_in 1 "$BED/bob.card"
	lock_start
	locked 1
	stop lock
}
scenario lock_card_gone_before

lock_without_card_service() {
	lock_setup
	card_in 0 "$BED/alice.card"
	lock_start
	waits
	stop pcscd
	locked 1
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		running lock || break
		sleep 0.1
	done
	refute running lock
	grep -q 'does not answer any more' "$BED/lock.out"
	stop card0
	pcscd_start
}
scenario lock_without_card_service

lock_needs_card() {
	lock_setup
	exits 2 env -u MCKD_CARD mckd-lock
	grep -q 'not opened by a card' "$BED/exits.out"
	exits 2 env MCKD_CARD=nonsense mckd-lock
	exits 2 mckd-lock --nonsense
	mckd-lock --help | grep "^usage: mckd-lock"
	locked 0
	# A lock that fails is not one
	rm "$BED/bin/loginctl"
	printf '#!/bin/sh\nexit 3\n' >"$BED/bin/loginctl"
	chmod 755 "$BED/bin/loginctl"
	exits 1 env MCKD_CARD=0102030405060708 mckd-lock
	grep -q 'could not be locked: loginctl failed' "$BED/exits.out"
	exits 1 env MCKD_CARD=0102030405060708 mckd-lock /nonexistent
	grep -q '/nonexistent: No such file' "$BED/exits.out"
}
scenario lock_needs_card

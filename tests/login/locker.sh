# A screen locker, run by its user under Xvfb and unlocked through auth.sock
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/door.sh
. "$here/door.sh"

# Under a number of its own, for another testbed's server that ends would take a free one's socket
# away; by -displayfd it says when it is ready, and by -noreset it does not begin anew, turning others
# away meanwhile, whenever its only client ends, as xdotool does.
x_start() {
	mkdir -p /tmp/.X11-unix
	mkfifo "$BED/display"
	DISPLAY=:$((1000 + $$ % 30000))
	export DISPLAY
	start xvfb Xvfb "$DISPLAY" -displayfd 5 -screen 0 640x480x24 -nolisten tcp -ac -noreset 5<>"$BED/display"
	read -r _ <"$BED/display"
	rm "$BED/display"
}

# locker_start COMMAND ...: as alice, until its window is there
locker_start() {
	start locker setpriv --reuid="$alice" --regid="$alice" --clear-groups "$@"
	i=0
	until xdotool search --onlyvisible --name . >/dev/null 2>&1; do
		running locker || die "locker: $(cat "$BED/locker.out")"
		i=$((i + 1))
		[ $i -lt 400 ] || die "no locker on the screen"
	done
}

# Answers to AUTHENTICATE that the card gave with this end of a status word
answers() {
	grep -c "^10 .* $1\$" "$BED/trace0" || :
}

# until_answered PATTERN: the card has given such an answer
until_answered() {
	tail --pid="$(cat "$BED/locker.pid")" -s 0.02 -n +1 -f "$BED/trace0" | grep -qm1 "^10 .* $1\$"
}

# typed PIN: as on the keyboard
typed() {
	xdotool type --delay 20 "$1"
	xdotool key Return
}

# unlocks COMMAND ...: locked without a card's PIN and with a wrong one, open with the right one
unlocks() {
	x_start
	door_open
	card_in 0 "$BED/alice.card"
	trace_reset
	locker_start "$@"
	typed 999999
	until_answered '63[Cc]7'
	running locker
	[ -z "${PICTURE:-}" ] || import -window root -depth 4 -colors 16 "$PICTURE"
	typed 246810
	pid=$(cat "$BED/locker.pid")
	timeout 20 tail --pid="$pid" -s 0.02 -f /dev/null
	[ "$(answers 9000)" = 1 ]
	[ "$(answers '63[Cc].')" = 1 ]
	grep 'service="'"$LOCKER"'"' "$BED/syslog.log" | grep -q 'verdict="success"'
	[ "$(door_count)" -ge 2 ]
	door_shut
	stop xvfb
}

locker_i3lock() {
	LOCKER=i3lock
	service i3lock
	unlocks i3lock -n -c 203040
}
scenario locker_i3lock

# The same without the card: no key opens it
locker_without_card() {
	service i3lock
	x_start
	door_open
	locker_start i3lock -n -c 203040
	typed 246810
	# The verdict has gone to the log, and the screen is still locked
	tail --pid="$(cat "$BED/locker.pid")" -s 0.02 -n +1 -f "$BED/syslog.log" | grep -qm1 'user="alice" service="i3lock" .*reason="no card'
	running locker
	stop locker
	door_shut
	stop xvfb
}
scenario locker_without_card

# asked N: for the Nth time a login has found the card, and asks for its PIN
asked() {
	[ "$(tail --pid="$(cat "$BED/locker.pid")" -s 0.02 -n +1 -f "$BED/trace0" | grep -icm "$1" '^a4 ')" = "$1" ]
}

# xsecurelock, from its package, unpacked: the dialog is a process of its own, and so is PAM's side of it
locker_xsecurelock() {
	service xsecurelock
	mountpoint -q /usr/libexec ||
		mount -t overlay -o "lowerdir=$MCKD_BUILD/xsecurelock/usr/libexec:/usr/libexec" bed /usr/libexec
	x_start
	door_open
	card_in 0 "$BED/alice.card"
	trace_reset
	locker_start env XSECURELOCK_PAM_SERVICE=xsecurelock "$MCKD_BUILD/xsecurelock/usr/bin/xsecurelock"
	# The first key only brings the dialog
	xdotool key BackSpace
	asked 1
	typed 999999
	until_answered '63[Cc]7'
	running locker
	asked 2
	typed 246810
	timeout 20 tail --pid="$(cat "$BED/locker.pid")" -s 0.02 -f /dev/null
	[ "$(answers 9000)" = 1 ]
	grep 'user="alice" service="xsecurelock" .*verdict="success"' "$BED/syslog.log"
	door_shut
	stop xvfb
}
scenario locker_xsecurelock

# vlock, on a terminal. Who does not get in is asked for root's card, and begins anew.
locker_vlock() {
	service vlock
	door_open
	card_in 0 "$BED/alice.card"
	VLOCK=$MCKD_BUILD/vlock/usr/sbin/vlock-main talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups env USER=alice VLOCK_MESSAGE=locked $env(VLOCK)
		see {locked}
		after 300
		type ""
		# It drops what is typed between its prompt and its turning to the keyboard
		see {PIN for card .* \(8 tries left\): $}
		after 300
		type 999999
		see {root's.*locked}
		after 300
		type ""
		see {PIN for card .* \(7 tries left\): $}
		after 300
		type 246810
		ends 0
	END
	grep 'user="alice" service="vlock" .*verdict="success"' "$BED/syslog.log"
	door_shut
}
scenario locker_vlock

# Callers that are not root, or root in a sandbox: through /run/mckd/auth.sock
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/door.sh
. "$here/door.sh"

# user_login UID SERVICE USER PIN: pamtester as that user
user_login() {
	echo "$4" | as "$1" pamtester "$2" "$3" authenticate >"$BED/login.out" 2>&1
}

user_by_socket() {
	door_open
	card_in 0 "$BED/alice.card"
	user_login "$alice" card alice 246810
	[ "$(door_count)" = 1 ]
	refute user_login "$alice" card alice 999999
	grep -q 'Authentication failure' "$BED/login.out"
	user_login "$alice" card alice 246810
	door_shut
}
scenario user_by_socket

user_without_socket() {
	door_shut
	card_in 0 "$BED/alice.card"
	trace_reset
	refute user_login "$alice" card alice 246810
	grep -q 'cannot retrieve authentication info' "$BED/login.out"
	[ "$(apdus)" = 0 ]
}
scenario user_without_socket

# Nobody asks for another: refused before the card is touched
socket_is_for_own_uid() {
	door_open
	card_in 0 "$BED/alice.card"
	trace_reset
	refute user_login "$bob" card alice 246810
	grep -q 'Permission denied' "$BED/login.out"
	[ "$(apdus)" = 0 ]
	grep -q 'uid 61002 asks about user "alice"' "$BED/syslog.log"
	refute as "$alice" bed_caller start m=a s=card PIN=246810
	[ "$(apdus)" = 0 ]
	user_login "$alice" card alice 246810
	door_shut
}
scenario socket_is_for_own_uid

# The card, the application, a password: none of these crosses to a user; all do to root
socket_gives_verdict_only() {
	door_open
	card_in 0 "$BED/alice.card"
	as "$alice" bed_caller start m=a s=card u=alice PIN=246810 >"$BED/said"
	grep -q '^verdict 0 and 0 bytes$' "$BED/said"
	bed_caller start m=a s=card u=alice PIN=246810 >"$BED/said"
	grep -qE '^verdict 0 and [1-9][0-9]* bytes$' "$BED/said"
	door_shut
}
scenario socket_gives_verdict_only

# What loosens the host's own rules is not for such a caller to say
socket_refuses_options() {
	door_open
	card_in 0 "$BED/alice.card"
	for option in authtok=pin store=/tmp key=/tmp/k remote=local-reader; do
		trace_reset
		refute as "$alice" bed_caller start m=a s=card u=alice "o=$option" PIN=246810
		[ "$(apdus)" = 0 ]
	done
	as "$alice" bed_caller start m=a s=card u=alice o=wait=1 PIN=246810
	door_shut
}
scenario socket_refuses_options

socket_changes_no_pin_of_anothers() {
	door_open
	card_in 0 "$BED/alice.card"
	trace_reset
	refute as "$bob" bed_caller start m=P s=card u=alice PIN=246810
	# Nor one's own: what the card takes is the host's to order
	for mode in p P; do
		refute as "$alice" bed_caller start m=$mode s=card u=alice PIN=246810 >"$BED/said"
		[ "$(cat "$BED/said")" = 'verdict 6 and 0 bytes' ]
	done
	[ "$(apdus)" = 0 ]
	door_shut
}
scenario socket_changes_no_pin_of_anothers

# A module newer than mckd-auth, as in the middle of an upgrade: its hints are passed over, and
# what is no hint is not
socket_skips_unknown_hints() {
	door_open
	card_in 0 "$BED/alice.card"
	as "$alice" bed_caller start m=a s=card u=alice z=later PIN=246810
	trace_reset
	refute as "$alice" bed_caller start m=a s=card u=alice Z=later PIN=246810
	[ "$(apdus)" = 0 ]
	door_shut
}
scenario socket_skips_unknown_hints

# A caller that is silent is put out after two seconds
socket_first_frame_in_time() {
	door_open
	idle=$(as "$alice" bed_caller idle)
	[ "$idle" -ge 1 ]
	[ "$idle" -le 4 ]
	door_shut
}
scenario socket_first_frame_in_time

# Eight open logins are one user's share; the next is refused, another user is not
socket_slots() {
	door_open
	card_in 0 "$BED/bob.card"
	mkfifo "$BED/held"
	: >"$BED/hold.out"
	as "$bob" bed_caller hold 12 m=a s=card u=bob <"$BED/held" >"$BED/hold.out" 3>&- &
	hold=$!
	exec 3>"$BED/held"
	rm "$BED/held"
	tail --pid=$hold -s 0.02 -n +1 -f "$BED/hold.out" | grep -qm1 '^asked 8 refused 4$'
	refute user_login "$bob" card bob 135791
	grep -q 'cannot retrieve authentication info' "$BED/login.out"
	grep -q 'uid 61002 has 8 logins open' "$BED/syslog.log"
	card_in 1 "$BED/alice.card"
	user_login "$alice" card alice 246810
	exec 3>&-
	wait $hold
	# Given back, whatever became of their holders
	i=0
	until user_login "$bob" card bob 135791; do
		i=$((i + 1))
		[ $i -lt 50 ]
	done
	door_shut
}
scenario socket_slots

# Under NoNewPrivileges, as a sandboxed service of root's is, a child would share the walls
no_new_privileges() {
	door_open
	card_in 0 "$BED/alice.card"
	echo 246810 >"$BED/login.in"
	setpriv --no-new-privs pamtester card alice authenticate <"$BED/login.in"
	[ "$(door_count)" = 1 ]
	pamtester card alice authenticate <"$BED/login.in"
	[ "$(door_count)" = 1 ]
	as "$alice" setpriv --no-new-privs pamtester card alice authenticate <"$BED/login.in"
	[ "$(door_count)" = 2 ]
	door_shut
	# And without the door, root's own way still leads to the card
	setpriv --no-new-privs pamtester card alice authenticate <"$BED/login.in"
}
scenario no_new_privileges

# A directory that others may write to holds no locks worth the name
slots_directory_of_others() {
	door_open
	card_in 0 "$BED/alice.card"
	mkdir -m 777 /run/mckd/slots
	chmod 777 /run/mckd/slots
	refute user_login "$alice" card alice 246810
	rmdir /run/mckd/slots
	ln -s /tmp /run/mckd/slots
	refute user_login "$alice" card alice 246810
	rm /run/mckd/slots
	user_login "$alice" card alice 246810
	door_shut
}
scenario slots_directory_of_others

# ssh from afar with the card at hand: Debian's sshd and ssh, mckd-askpass, the soft card
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2016,SC2119,SC2120

# shellcheck source=tests/testbed/afar.sh
. "$here/afar.sh"

afar_login() {
	afar_setup
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	trace_reset
	afar alice || { cat "$BED/ssh.out" "$BED/sshd.out"; return 1; }
	grep -x 61001 "$BED/ssh.out"
	grep 'SETDESC Log in as alice at 192.0.2.1.*8 tries left' /run/bed/pinentry.log
	grep '^20 ' "$BED/trace0"
	# Again: with another token
	afar alice
	[ ! -s /run/bed/fallback.log ]
	refute grep 246810 "$BED/syslog.log" "$BED/sshd.out"
	cardtool doctor --service sshd --user alice >"$BED/doctor.out" || :
	grep 'gets a challenge' "$BED/doctor.out"
	cardtool log | grep "alice.*$AFAR"
}
scenario afar_login

afar_wrong_pin() {
	afar_setup
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	echo 999999 >/run/bed/pin
	refute afar alice
	grep 'wrong PIN (7 tries left)' "$BED/ssh.out"
	echo 246810 >/run/bed/pin
	afar alice
}
scenario afar_wrong_pin

afar_without_card() {
	afar_setup
	pin_host "$(host_id)"
	refute afar alice
	grep 'no card in the reader' "$BED/ssh.out"
	card_in 0 "$BED/bob.card"
	refute afar alice
	grep 'none of those that this login takes' "$BED/ssh.out"
	[ ! -s /run/bed/pinentry.log ]
}
scenario afar_without_card

# Somebody in between passes on a challenge of another host than the one that ssh called
afar_relay_is_refused() {
	afar_setup
	pin_host 00112233445566778899aabbccddeeff
	card_in 0 "$BED/alice.card"
	trace_reset
	refute afar alice
	[ "$(apdus)" = 0 ]
	grep "is not from $AFAR.*$(host_id).*00112233445566778899aabbccddeeff" "$BED/ssh.out"
	[ ! -s /run/bed/pinentry.log ]
}
scenario afar_relay_is_refused

afar_unknown_host_is_pinned_once() {
	afar_setup
	card_in 0 "$BED/alice.card"
	refute afar alice
	grep "is not known yet.*$(host_id)" "$BED/ssh.out"
	[ ! -s /run/bed/pinentry.log ]
	prompt_of alice
	# Nobody to ask: nothing is pinned
	as_alice cardtool respond --pin --pin-file /run/bed/pin <"$BED/prompt" >"$BED/respond.out" 2>&1 && return 1
	grep "Host ID:  $(host_id)" "$BED/respond.out"
	refute test -e "$HOME_OF/.config/mckd/hosts"
	as_alice cardtool respond --pin --force --pin-file /run/bed/pin <"$BED/prompt"
	grep "^$AFAR $(host_id)\$" "$HOME_OF/.config/mckd/hosts"
	afar alice
}
scenario afar_unknown_host_is_pinned_once

# A duress PIN from afar: the alert and the unit are the host's; who looks on, here or there, sees no difference
afar_under_duress() {
	systemctl_is true
	afar_setup duress_unit=panic.service
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	pin_files 0 864200
	cardtool application add --user alice --pin-file "$BED/new.pin" alarm:card-random:4:duress alice
	trace_reset
	: >"$BED/syslog.log"
	afar alice || { cat "$BED/ssh.out" "$BED/sshd.out"; return 1; }
	for seen in "$BED/ssh.out" "$BED/trace0" /run/bed/pinentry.log; do
		sort "$seen" >"$seen.plain"
	done
	refute grep -i duress "$BED/syslog.log"
	[ ! -e /run/bed/systemctl.out ]
	echo 864200 >/run/bed/pin
	: >/run/bed/pinentry.log
	trace_reset
	afar alice || { cat "$BED/ssh.out" "$BED/sshd.out"; return 1; }
	for seen in "$BED/ssh.out" "$BED/trace0" /run/bed/pinentry.log; do
		# sshd's two streams come in any order.
		sort "$seen" | cmp - "$seen.plain"
	done
	grep '^<81>.*login with the duress application alarm' "$BED/syslog.log"
	within_a_second [ -s /run/bed/systemctl.out ]
	grep 'start -- panic.service' /run/bed/systemctl.out
	refute grep -i -e duress -e alarm "$BED/sshd.out"
}
scenario afar_under_duress

# The challenge copied to where the card is, the reply copied back
afar_by_hand() {
	afar_setup
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	cat >/run/bed/byhand <<-END
		#!/bin/sh
		printf '%s' "\$1" | cardtool respond --pin-file /run/bed/pin
	END
	chmod 755 /run/bed/byhand
	ASKPASS=/run/bed/byhand
	afar alice || { cat "$BED/ssh.out"; return 1; }
	echo 999999 >/run/bed/pin
	refute afar alice
	ASKPASS=
}
scenario afar_by_hand

# A challenge that was copied may be all of it the other side's words, "(user@host)" too
afar_by_hand_says_where() {
	afar_setup
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	prompt_of alice
	as_alice cardtool respond --pin-file /run/bed/pin <"$BED/prompt" >"$BED/reply" 2>"$BED/respond.out"
	grep '^mckd1:' "$BED/reply"
	grep -x "The reply logs you in at $AFAR." "$BED/respond.out"
}
scenario afar_by_hand_says_where

afar_replay() {
	afar_setup
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	printf '#!/bin/sh\n%s/bin/mckd-askpass "$1" | tee /run/bed/reply\n' "$PREFIX" >/run/bed/tee
	printf '#!/bin/sh\ncat /run/bed/reply\n' >/run/bed/replay
	chmod 755 /run/bed/tee /run/bed/replay
	: >/run/bed/reply
	chmod 666 /run/bed/reply
	ASKPASS=/run/bed/tee
	afar alice
	grep '^mckd1:' /run/bed/reply
	ASKPASS=/run/bed/replay
	refute afar alice
	ASKPASS=
	# and the card is not taken for a clone by it
	afar alice
}
scenario afar_replay

afar_sealed_only_says_so() {
	afar_setup
	provision carol "$BED/carol.card" 112233 --application login:host-random:8:sealed-only
	pin_host "$(host_id)"
	card_in 0 "$BED/carol.card"
	service card
	expect SUCCESS card carol 112233
	refute afar carol
	grep 'cannot log in from afar' "$BED/ssh.out"
	[ ! -s /run/bed/pinentry.log ]
}
scenario afar_sealed_only_says_so

# shape FILE: the prompt without what is drawn anew, or belongs to the name
shape() {
	sed -E -e '1s/^\([^)]*\) //' -e 's/^(token|ctx) [0-9a-f]{32}$/\1 X/' \
		-e 's/^card [0-9a-f]{16} ([0-9]+) [1-8] ([0-9]+)$/card X \1 N \2/' "$1"
}

ids() {
	grep '^card ' "$1" | cut -d' ' -f2
}

afar_unknown_user() {
	afar_setup
	prompt_of alice
	cp "$BED/prompt" "$BED/prompt.alice"
	grep -i "^card $(card_id alice)" "$BED/prompt.alice"
	for user in carol nosuchuser nosuchuser; do
		[ ! -e "$BED/prompt.$user" ] || mv "$BED/prompt.$user" "$BED/prompt.before"
		prompt_of "$user"
		cp "$BED/prompt" "$BED/prompt.$user"
		shape "$BED/prompt.alice" >"$BED/shape.1"
		shape "$BED/prompt.$user" >"$BED/shape.2"
		diff "$BED/shape.1" "$BED/shape.2"
	done
	# The same cards each time, and none that there is; another token each time
	[ "$(ids "$BED/prompt.before")" = "$(ids "$BED/prompt.nosuchuser")" ]
	[ "$(ids "$BED/prompt.carol")" != "$(ids "$BED/prompt.nosuchuser")" ]
	refute grep -i "$(card_id alice)" "$BED/prompt.nosuchuser" "$BED/prompt.carol"
	[ "$(grep ^token "$BED/prompt.before")" != "$(grep ^token "$BED/prompt.nosuchuser")" ]
	rm -f "$BED"/prompt.*
}
scenario afar_unknown_user

# Challenge and refusal each wait until 50 ms have gone by: what differs below that is not seen
afar_times_do_not_tell() {
	service far remote=challenge
	for user in alice carol nosuchuser; do
		begun=$(date +%s%N)
		echo | refute pamtester -I rhost=192.0.2.9 far "$user" authenticate
		[ $((($(date +%s%N) - begun) / 1000000)) -ge 100 ]
	done
}
scenario afar_times_do_not_tell

# Where the next module is to have those without a card, they see no challenge
afar_nullok() {
	afar_setup nullok
	prompt_of carol
	[ ! -s "$BED/prompt" ]
	prompt_of alice
	grep 'BEGIN MCKD' "$BED/prompt"
}
scenario afar_nullok

# sshd's password conversation has no echo and cannot ask: nothing typed there is an answer
afar_password_is_no_answer() {
	PASSWORD=yes KBDINT=no afar_setup
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	trace_reset
	ASKPASS=/run/bed/fallback
	refute afar alice
	ASKPASS=
	grep "password" /run/bed/fallback.log
	[ "$(apdus)" = 0 ]
	refute grep 'BEGIN MCKD' "$BED/ssh.out" /run/bed/fallback.log
}
scenario afar_password_is_no_answer

afar_other_prompts_go_to_the_fallback() {
	afar_setup
	as_alice mckd-askpass "alice@192.0.2.1's password: " >"$BED/askpass.out"
	[ "$(cat "$BED/askpass.out")" = 246810 ]
	[ "$(cat /run/bed/fallback.log)" = "alice@192.0.2.1's password: " ]
	# A challenge that is not whole is nobody else's either
	refute as_alice mckd-askpass "(alice@192.0.2.1) -----BEGIN MCKD CHALLENGE-----" 2>"$BED/askpass.out"
	grep 'cut off' "$BED/askpass.out"
	prompt_of alice
	refute as_alice mckd-askpass "$(sed '1s/^([^)]*) //' "$BED/prompt")" 2>"$BED/askpass.out"
	grep '8.5 or newer' "$BED/askpass.out"
	[ "$(wc -l </run/bed/fallback.log)" = 1 ]
}
scenario afar_other_prompts_go_to_the_fallback

# on_terminal WORD ANSWER COMMAND: types ANSWER once WORD is shown; what is seen in $BED/terminal
on_terminal() {
	: >"$BED/terminal"
	{
		timeout 20 tail -n +1 -f "$BED/terminal" | grep -q -m 1 "$1"
		printf '%s\n' "$2"
	} | SHELL=/bin/sh timeout 30 script -qefc "$3" "$BED/terminal" >/dev/null
}

# No pinentry that works: the terminal asks, without echo
afar_pin_on_the_terminal() {
	afar_setup
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	chown -R root "$HOME_OF"
	export HOME="$HOME_OF" MCKD_PINENTRY=/bin/false
	ssh="ssh -F none -p 2222 -o UserKnownHostsFile=$HOME_OF/.ssh/known_hosts"
	export SSH_ASKPASS="$PREFIX/bin/mckd-askpass" SSH_ASKPASS_REQUIRE=force
	on_terminal 'PIN:' 246810 "$ssh alice@$AFAR id -u"
	grep 'PIN: ' "$BED/terminal"
	grep '^61001' "$BED/terminal"
	refute grep 246810 "$BED/terminal"
	# and cardtool respond, which asks there to pin as well
	rm -r "$HOME_OF/.config"
	prompt_of alice
	on_terminal 'Type yes' no "cardtool respond --pin --pin-file /run/bed/pin <$BED/prompt" || :
	grep 'nothing was pinned' "$BED/terminal"
	refute test -e "$HOME_OF/.config/mckd/hosts"
	on_terminal 'Type yes' yes "cardtool respond --pin --pin-file /run/bed/pin <$BED/prompt"
	grep '^mckd1:' "$BED/terminal"
	grep "^$AFAR $(host_id)\$" "$HOME_OF/.config/mckd/hosts"
}
scenario afar_pin_on_the_terminal

# Where the reader is there, a local session uses it as ever
afar_leaves_local_sessions_alone() {
	service card remote=challenge
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario afar_leaves_local_sessions_alone

afar_is_off_by_default() {
	afar_setup
	service sshd
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	trace_reset
	refute afar alice
	[ "$(apdus)" = 0 ]
	[ ! -s /run/bed/pinentry.log ]
}
scenario afar_is_off_by_default

# utmp LINE=HOST ...: who is logged in, as sshd and login(1) write it
utmp() {
	for entry; do
		printf '[7] [00001] [ts/1] [alice   ] [%-12s] [%-20s] [0.0.0.0        ] [2026-01-01T00:00:00,000000+00:00]\n' \
			"${entry%%=*}" "${entry#*=}"
	done | utmpdump -r >/run/utmp 2>/dev/null
}

# on_line TTY: alice's card and PIN, by a program on that terminal
on_line() {
	echo 246810 | pamtester -I "tty=$1" card alice authenticate
}

# sudo inside ssh has no PAM_RHOST, and a terminal of tmux's is in no utmp
terminals_from_afar_leave_the_reader_alone() {
	card_in 0 "$BED/alice.card"
	utmp pts/1=192.0.2.9 pts/2= pts/3=:0
	trace_reset
	for tty in pts/1 /dev/pts/1 pts/4; do
		refute on_line "$tty"
	done
	[ "$(apdus)" = 0 ]
	for tty in pts/2 pts/3 tty1; do
		on_line "$tty"
	done
	# Nobody from elsewhere: no terminal is theirs
	utmp pts/2=
	on_line pts/4
	rm /run/utmp
}
scenario terminals_from_afar_leave_the_reader_alone

# Who came by ssh may call ssh here, and sshd is in no session of theirs
loop_from_afar_leaves_the_reader_alone() {
	card_in 0 "$BED/alice.card"
	echo 246810 >"$BED/login.in"
	set -- pamtester -I tty=ssh -I rhost=127.0.0.1 card alice authenticate
	"$@" <"$BED/login.in"
	utmp pts/1=192.0.2.9
	trace_reset
	refute "$@" <"$BED/login.in"
	[ "$(apdus)" = 0 ]
	rm /run/utmp
	# logind knows of those without a terminal, too
	session_is 7 1
	refute in_cgroup 0::/system.slice/ssh.service "$@" <"$BED/login.in"
	[ "$(apdus)" = 0 ]
	session_is 7 0
	in_cgroup 0::/system.slice/ssh.service "$@" <"$BED/login.in"
	rm -r /run/systemd/sessions /run/systemd/users
	utmp pts/1=192.0.2.9
	trace_reset
	refute pamtester -I tty=ssh -I rhost=::1 card alice authenticate <"$BED/login.in"
	[ "$(apdus)" = 0 ]
	rm /run/utmp
}
scenario loop_from_afar_leaves_the_reader_alone

# An address of IPv6 may begin as an X display does: vsftpd, for one, says ::ffff:192.0.2.7
address_is_no_display() {
	card_in 0 "$BED/alice.card"
	echo 246810 >"$BED/login.in"
	trace_reset
	for rhost in ::ffff:192.0.2.7 ::192.0.2.7 ::2 ::ffff:192.0.2.7%eth0; do
		refute pamtester -I "rhost=$rhost" card alice authenticate <"$BED/login.in"
	done
	[ "$(apdus)" = 0 ]
	for rhost in :0 :0.0 :pts/1:S.0 ::1 ::ffff:127.0.0.1; do
		pamtester -I "rhost=$rhost" card alice authenticate <"$BED/login.in"
	done
}
scenario address_is_no_display

# ssh from afar as a person has it: on terminals, with the shipped sample; several cards
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2016,SC2119,SC2120
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/afar.sh
. "$here/afar.sh"

# A terminal is root's to make here; what runs on it is alice's
PERSON="setpriv --reuid=$alice --regid=$alice --clear-groups env -i PATH=$PATH HOME=$HOME_OF TERM=xterm
SSH_ASKPASS_REQUIRE=force"
export PERSON

# shown FILE: without what is another at each login, or on each machine
shown() {
	sed -E -e 's/mckd1:[0-9a-f]{98}$/REPLY/' -e 's/[0-9a-f]{32}/HEX/g' -e 's/^card [0-9a-f]{16} 1 [1-8] 0$/card HEX/' \
		-e 's/[0-9A-F]{4}[.]{3}/CARD.../' -e 's/[0-9a-f]{16}$/HEX/' "$1"
}

# at_web1: the host has a name, a prompt, no message of the day, and a home for alice
at_web1() {
	rm -rf /etc/motd /etc/update-motd.d /run/motd.dynamic
	sed -i "/web1/d" /etc/hosts
	echo "$AFAR web1.example.org" >>/etc/hosts
	printf 'Host web1.example.org\n\tPort 2222\n' >/etc/ssh/ssh_config.d/bed.conf
	echo "[web1.example.org]:2222 $(cut -d' ' -f1-2 /run/bed/host_key.pub)" >/etc/ssh/ssh_known_hosts
	# shellcheck disable=SC2016
	echo 'PS1="alice@web1$ "' >/etc/profile.d/bed.sh
	mountpoint -q /home || mount -t tmpfs -o mode=755 bed /home
	mkdir -p /home/alice
	mountpoint -q /home/alice || mount --bind "$HOME_OF" /home/alice
	sed "s|^\(alice:.*\):/nonexistent:|\1:/home/alice:|" /run/bed/passwd >"$BED/passwd"
	cat "$BED/passwd" >/etc/passwd
}

# docs/ssh-afar.txt is what this session shows; where it changes, $BED/ssh-afar.txt is the new one
afar_as_documented() {
	doors_setup
	HOST=web1.example.org afar_setup
	cp /etc/pam.d/sshd-afar /etc/pam.d/sshd
	at_web1
	card_in 0 "$BED/alice.card"
	cat "$here/talk.exp" "$here/afar.exp" >"$BED/talk.exp"
	PERSON="$PERSON HOME=/home/alice" command expect "$BED/talk.exp" "$BED/ssh-afar.txt"
	cat /run/bed/passwd >/etc/passwd
	shown "$here/../../docs/ssh-afar.txt" >"$BED/shown.1"
	shown "$BED/ssh-afar.txt" >"$BED/shown.2"
	diff "$BED/shown.1" "$BED/shown.2"
	refute grep -E '246810|999999' "$BED/ssh-afar.txt"
}
scenario afar_as_documented

# Each of the cards has its own index drawn for it (host-random): any of them lets alice in
afar_with_either_card() {
	afar_setup
	provision alice "$BED/second.card" 135790
	pin_host "$(host_id)"
	for card in alice second; do
		cat "$BED/$card.card.pin" >/run/bed/pin
		card_in 0 "$BED/$card.card"
		afar alice
		grep -x 61001 "$BED/ssh.out"
		card_out 0
	done
	# Both are named, bob's is not, and the other two are nobody's
	prompt_of alice
	cardtool list --json | grep -oE '[0-9A-Fa-f]{16}' | tr A-F a-f | sort -u >"$BED/known"
	[ "$(wc -l <"$BED/known")" = 3 ]
	[ "$(grep -c '^card ' "$BED/prompt")" = 4 ]
	[ "$(grep -cFf "$BED/known" "$BED/prompt")" = 2 ]
}
scenario afar_with_either_card

# Debian's own, which draws on the terminal
afar_by_pinentry_curses() {
	afar_setup
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	cat "$here/talk.exp" - >"$BED/talk.exp" <<-'END'
		spawn {*}$env(PERSON) MCKD_PINENTRY=/usr/bin/pinentry-curses SSH_ASKPASS=$env(PREFIX)/bin/mckd-askpass \
			ssh -F none -p 2222 -o UserKnownHostsFile=/run/bed/home/.ssh/known_hosts alice@192.0.2.1 id -u
		see {PIN:}
		after 300
		type 246810
		see {61001}
		ends 0
	END
	PREFIX=$PREFIX command expect "$BED/talk.exp"
}
scenario afar_by_pinentry_curses

# A key that ends it leaves the terminal as it was, and no reader of it behind
askpass_interrupted() {
	afar_setup
	pin_host "$(host_id)"
	card_in 0 "$BED/alice.card"
	prompt_of alice
	chmod 644 "$BED/prompt"
	cp "$BED/prompt" /run/bed/prompt
	cat "$here/talk.exp" - >"$BED/talk.exp" <<-'END'
		spawn {*}$env(PERSON) MCKD_PINENTRY=/nonexistent "PS1=at-home> " sh
		see {at-home> $}
		foreach key {"\x03" "\x1c"} {
			type "$env(PREFIX)/bin/mckd-askpass \"\$(cat /run/bed/prompt)\""
			see {PIN: $}
			send -- $key
			see {at-home> $}
			type {stty -a | tr ' ;' '\n\n' | grep -x -e echo -e -echo}
			see {\necho\r\n.*at-home> $}
		}
		type exit
		expect eof
	END
	trace_reset
	PREFIX=$PREFIX command expect "$BED/talk.exp"
	refute grep '^10 ' "$BED/trace0"
}
scenario askpass_interrupted

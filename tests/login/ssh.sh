# sshd on loopback, on the shipped sample: keyboard-interactive through PAM
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

ssh_local_by_card() {
	doors_setup
	sshd_start
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn {*}$env(SSH) alice@127.0.0.1 {id -un; env}
		see {PIN for card .* \(8 tries left\): $}
		type 999999
		see {PIN for card .* \(7 tries left\): $}
		type 246810
		see {alice\r}
		see {MCKD_APPLICATION=login\r}
		ends 0
	END
	stop sshd
}
scenario ssh_local_by_card

# The server's reader is not for who sits elsewhere, though the card be in it
ssh_from_afar_leaves_reader_alone() {
	doors_setup
	sshd_start
	card_in 0 "$BED/alice.card"
	trace_reset
	talk <<-'END'
		spawn {*}$env(SSH) -b $env(AFAR) alice@$env(AFAR) id -un
		see_before {Password: $} {PIN}
		type pass-of-alice
		see {alice\r}
		ends 0
	END
	[ "$(apdus)" = 0 ]
	grep -q 'service="sshd" .*a remote session does not use the local reader' "$BED/syslog.log"
	stop sshd
}
scenario ssh_from_afar_leaves_reader_alone

ssh_from_afar_with_local_reader() {
	doors_setup 's/pam_mckd.so/& remote=local-reader/'
	sshd_start
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn {*}$env(SSH) -b $env(AFAR) alice@$env(AFAR) id -un
		see {PIN for card .*: $}
		type 246810
		see {alice\r}
		ends 0
	END
	stop sshd
}
scenario ssh_from_afar_with_local_reader

ssh_card_required() {
	doors_setup 's/ authinfo_unavail=ignore//'
	sshd_start
	talk <<-'END'
		spawn {*}$env(SSH) -o NumberOfPasswordPrompts=1 alice@127.0.0.1 id -un
		see_before {Permission denied} {Password}
		ends 255
	END
	card_in 0 "$BED/alice.card"
	talk <<-'END'
		spawn {*}$env(SSH) alice@127.0.0.1 id -un
		see {PIN for card .*: $}
		type 246810
		see {alice\r}
		ends 0
	END
	stop sshd
}
scenario ssh_card_required

# sshd passes a cue on with the next prompt only
ssh_waits_for_card() {
	doors_setup 's/pam_mckd.so nullok$/& wait=10/'
	sshd_start
	talk <<-'END'
		spawn {*}$env(SSH) alice@127.0.0.1 id -un
		bed card_in 0 $env(BED)/alice.card
		see_before {PIN for card .*: $} {Password}
		type 246810
		see {alice\r}
		ends 0
	END
	stop sshd
}
scenario ssh_waits_for_card

# The password is asked for where there is no card, and where it goes
ssh_falls_back_to_password() {
	doors_setup
	sshd_start
	talk <<-'END'
		spawn {*}$env(SSH) alice@127.0.0.1 id -un
		see_before {Password: $} {PIN}
		type pass-of-alice
		see {alice\r}
		ends 0
		bed card_in 0 $env(BED)/alice.card
		spawn {*}$env(SSH) -o NumberOfPasswordPrompts=1 alice@127.0.0.1 id -un
		see {PIN for card .*: $}
		bed card_out 0
		type 246810
		see {Password: $}
		type 246810
		see {Permission denied}
		ends 255
	END
	stop sshd
}
scenario ssh_falls_back_to_password

# What PAM_RHOST may call this host, and what only looks like it
rhost_of_this_host() {
	service_exact exact
	card_in 0 "$BED/alice.card"
	for rhost in localhost localhost.localdomain 127.0.0.1 127.3.2.1 ::1 ::ffff:127.0.0.1 :0 :0.0; do
		says SUCCESS -r "$rhost" exact alice 246810
	done
	trace_reset
	for rhost in 192.0.2.1 128.0.0.1 ::ffff:192.0.2.1 ::2 127.0.0.1.example.org localhost.example.org example.org; do
		says AUTHINFO_UNAVAIL -r "$rhost" exact alice 246810
	done
	[ "$(apdus)" = 0 ]
}
scenario rhost_of_this_host

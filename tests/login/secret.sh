# The confidential number of figure 3, for the modules stacked behind
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

# service_and_exec NAME PROGRAM [module option ...]: what the module leaves as PAM_AUTHTOK
# goes to a program's standard input, by pam_exec, as to whatever unlocks something
service_and_exec() {
	name=$1
	program=$2
	shift 2
	cat >"/etc/pam.d/$name" <<-END
		auth required $PREFIX/lib/security/pam_mckd.so $*
		auth required pam_exec.so quiet expose_authtok $program
		account required pam_permit.so
	END
}

# A program that keeps what it reads, less the NUL that pam_exec may add
write_keeper() {
	printf '#!/bin/sh\ntr -d "\\000" >"%s"\n' "$BED/authtok" >"$BED/keep"
	chmod 755 "$BED/keep"
	rm -f "$BED/authtok"
}

put_secret() {
	printf '%s' "$1" >"$BED/n1"
	cardtool secret put --secret-file "$BED/n1" alice
}

secret_is_authtok_where_asked_for() {
	card_in 0 "$BED/alice.card"
	put_secret 'open sesame'
	write_keeper
	service_and_exec unlock "$BED/keep" authtok=secret
	expect SUCCESS unlock alice 246810
	[ "$(cat "$BED/authtok")" = 'open sesame' ]
	# Without the option there is nothing, and with it a third command: 12, GET SECRET.
	write_keeper
	service_and_exec plain "$BED/keep"
	trace_reset
	expect SUCCESS plain alice 246810
	[ ! -s "$BED/authtok" ]
	[ "$(apdus)" = 2 ]
	trace_reset
	expect SUCCESS unlock alice 246810
	[ "$(apdus)" = 3 ]
	[ "$(grep -c '^12 ' "$BED/trace0")" = 1 ]
}
scenario secret_is_authtok_where_asked_for

pin_is_authtok_only_where_set() {
	card_in 0 "$BED/alice.card"
	put_secret 'open sesame'
	write_keeper
	service_and_exec unlock "$BED/keep" authtok=no
	expect SUCCESS unlock alice 246810
	[ ! -s "$BED/authtok" ]
	service_and_exec unlock "$BED/keep" authtok=pin
	trace_reset
	expect SUCCESS unlock alice 246810
	[ "$(cat "$BED/authtok")" = 246810 ]
	[ "$(apdus)" = 2 ]
}
scenario pin_is_authtok_only_where_set

# A failed login leaves neither: the program behind is not reached, and the card not asked
secret_is_not_handed_over_without_login() {
	card_in 0 "$BED/alice.card"
	put_secret 'open sesame'
	write_keeper
	service_and_exec unlock "$BED/keep" authtok=secret
	sed -i 's/required \(.*pam_mckd\)/optional \1/' /etc/pam.d/unlock
	trace_reset
	login unlock alice 999999
	refute grep '^12 ' "$BED/trace0"
	refute grep -F 'open sesame' "$BED/authtok"
	refute grep -F 999999 "$BED/authtok"
}
scenario secret_is_not_handed_over_without_login

secret_of_128_bytes_generated_and_removed() {
	card_in 0 "$BED/alice.card"
	write_keeper
	service_and_exec unlock "$BED/keep" authtok=secret
	long=$(printf '%0128d' 7)
	put_secret "$long"
	expect SUCCESS unlock alice 246810
	[ "$(cat "$BED/authtok")" = "$long" ]
	printf '%0129d' 7 >"$BED/n1"
	refute cardtool secret put --secret-file "$BED/n1" alice
	drawn=$(cardtool secret put --generate alice)
	[ ${#drawn} = 64 ]
	expect SUCCESS unlock alice 246810
	[ "$(cat "$BED/authtok")" = "$drawn" ]
	cardtool secret remove --force alice
	write_keeper
	expect SUCCESS unlock alice 246810
	[ ! -s "$BED/authtok" ]
	refute grep -F "$drawn" "$BED/syslog.log"
}
scenario secret_of_128_bytes_generated_and_removed

# A file that only the confidential number opens, by OpenSSL
secret_decrypts_a_file() {
	card_in 0 "$BED/alice.card"
	drawn=$(cardtool secret put --generate alice)
	echo 'the treasure' | openssl enc -aes-256-cbc -pbkdf2 -pass "pass:$drawn" -out "$BED/locked"
	cat >"$BED/decrypt" <<-END
		#!/bin/sh
		tr -d '\\000' | openssl enc -d -aes-256-cbc -pbkdf2 -pass stdin -in "$BED/locked" -out "$BED/opened" &&
			grep -q treasure "$BED/opened"
	END
	chmod 755 "$BED/decrypt"
	rm -f "$BED/opened"
	service_and_exec unlock "$BED/decrypt" authtok=secret
	expect SUCCESS unlock alice 246810
	[ "$(cat "$BED/opened")" = 'the treasure' ]
	# Another number, and the file stays shut: the program's failure is the login's. (One key in 256
	# leaves a padding that openssl takes.)
	put_secret 'open sesame'
	login unlock alice 246810
	[ "$verdict" != SUCCESS ]
}
scenario secret_decrypts_a_file

# A LUKS volume whose key slot only the confidential number opens
secret_opens_a_luks_volume() {
	card_in 0 "$BED/alice.card"
	drawn=$(cardtool secret put --generate alice)
	rm -f "$BED/volume"
	truncate -s 4M "$BED/volume"
	printf '%s' "$drawn" | cryptsetup luksFormat --batch-mode --type luks1 --pbkdf-force-iterations 1000 \
		--key-file - "$BED/volume"
	cat >"$BED/luks" <<-END
		#!/bin/sh
		tr -d '\\000' | cryptsetup luksOpen --test-passphrase --key-file - "$BED/volume"
	END
	chmod 755 "$BED/luks"
	service_and_exec unlock "$BED/luks" authtok=secret
	expect SUCCESS unlock alice 246810
	put_secret 'open sesame'
	login unlock alice 246810
	[ "$verdict" != SUCCESS ]
}
scenario secret_opens_a_luks_volume

# However a prompt for a secret ends, the terminal shows again what is typed; what was stopped asks anew.
# The pid is that of the program: the shell that wrote it has become it.
secret_prompt_gives_the_terminal_back() {
	printf '#!/bin/sh\necho $$ >"%s"\nexec cardtool secret put --deferred alice\n' "$BED/asker" >"$BED/put"
	chmod 755 "$BED/put"
	PUT=$BED/put ASKER=$BED/asker talk <<-'END'
		# dash does not touch the terminal's modes: what is seen is what was left
		spawn env "PS1=at-home> " sh
		see {at-home> $}
		proc echoes {} {
			type {stty -a | tr ' ;' '\n\n' | grep -x -e echo -e -echo}
			see {\necho\r\n.*at-home> $}
		}
		echoes
		foreach way {INT QUIT TERM HUP ^C ^\\ ^Z} key {{} {} {} {} "\x03" "\x1c" "\x1a"} {
			type $env(PUT)
			see {confidential number: $}
			send -- "half"
			if {$key ne ""} {
				send -- $key
			} else {
				exec kill -$way [exec cat $env(ASKER)]
			}
			see {at-home> $}
			echoes
		}
		type fg
		see {confidential number: $}
		type "open sesame"
		see {confidential number again: $}
		type "open sesame"
		see_before {is recorded.*at-home> $} {sesame}
		echoes
		type exit
		expect eof
	END
}
scenario secret_prompt_gives_the_terminal_back

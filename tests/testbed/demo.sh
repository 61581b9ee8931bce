#!/bin/sh
# demo.sh: one card's life as a person sees it. Run by "./dev demo", through enter.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/testbed/lib.sh
. "$here/lib.sh"

say() {
	printf '\n== %s\n' "$*"
}

# show COMMAND ...: as if typed at a root prompt
show() {
	printf '# %s\n' "$*"
	"$@"
}

# show_login PIN WANTED
show_login() {
	printf '# pamtester demo alice authenticate     (typing %s)\n' "$1"
	login demo alice "$1"
	sed 's/\(.\)pamtester: /\1\npamtester: /' "$BED/login.out" | sed 's/^/    /'
	[ "$verdict" = "$2" ] || die "demo: the login ended in $verdict, not $2"
}

trap 'stack_stop; rm -f "$BED"/*.card "$BED"/*.transport "$BED"/*.pin' EXIT
trap 'exit 1' INT TERM

say "pcscd with a virtual reader, and a blank soft card in it (all in a private namespace)"
stack_start
(umask 077 && echo 246810 >"$BED/alice.pin")
new_card 0 "$BED/alice.card"
show cardtool readers

say "A client information store, and the card provisioned for alice"
show cardtool init
show cardtool provision --user alice --pin-file "$BED/alice.pin" \
	--transport-key-file "$BED/alice.card.transport"
show cardtool list

say "A PAM service that asks for the card"
service demo
show cat /etc/pam.d/demo

say "Alice logs in; first with a wrong PIN, then with hers (246810)"
show_login 999999 AUTH_ERR
trace_reset
show_login 246810 SUCCESS
echo "    $(apdus) APDUs"

say "An SN may have been learnt by someone, and the card copied: rotate, no recall"
card_out 0
cp -a "$BED/alice.card" "$BED/copy.card"
show cardtool rotate alice --compromised 1 --force
show cardtool rotate status

say "Alice logs in again: the card takes the rotation on the way, and she notices nothing"
card_in 0 "$BED/alice.card"
show_login 246810 SUCCESS
show cardtool rotate status
show cardtool show alice

say "The copy, with the old selection algorithm, and her PIN"
card_out 0
card_in 0 "$BED/copy.card"
show_login 246810 AUTH_ERR
show cardtool log --limit 1

say "The card is taken out"
card_out 0
show_login 246810 AUTHINFO_UNAVAIL

printf '\nThat was all. Nothing is left behind: the namespace ends here.\n'

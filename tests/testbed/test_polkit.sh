#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The polkit rule, in the interpreter that polkit has: who is let through to the card.
set -eu
src=$(cd "$(dirname "$0")/../.." && pwd)
card=org.debian.pcsc-lite.access_card
failed=0
script=$(mktemp)
trap 'rm -f "$script"' EXIT

# says NAME WANTED ACTION SUBJECT: what the rule answers
says() {
	cat - "$src/etc/polkit/mckd.rules" >"$script" <<-END
		var rule, polkit = { Result: { YES: "yes", NO: "no", NOT_HANDLED: "not handled" },
			addRule: function (f) { rule = f; } };
	END
	echo "print(rule({ id: \"$3\" }, $4));" >>"$script"
	answer=$(duk "$script")
	if [ "$answer" = "$2" ]; then
		echo "[       OK ] polkit_$1"
	else
		echo "$4: $answer, not $2"
		echo "[  FAILED  ] polkit_$1"
		failed=1
	fi
}

says root yes $card '{ user: "root", local: false, active: false }'
says pcsc yes org.debian.pcsc-lite.access_pcsc '{ user: "root", local: false, active: false }'
says at_the_machine yes $card '{ user: "alice", local: true, active: true }'
says switched_away no $card '{ user: "alice", local: true, active: false }'
says from_afar no $card '{ user: "alice", local: false, active: true }'
says other_action 'not handled' org.freedesktop.login1.reboot '{ user: "alice", local: false, active: true }'
exit $failed

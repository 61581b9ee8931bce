# What somebody tired types, and what cardtool has to say to it
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"

# usage_says STATUS TEXT COMMAND ...: it ends so, having said that
usage_says() {
	status=$1
	text=$2
	shift 2
	exits "$status" "$@"
	grep -qF -- "$text" "$BED/exits.out" || { echo "$*: without $text"; return 1; }
}

nobody() {
	setpriv --reuid=61001 --regid=61001 --clear-groups "$@"
}

usage_without_root() {
	usage_says 7 'run this as root' nobody cardtool list
	usage_says 1 'mend: you are not root' nobody cardtool doctor
	refute grep 'owner and mode back' "$BED/exits.out"
}
scenario usage_without_root

usage_of_the_wrong_reader() {
	usage_says 3 'no reader has a name like nix ' cardtool readers --reader nix
	usage_says 3 'no reader has a name like nix ' cardtool verify --reader nix alice
	foreign_in 0 other
	usage_says 6 'is not in a reader; another card is' cardtool verify alice
	card_out 0
	card_in 0 "$BED/bob.card"
	(umask 077 && echo 999999 >"$BED/usage.pin")
	exits 4 cardtool verify --pin-file "$BED/usage.pin" bob
	grep -qx 'cardtool: wrong PIN (7 tries left)' "$BED/exits.out"
}
scenario usage_of_the_wrong_reader

usage_of_help() {
	usage_says 0 'cardtool VERB --help says more' cardtool help
	usage_says 0 'usage: cardtool rotate ' cardtool help rotate
	usage_says 2 'no verb rotat' cardtool help rotat
	usage_says 2 "cardtool rotate: unrecognized option '--nix'" cardtool rotate --nix alice
}
scenario usage_of_help

usage_of_init() {
	usage_says 7 '/var/lib/mckd: there is a store already' cardtool init
}
scenario usage_of_init

# What contradicts itself, or would go unheeded, is refused before anything is done
usage_of_orders() {
	cp -a /var/lib/mckd/store.db "$BED/usage.db"
	usage_says 2 'either --now or --deferred' cardtool rotate --now --deferred alice
	usage_says 2 'either --now or --deferred' cardtool secret remove --deferred --now --force alice
	usage_says 2 'a date is as' cardtool rotate --soft --until 2099-02-30 alice
	usage_says 2 'none of the options of an order' cardtool rotate --all --compromised 1 --force status
	usage_says 2 'none of the options of an order' cardtool rotate cancel --now alice
	usage_says 2 'one argument too many: bob' cardtool rotate status alice bob
	usage_says 2 'one argument too many: bob' cardtool rotate cancel alice bob
	usage_says 2 'the new one goes by --new-pin-file' cardtool pin reset --pin-file "$BED/alice.card.pin" alice
	usage_says 2 'the PUK is for pin unblock' cardtool pin change --puk-file "$BED/alice.card.pin" alice
	usage_says 2 'are for pin reset' cardtool pin unblock --deferred alice
	usage_says 2 'either a file or a descriptor' \
		cardtool pin reset --new-pin-file "$BED/alice.card.pin" --new-pin-fd 0 alice
	usage_says 2 'one --user at a time' cardtool assign --user bob --user carol "$(card_id alice)"
	cmp /var/lib/mckd/store.db "$BED/usage.db"
	cardtool rotate --soft --until 2096-02-29 alice
}
scenario usage_of_orders

usage_of_a_revoked_card() {
	cardtool revoke --force alice
	usage_says 1 'the card is revoked' cardtool assign --user carol "$(card_id alice)"
	[ "$(cardtool list --json carol)" = '[]' ]
}
scenario usage_of_a_revoked_card

# Said, and not refused: the account may be another host's
usage_of_a_misspelt_user() {
	usage_says 0 'there is no account alcie on this host' cardtool assign --user alcie "$(card_id alice)"
	exits 0 cardtool assign --user carol "$(card_id alice)"
	refute grep 'no account' "$BED/exits.out"
	new_card 0 "$BED/new.card"
	usage_says 0 'there is no account carlo on this host' \
		cardtool provision --user carlo --generate-pin --transport-key-file "$BED/new.card.transport"
}
scenario usage_of_a_misspelt_user

usage_of_applications() {
	cardtool application add --deferred two:counter:3:no-pin alice
	usage_says 2 'another application of that name' cardtool application add two:host-random:3:no-pin alice
	usage_says 0 "is in the card's block already" cardtool application add two:counter:3:no-pin alice
	usage_says 0 'removed before, or misspelt' cardtool application remove tow alice
	usage_says 2 'more than one card; name it by its card ID (cardtool list)' sh -c \
		'cardtool assign --user alice "$1" && cardtool suspend alice' sh "$(card_id bob)"
}
scenario usage_of_applications

usage_of_host_export() {
	usage_says 2 'the two travel apart' cardtool host export lab --output "$BED/lab" --transport-key-file "$BED/lab/key"
	[ ! -e "$BED/lab" ]
	cardtool host list --json | grep -c host_id | grep -x 1
	cardtool host export lab --output "$BED/lab" --transport-key-file "$BED/lab.key"
}
scenario usage_of_host_export

# What is read stands where output would have gone
usage_without_standard_output() {
	usage_says 1 'standard output: Bad file descriptor' sh -c 'cardtool list >&-'
	usage_says 0 '"card"' sh -c 'cardtool list --json <&-'
	exits 1 sh -c 'cardtool export --secrets --output "$BED/usage.json" alice >&- 2>&- && cardtool list >&- 2>&-'
	head -c 1 "$BED/usage.json" | grep -x '{'
}
scenario usage_without_standard_output

# README, "At three in the morning": its rotation is typed as it stands there, and prints what it says
usage_at_three_in_the_morning() {
	sed -n '/^At three in the morning/,/^Reading on/p' "$here/../../README" >"$BED/page"
	order=$(sed -n 's/^    \(cardtool rotate --all .*\)/\1/p' "$BED/page")
	columns=$(sed -n 's/^ *ROTATION \.\.\. \([A-Z ]*\): .*/\1/p' "$BED/page")
	over=$(sed -n 's/^ *The line to look for: "\(.*\)"$/\1/p' "$BED/page")
	[ "$order" ] && [ "$columns" ] && [ "$over" ]
	cardtool rotate status | grep -qx "$over"
	talk <<-END
		spawn $order
		see {Type yes to go on: \$}
		type yes
		see {2 cards.*the next login of each delivers it}
		ends 0
	END
	cardtool rotate status | head -n 1 | grep -q "^ROTATION .* $columns\$"
	refute sh -c 'cardtool rotate status | grep -qx "$0"' "$over"
	for user in 'alice 246810' 'bob 135791'; do
		card_in 0 "$BED/${user% *}.card"
		# shellcheck disable=SC2086
		expect SUCCESS card $user
		[ "$(last_index)" != 3 ]
		card_out 0
	done
	cardtool rotate status | grep -qx "$over"
	cardtool rotate status --json | grep '"done":100'
}
scenario usage_at_three_in_the_morning

# Of a blocked PIN nothing is asked
usage_of_a_blocked_pin() {
	provision carol "$BED/blocked.card" 1357 --application login:host-random:4:may-sign
	card_in 0 "$BED/blocked.card"
	(umask 077 && echo 999999 >"$BED/usage.pin")
	for _ in 1 2 3 4 5 6 7; do
		exits 4 cardtool sign --pin-file "$BED/usage.pin" "$BED/usage.pin"
	done
	exits 5 cardtool sign --pin-file "$BED/usage.pin" "$BED/usage.pin"
	talk <<-END
		spawn cardtool pin change carol
		see_before {the PIN is blocked; cardtool pin unblock takes the PUK} {old PIN}
		ends 5
		spawn cardtool sign "$BED/usage.pin"
		see_before {the PIN is blocked; cardtool pin unblock takes the PUK} {PIN:}
		ends 5
	END
}
scenario usage_of_a_blocked_pin

# A soft card that nobody has a reader for says what it waits for, and once
usage_of_a_card_without_pcscd() {
	stop pcscd
	start card0 mckd-vcard --port "$PORT_0" "$BED/alice.card"
	said='mckd-vcard: no vpcd on port 35963 yet'
	for _ in 1 2 3 4 5; do
		within_a_second grep -q "$said" "$BED/card0.out" && break
	done
	[ "$(grep -c "$said" "$BED/card0.out")" = 1 ]
	pcscd_start
	bed_wait present 0
	[ "$(wc -l <"$BED/card0.out")" = 1 ]
}
scenario usage_of_a_card_without_pcscd

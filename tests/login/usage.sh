# What somebody tired types, and what cardtool has to say to it
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

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
	grep -qx 'cardtool: wrong PIN' "$BED/exits.out"
}
scenario usage_of_the_wrong_reader

usage_of_init() {
	usage_says 7 '/var/lib/mckd: there is a store already' cardtool init
}
scenario usage_of_init

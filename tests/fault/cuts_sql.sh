# The tool cut at what SQLite writes, truncates, syncs and deletes, in every mode of cut_vfs.h
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/cuts.sh
. "$here/cuts.sh"

# sql_cuts NAME: NAME_sql AT:MODE runs it once. SQL_CUTS: about how many points of each mode, from a
# first by chance. The end is as in cuts of cuts.sh: a store that has grown may write a page more.
SQL_CUTS=${SQL_CUTS:-2}
sql_cuts() {
	for mode in 0 1 2 3 4; do
		"$1_before"
		cut_run "$1_sql" "0:$mode"
		is_whole
		total=$cut_at
		[ "$total" -gt 5 ]
		"$1_after"
		step=$(((total + SQL_CUTS - 1) / SQL_CUTS))
		[ "$CUTS" != all ] || step=1
		n=$(($(od -An -N2 -tu2 /dev/urandom) % step + 1))
		first=$n
		tried=0
		while :; do
			"$1_before"
			cut_run "$1_sql" "$n:$mode"
			[ "$cut" = cut ] || break
			tried=$((tried + 1))
			"$1_after"
			n=$((n + step))
		done
		is_whole
		"$1_after"
		echo "$1, SQLite, mode $mode: $tried cut points tried, in steps of $step from $first to $cut_at ($total at first)" >>"$BED/cuts.log"
		[ "$n" -gt "$cut_at" ]
		[ "$tried" -gt 0 ]
		[ "$tried" = $(((n - first) / step)) ]
	done
}

# cut_sql AT:MODE COMMAND ...
cut_sql() {
	at=$1
	shift
	MCKD_CUT_AT=$at LD_PRELOAD=$MCKD_BUILD/.libs/cut_tool.so "$@"
}

new_sql() {
	new_provision cut_sql "$1"
}
cut_provision_sql() {
	pin_files 987654321 2468
	sql_cuts new
	rm -f "$BED"/cut.card*
}
scenario cut_provision_sql

number_sql() {
	number_put cut_sql "$1"
}
cut_secret_put_sql() {
	number_setup
	sql_cuts number
}
scenario cut_secret_put_sql

share_sql() {
	share_import cut_sql "$1"
}
cut_host_import_sql() {
	share_setup
	sql_cuts share
}
scenario cut_host_import_sql

receipt_sql() {
	receipt_import cut_sql "$1"
}
cut_receipts_import_sql() {
	receipt_setup
	sql_cuts receipt
}
scenario cut_receipts_import_sql

change_sql() {
	cut_sql "$1" cardtool pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
}
cut_pin_change_sql() {
	card_in 0 "$BED/alice.card"
	sql_cuts change
}
scenario cut_pin_change_sql

unblock_sql() {
	cut_sql "$1" cardtool pin unblock --puk-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
}
cut_unblock_sql() {
	card_with_puk
	CARD=$(cardtool list | awk '/alice/ && /active/ { print $1 }')
	sql_cuts unblock
}
scenario cut_unblock_sql

# A resync: what it has the place of is not lost with it
resync_before() {
	cardtool rotate --deferred --mechanism host-date alice
}
resync_sql() {
	cut_sql "$1" cardtool rotate --resync --force alice
}
resync_after() {
	comes_in 246810
	cardtool rotate --resync --force alice
	comes_in 246810
	cardtool rotate status | grep 'it is over'
}
cut_resync_sql() {
	card_in 0 "$BED/alice.card"
	sql_cuts resync
}
scenario cut_resync_sql

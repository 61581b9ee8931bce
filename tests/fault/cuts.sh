# Tool and helper killed where they enter a system call. CUTS: how many points of each suite
# (all: every one of them, as ./dev soak does); they lie evenly, from a first one by chance.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/nss.sh
. "$here/nss.sh"

CARD=alice
CUTS=${CUTS:-5}

# indices active|compromised: of the only application of $CARD
indices() {
	cardtool show --json "$CARD" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1
}

# in_list INDEX LIST: is 3 in 1-4,7?
in_list() {
	echo "$2" | tr ',' '\n' | awk -F- -v i="$1" \
		'$1 != "" { if (i + 0 >= $1 + 0 && i + 0 <= (NF > 1 ? $2 : $1) + 0) found = 1 } END { exit !found }'
}

# A login of PIN that must come in, by no compromised index
comes_in() {
	expect SUCCESS card "${user:-alice}" "$1"
	refute in_list "$(last_index)" "$(indices compromised)"
}

# cut N COMMAND ...: its status in $cut_status, "cut" or "whole" in $cut, the count in $cut_at
cut_run() {
	cut_status=0
	"$@" >"$BED/cut.out" 2>&1 || cut_status=$?
	# shellcheck disable=SC2046
	set -- $(sed -n 's/^bed_cut: //p' "$BED/cut.out" | tail -n 1)
	cut=$1
	cut_at=$2
}

# cuts NAME: NAME_once N runs what is cut, at N; NAME_after what must then hold. The count of
# points tried must be the count of those there are.
cuts() {
	"$1_before"
	"$1_once" 0
	[ "$cut" = whole ] || { cat "$BED/cut.out"; return 1; }
	total=$cut_at
	[ "$total" -gt 50 ]
	"$1_after"
	if [ "$CUTS" = all ]; then
		step=1
		n=1
	else
		step=$(((total + CUTS - 1) / CUTS))
		n=$(($(od -An -N2 -tu2 /dev/urandom) % step + 1))
	fi
	first=$n
	tried=0
	while :; do
		"$1_before"
		"$1_once" "$n"
		[ "$cut" = cut ] || break
		[ "$cut_at" = "$n" ]
		tried=$((tried + 1))
		"$1_after"
		n=$((n + step))
	done
	# Runs differ by a few calls; where none was skipped, the end lies where the whole run's did.
	"$1_after"
	echo "$1: $tried cut points tried, of about $total, every ${step}th from $first" >>"$BED/cuts.log"
	[ "$n" -gt $((cut_at)) ]
	[ "$tried" = $(((n - first) / step)) ]
	[ "$tried" -ge $((total * 9 / 10 / step - 1)) ]
}
# A rotation, the card in the reader
rotate_before() {
	active=$(indices active)
	leaked=${active%%[-,]*}
}
rotate_once() {
	cut_run bed_cut "$1" cardtool rotate --now --compromised "$leaked" --replenish 1 --force alice
}
rotate_after() {
	comes_in 246810
	# The same again, where it was not recorded; and it is over.
	in_list "$leaked" "$(indices compromised)" ||
		cardtool rotate --now --compromised "$leaked" --replenish 1 --force alice
	comes_in 246810
	cardtool rotate status | grep 'it is over'
}
cut_rotate() {
	card_in 0 "$BED/alice.card"
	# By the card's choice: what is compromised is then refused, or it is not.
	cardtool rotate --now --mechanism card-random alice
	cuts rotate
}
scenario cut_rotate

# A card-only account, another one each time; then what the host's programs read is the store's
account_before() {
	:
}
account_once() {
	account=u$1
	cut_run bed_cut "$1" cardtool account --groups "g$1" "$account"
}
account_after() {
	cardtool account --groups "g${account#u}" "$account" >/dev/null
	[ "$(id -Gn "$account")" = "$account g${account#u}" ]
	[ "$(getent passwd | grep -c '^u[0-9]*:\*')" = 1 ]
	cardtool account --withdraw --force "$account"
}
cut_account() {
	# shellcheck disable=SC2119
	nss_setup
	cuts account
}
scenario cut_account

# An application added; then one removed
add_before() {
	pin_files 0 8642
	cardtool application remove --force vault alice || :
}
add_app() {
	"$@" cardtool application add --now --user alice --pin-file "$BED/new.pin" vault:counter:20 alice
}
add_once() {
	cut_run add_app bed_cut "$1"
}
add_after() {
	comes_in 246810
	add_app env
	comes_in 8642
}
cut_application_add() {
	card_in 0 "$BED/alice.card"
	cuts add
}
scenario cut_application_add

remove_before() {
	pin_files 0 8642
	add_app env
}
remove_once() {
	cut_run bed_cut "$1" cardtool application remove --now --force vault alice
}
remove_after() {
	comes_in 246810
	if cardtool show alice | grep vault; then
		cardtool application remove --now --force vault alice
	fi
	expect AUTH_ERR card alice 8642
	comes_in 246810
}
cut_application_remove() {
	card_in 0 "$BED/alice.card"
	cuts remove
}
scenario cut_application_remove

# A login that delivers a rotation, the helper killed
deliver_before() {
	active=$(indices active)
	cardtool rotate --deferred --compromised "${active%%[-,]*}" --replenish 1 --force alice
}
deliver_once() {
	echo 246810 >"$BED/login.in"
	cut_run bed_cut --only mckd-auth "$1" pamtester card alice authenticate <"$BED/login.in"
	[ "$cut_status" != 0 ] || refute in_list "$(last_index)" "$(indices compromised)"
}
deliver_after() {
	comes_in 246810
	cardtool rotate status | grep 'it is over'
}
cut_helper() {
	card_in 0 "$BED/alice.card"
	# By the card's choice: what is compromised is then refused, or it is not.
	cardtool rotate --now --mechanism card-random alice
	cuts deliver
}
scenario cut_helper

# PIN change by the tool: one of the two PINs is the card's, and the same command ends it
change_before() {
	pin_files 246810 1357
}
change_once() {
	cut_run bed_cut "$1" cardtool pin change --pin-file "$BED/first.pin" \
		--new-pin-file "$BED/new.pin" alice
}
change_after() {
	login card alice 246810
	if [ "$verdict" = SUCCESS ]; then
		cardtool pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
	fi
	comes_in 1357
	pin_files 1357 246810
	cardtool pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
}
cut_pin_change() {
	card_in 0 "$BED/alice.card"
	cuts change
}
scenario cut_pin_change

# PIN change by PAM, the helper killed
passwd_before() {
	:
}
passwd_once() {
	printf '%s\n' 246810 1357 1357 >"$BED/login.in"
	cut_run bed_cut --only mckd-auth "$1" pamtester passwd alice chauthtok <"$BED/login.in"
}
passwd_after() {
	login card alice 246810
	if [ "$verdict" != SUCCESS ]; then
		comes_in 1357
		pin_files 1357 246810
		cardtool pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
	fi
}
cut_pin_change_by_pam() {
	echo "password required $PREFIX/lib/security/pam_mckd.so" >/etc/pam.d/passwd
	card_in 0 "$BED/alice.card"
	cuts passwd
}
scenario cut_pin_change_by_pam

# The same where PINs go sealed only, and a new one by ticket
sealed_before() {
	:
}
sealed_once() {
	printf '%s\n' 246810 1357 1357 >"$BED/login.in"
	cut_run bed_cut --only mckd-auth "$1" pamtester passwd carol chauthtok <"$BED/login.in"
}
sealed_after() {
	login card carol 246810
	if [ "$verdict" != SUCCESS ]; then
		comes_in 1357
		printf '%s\n' 1357 246810 246810 | pamtester passwd carol chauthtok
	fi
	comes_in 246810
}
cut_pin_change_where_sealed_only() {
	echo "password required $PREFIX/lib/security/pam_mckd.so" >/etc/pam.d/passwd
	provision carol "$BED/sealed.card" 246810 --application login:host-random:4:sealed-only
	card_in 0 "$BED/sealed.card"
	user=carol
	CARD=carol
	cuts sealed
}
scenario cut_pin_change_where_sealed_only

# Unblocking: the PUK brings the card back, at the latest when the same command runs again
unblock_before() {
	service eight max_tries=8
	expect MAXTRIES eight alice 999991 999992 999993 999994 999995 999996 999997 999998
	pin_files 987654321 246810
}
unblock_once() {
	cut_run bed_cut "$1" cardtool pin unblock --puk-file "$BED/first.pin" \
		--new-pin-file "$BED/new.pin" alice
}
unblock_after() {
	login card alice 246810
	if [ "$verdict" != SUCCESS ]; then
		[ "$verdict" = MAXTRIES ]
		cardtool pin unblock --puk-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
	fi
	comes_in 246810
}
cut_unblock() {
	card_with_puk
	CARD=$(cardtool list | awk '/alice/ && /active/ { print $1 }')
	cuts unblock
}
scenario cut_unblock

# A blank card: the same command makes the card, wherever it was cut
new_before() {
	card_out 0
	find /var/lib/mckd -mindepth 1 -delete
	cp -a "$BED/kept/store/." /var/lib/mckd/
	new_card 0 "$BED/cut.card"
}
new_provision() {
	"$@" cardtool provision --user carol --pin-file "$BED/new.pin" \
		--puk-file "$BED/first.pin" --transport-key-file "$BED/cut.card.transport"
}
new_once() {
	cut_run new_provision bed_cut "$1"
}
new_after() {
	new_provision env
	user=carol
	CARD=carol
	comes_in 2468
}
cut_provision() {
	pin_files 987654321 2468
	cuts new
	rm -f "$BED"/cut.card*
}
scenario cut_provision

# The same at what SQLite writes, truncates, syncs and deletes, in every mode of cut_vfs.h: NAME_sql
# AT:MODE runs it once. SQL_CUTS: about how many points of each mode, from a first by chance. None
# between that and the end is skipped.
SQL_CUTS=${SQL_CUTS:-2}
sql_cuts() {
	for mode in 0 1 2 3 4; do
		"$1_before"
		cut_run "$1_sql" "0:$mode"
		total=$cut_at
		[ "$total" -gt 5 ]
		"$1_after"
		step=$((total / SQL_CUTS + 1))
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
		"$1_after"
		echo "$1, SQLite, mode $mode: $tried of about $total, every ${step}th from $first" >>"$BED/cuts.log"
		[ "$n" -gt "$cut_at" ]
		[ "$tried" -gt 0 ]
		[ "$tried" = $(((n - first) / step)) ]
	done
}
# cardtool_at AT:MODE ARG ...
cardtool_at() {
	at=$1
	shift
	MCKD_CUT_AT=$at LD_PRELOAD=$MCKD_BUILD/.libs/cut_tool.so cardtool "$@"
}
new_sql() {
	cardtool_at "$1" provision --user carol --pin-file "$BED/new.pin" \
		--puk-file "$BED/first.pin" --transport-key-file "$BED/cut.card.transport"
}
cut_provision_sql() {
	pin_files 987654321 2468
	sql_cuts new
	rm -f "$BED"/cut.card*
}
scenario cut_provision_sql

change_sql() {
	cardtool_at "$1" pin change --pin-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
}
cut_pin_change_sql() {
	card_in 0 "$BED/alice.card"
	sql_cuts change
}
scenario cut_pin_change_sql

unblock_sql() {
	cardtool_at "$1" pin unblock --puk-file "$BED/first.pin" --new-pin-file "$BED/new.pin" alice
}
cut_unblock_sql() {
	card_with_puk
	CARD=$(cardtool list | awk '/alice/ && /active/ { print $1 }')
	sql_cuts unblock
}
scenario cut_unblock_sql

# A resync: what it has the place of is not lost with it
resync_before() {
	cardtool rotate --deferred --replenish 1 alice
}
resync_sql() {
	cardtool_at "$1" rotate --resync --force alice
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

# Tool and helper killed where they enter a system call. CUTS: how many points of each suite
# (all: every one of them, as ./dev soak does); they lie evenly, from a first one by chance.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/nss.sh
. "$here/nss.sh"
# shellcheck source=tests/testbed/hosts.sh
. "$here/hosts.sh"

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

# is_whole: the last run came to its end, and well: one that failed on the way would have fewer points
is_whole() {
	cat "$BED/cut.out"
	[ "$cut" = whole ]
	[ "$cut_status" = 0 ]
}

# cuts NAME: NAME_once N runs what is cut, at N; NAME_after what must then hold. Each point is tried
# in a run of its own, and runs differ by a few calls (waits for pcscd, threads): the last one may
# have fewer than one before it was cut at. So the end is not where the first run had it, but where
# a run is through, well, before its Nth call; up to there every point of the step was cut, none met
# twice and none passed over.
cuts() {
	"$1_before"
	"$1_once" 0
	is_whole
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
	is_whole
	"$1_after"
	echo "$1: $tried cut points tried, every ${step}th from $first to $cut_at ($total at first)" >>"$BED/cuts.log"
	[ "$n" -gt "$cut_at" ]
	[ "$tried" = $(((n - first) / step)) ]
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

# A confidential number in another's place: a login hands over one of the two
number_before() {
	printf 'the old one' >"$BED/n1"
	number_put env
	printf 'the new one' >"$BED/n1"
}
number_put() {
	"$@" cardtool secret put --now --secret-file "$BED/n1" alice
}
number_once() {
	cut_run number_put bed_cut "$1"
}
# number_is PATTERN: what a login hands over
number_is() {
	rm -f "$BED/number"
	expect SUCCESS number alice 246810
	grep -x "$1" "$BED/number"
}
number_after() {
	number_is 'the \(old\|new\) one'
	number_put env
	number_is 'the new one'
	comes_in 246810
}
number_setup() {
	printf '#!/bin/sh\ntr -d "\\000" >"%s/number"\n' "$BED" >"$BED/keep_number"
	chmod 755 "$BED/keep_number"
	service number authtok=secret
	sed -i "1a auth required pam_exec.so quiet expose_authtok $BED/keep_number" /etc/pam.d/number
	card_in 0 "$BED/alice.card"
}
cut_secret_put() {
	number_setup
	cuts number
}
scenario cut_secret_put

# An import at a host: it is as before or as after, loses no receipt, and the same command ends it
share_setup() {
	new_host a
	cardtool rotate --deferred --compromised 1 --force alice
	carry export a
	card_in 0 "$BED/alice.card"
	expect SUCCESS a alice 246810
	cardtool unassign --user bob bob
	rm -rf /run/bed/a.second /run/bed/a.second.key "$BED/share"
	cardtool host export a --output /run/bed/a.second --transport-key-file /run/bed/a.second.key
	cp -a /run/bed/a.store "$BED/share"
}
share_before() {
	rm -rf /run/bed/a.store
	cp -a "$BED/share" /run/bed/a.store
}
share_import() {
	"$@" cardtool --store /run/bed/a.store --key /run/bed/a.key host import /run/bed/a.second \
		--transport-key-file /run/bed/a.second.key
}
share_once() {
	cut_run share_import bed_cut "$1"
}
share_after() {
	expect SUCCESS a alice 246810
	[ "$(at a host receipts export | wc -l)" = 2 ]
	share_import env
	[ "$(at a host receipts export | wc -l)" = 2 ]
	expect SUCCESS a alice 246810
	expect USER_UNKNOWN a bob 135791
}
cut_host_import() {
	share_setup
	cuts share
}
scenario cut_host_import

# Receipts at the issuer: what waits for one goes on waiting, or is over
receipt_before() {
	find /var/lib/mckd -mindepth 1 -delete
	cp -a "$BED/waiting/." /var/lib/mckd/
}
receipt_import() {
	"$@" cardtool host receipts import "$BED/receipts"
}
receipt_once() {
	cut_run receipt_import bed_cut "$1"
}
receipt_after() {
	receipt_import env | grep -e '1 taken' -e '1 settled before'
	cardtool rotate status | grep 'it is over'
	comes_in 246810
}
receipt_setup() {
	share_setup
	rm -rf "$BED/waiting"
	cp -a /var/lib/mckd "$BED/waiting"
	at a host receipts export >"$BED/receipts"
}
cut_receipts_import() {
	receipt_setup
	cuts receipt
}
scenario cut_receipts_import

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
# AT:MODE runs it once. SQL_CUTS: about how many points of each mode, from a first by chance. The end is
# as in cuts: a store that has grown may write a page more.
SQL_CUTS=${SQL_CUTS:-2}
sql_cuts() {
	for mode in 0 1 2 3 4; do
		"$1_before"
		cut_run "$1_sql" "0:$mode"
		is_whole
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
		is_whole
		"$1_after"
		echo "$1, SQLite, mode $mode: $tried cut points tried, every ${step}th from $first to $cut_at ($total at first)" >>"$BED/cuts.log"
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
	cut_sql "$1" cardtool provision --user carol --pin-file "$BED/new.pin" \
		--puk-file "$BED/first.pin" --transport-key-file "$BED/cut.card.transport"
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
	cardtool rotate --deferred --replenish 1 alice
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

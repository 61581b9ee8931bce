# Tool and helper killed where they enter a system call. The points of each suite lie
# evenly, from a first one by chance.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/cuts.sh
. "$here/cuts.sh"
# shellcheck source=tests/testbed/nss.sh
. "$here/nss.sh"

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
	echo "$1: $tried cut points tried, in steps of $step from $first to $cut_at ($total at first)" >>"$BED/cuts.log"
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

change_once() {
	cut_run bed_cut "$1" cardtool pin change --pin-file "$BED/first.pin" \
		--new-pin-file "$BED/new.pin" alice
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

unblock_once() {
	cut_run bed_cut "$1" cardtool pin unblock --puk-file "$BED/first.pin" \
		--new-pin-file "$BED/new.pin" alice
}
cut_unblock() {
	card_with_puk
	CARD=$(cardtool list | awk '/alice/ && /active/ { print $1 }')
	cuts unblock
}
scenario cut_unblock

number_once() {
	cut_run number_put bed_cut "$1"
}
cut_secret_put() {
	number_setup
	cuts number
}
scenario cut_secret_put

share_once() {
	cut_run share_import bed_cut "$1"
}
cut_host_import() {
	share_setup
	cuts share
}
scenario cut_host_import

receipt_once() {
	cut_run receipt_import bed_cut "$1"
}
cut_receipts_import() {
	receipt_setup
	cuts receipt
}
scenario cut_receipts_import

new_once() {
	cut_run new_provision bed_cut "$1"
}
cut_provision() {
	pin_files 987654321 2468
	cuts new
	rm -f "$BED"/cut.card*
}
scenario cut_provision

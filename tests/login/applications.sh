# Applications of a card in use: added, removed, and whom their PINs let in (figure 4)
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/door.sh
. "$here/door.sh"

# app_add STATUS PIN ARGUMENT ...
app_add() {
	wanted=$1
	pin_files 0 "$2"
	shift 2
	exits "$wanted" cardtool application add --pin-file "$BED/new.pin" "$@"
}

# last_by APPLICATION: the one of the last login
last_by() {
	[ "$(sqlite3 /var/lib/mckd/store.db \
		"SELECT application FROM event WHERE kind = 'login' ORDER BY id DESC LIMIT 1")" = "$1" ]
}

application_added_and_removed() {
	card_in 0 "$BED/alice.card"
	app_add 0 8642 --user alice --now vault:counter:4 alice
	expect SUCCESS card alice 8642
	last_by vault
	expect SUCCESS card alice 246810
	last_by login
	trace_reset
	expect SUCCESS card alice 8642
	[ "$(apdus)" = 2 ]
	# The same again changes nothing; another of that name is an error.
	app_add 0 9999 --user alice vault:counter:4 alice
	expect SUCCESS card alice 8642
	app_add 2 9999 --user alice vault:counter:4:may-sign alice
	exits 8 cardtool application remove vault alice </dev/null
	exits 0 cardtool application remove --force vault alice
	expect AUTH_ERR card alice 8642
	expect SUCCESS card alice 246810
	refute sh -c 'cardtool show alice | grep vault'
	exits 2 cardtool application remove --force vault alice
	exits 2 cardtool application remove --force login alice
	# Its slot serves again, with series numbers of its own.
	app_add 0 7531 --user alice other alice
	expect SUCCESS card alice 7531
	last_by other
}
scenario application_added_and_removed

# Far away: the next login takes it along, and is by it
application_added_by_next_login() {
	app_add 0 8642 --user alice --deferred vault:pin:32 alice
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 8642
	last_by vault
	card_out 0
	cardtool application remove --force vault alice
	card_in 0 "$BED/alice.card"
	expect AUTH_ERR card alice 8642
	expect SUCCESS card alice 246810
}
scenario application_added_by_next_login

# One card, two accounts
pin_selects_the_account() {
	card_in 0 "$BED/alice.card"
	app_add 0 8642 --user carol admin alice
	expect SUCCESS card carol 8642
	last_by admin
	expect AUTH_ERR card carol 246810
	expect AUTH_ERR card alice 8642
	expect SUCCESS card alice 246810
}
scenario pin_selects_the_account

eight_applications_are_all() {
	card_in 0 "$BED/alice.card"
	for n in 2 3 4 5 6 7 8; do
		app_add 0 "864$n" --user alice "app$n" alice
	done
	app_add 2 8649 --user alice app9 alice
	expect SUCCESS card alice 8648
	last_by app8
	exits 0 cardtool application remove --force app4 alice
	app_add 0 8649 --user alice --now "app9:date:32:no-pin" alice
	expect SUCCESS card alice 8648
}
scenario eight_applications_are_all

# Where the PIN chooses, one date goes to the card for all: two periods cannot both be kept.
dates_have_one_period() {
	new_card 0 "$BED/dates.card"
	(umask 077 && printf '%s\n' 1111 2222 3333 >"$BED/three.pin")
	trace_reset
	set -- --user carol --pin-file "$BED/three.pin" --transport-key-file "$BED/dates.card.transport"
	exits 2 cardtool provision "$@" --application a:date/3600 --application b:host-date --application c:date
	grep 'application c: another one with a PIN selects by date with another period' "$BED/exits.out"
	refute grep '^20 ' "$BED/trace0"
	exits 0 cardtool provision "$@" --application a:date/3600 --application b:host-random --application c:date/3600
	expect SUCCESS card carol 1111
	expect SUCCESS card carol 3333
	app_add 2 4444 --user carol d:date carol
	app_add 0 4444 --user carol d:date/3600 carol
	app_add 0 5555 --user carol door:date:4:no-pin carol
	expect SUCCESS card carol 4444
	exits 2 cardtool rotate --application b --mechanism date carol
	grep 'with different periods' "$BED/exits.out"
	cardtool rotate status carol | grep 'No card of carol waits'
	expect SUCCESS card carol 2222
	# What a bureau makes likewise
	cardtool export --secrets --force carol >"$BED/dates.json"
	cardtool export --secrets --force carol | sed 's/"period":3600/"period":60/' >"$BED/odd.json"
	find /var/lib/mckd -mindepth 1 -delete
	cp -a "$BED/kept/store/." /var/lib/mckd/
	refute cardtool import "$BED/odd.json" 2>"$BED/exits.out"
	grep 'applications\[[0-9]\].period: must be that of the other' "$BED/exits.out"
	cardtool import "$BED/dates.json"
	expect SUCCESS card carol 3333
	rm -f "$BED"/dates.card* "$BED/dates.json" "$BED/odd.json"
}
scenario dates_have_one_period

# A host block has nothing to order with.
application_needs_the_full_block() {
	rm -rf /run/bed/a.export /run/bed/a.transport
	cardtool host export a --output /run/bed/a.export --transport-key-file /run/bed/a.transport
	pin_files 0 8642
	exits 7 cardtool --store /run/bed/a.export --key /run/bed/a.transport application add \
		--pin-file "$BED/new.pin" vault alice
}
scenario application_needs_the_full_block

# A login as any other, to who looks on; an alert in the log, and the unit is started
duress() {
	systemctl_is true
	card_in 0 "$BED/alice.card"
	app_add 0 8642 --user alice alarm:card-random:4:duress alice
	cardtool show alice | grep -w duress
	: >"$BED/syslog.log"
	service card duress_unit=panic@1.service
	expect SUCCESS card alice 246810
	cp "$BED/login.out" "$BED/plain.out"
	trace_reset
	expect AUTH_ERR card alice 999999
	expect SUCCESS card alice 246810
	cp "$BED/trace0" "$BED/plain.trace"
	refute grep -i duress "$BED/syslog.log"
	[ ! -e /run/bed/systemctl.out ]

	expect SUCCESS card alice 8642
	last_by alarm
	cmp "$BED/login.out" "$BED/plain.out"
	trace_reset
	expect AUTH_ERR card alice 999999
	expect SUCCESS card alice 8642
	cmp "$BED/trace0" "$BED/plain.trace"
	grep '^<81>.*login with the duress application alarm' "$BED/syslog.log"
	within_a_second [ -s /run/bed/systemctl.env ]
	echo '/usr/bin/systemctl --quiet --no-ask-password --no-block start -- panic@1.service' >"$BED/wanted"
	head -n 1 /run/bed/systemctl.out | cmp - "$BED/wanted"
	# With nothing of the caller's but what a shell makes itself
	refute grep -vE '^(PWD|SHLVL|_|OLDPWD)=' /run/bed/systemctl.env
}
scenario duress

duress_unit_that_does_not_start() {
	systemctl_is 'exit 5'
	card_in 0 "$BED/alice.card"
	app_add 0 8642 --user alice alarm:card-random:4:duress alice
	service card duress_unit=panic.service
	expect SUCCESS card alice 8642
	within_a_second grep '<81>.*mckd-auth: the duress unit panic.service could not be started' "$BED/syslog.log"
	# None is configured: the alert in the log alone.
	rm -f /run/bed/systemctl.out
	service card
	expect SUCCESS card alice 8642
	sleep 0.2
	[ ! -e /run/bed/systemctl.out ]
	service card duress_unit=--now
	expect SERVICE_ERR card alice 246810
}
scenario duress_unit_that_does_not_start

# Through the socket it is mckd.conf that names it, and no option of a caller
duress_over_the_socket() {
	systemctl_is true
	card_in 0 "$BED/alice.card"
	app_add 0 8642 --user alice alarm:card-random:4:duress alice
	echo 'duress_unit=panic.service' >/etc/mckd/mckd.conf
	service card
	door_open
	echo 8642 | as "$alice" pamtester card alice authenticate
	within_a_second [ -s /run/bed/systemctl.out ]
	door_shut
}
scenario duress_over_the_socket

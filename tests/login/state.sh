# What the store and the configuration say
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

unknown_user() {
	card_in 0 "$BED/alice.card"
	expect USER_UNKNOWN card carol 246810
}
scenario unknown_user

nullok_passes_users_without_card() {
	service_before_permit optional '[success=done ignore=ignore default=die]' nullok
	card_in 0 "$BED/alice.card"
	expect SUCCESS optional carol
	expect AUTH_ERR optional alice 999999
	card_out 0
	expect AUTHINFO_UNAVAIL optional alice
}
scenario nullok_passes_users_without_card

failure_is_not_undone_by_permit() {
	service_before_permit stacked required
	expect AUTHINFO_UNAVAIL stacked alice 246810
	card_in 0 "$BED/alice.card"
	expect AUTH_ERR stacked alice 999999
	expect SUCCESS stacked alice 246810
}
scenario failure_is_not_undone_by_permit

suspended_card() {
	card_in 0 "$BED/alice.card"
	cardtool suspend alice --force
	expect PERM_DENIED card alice 246810
	cardtool resume alice --force
	expect SUCCESS card alice 246810
}
scenario suspended_card

revoked_card() {
	card_in 0 "$BED/alice.card"
	cardtool revoke alice --force
	expect PERM_DENIED card alice 246810
}
scenario revoked_card

# The card's state of before a login, put back after it: a clone or a restored card
cloned_card() {
	cp -a "$BED/alice.card" "$BED/clone.card"
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	expect SUCCESS card alice 246810
	card_out 0
	card_in 0 "$BED/clone.card"
	: >"$BED/syslog.log"
	login card alice 246810
	[ "$verdict" = AUTH_ERR ] || [ "$verdict" = PERM_DENIED ]
	# <81>: authpriv.alert
	grep '^<81>' "$BED/syslog.log"
	[ "$(cardtool log | grep -c clone)" = 1 ]
	card_out 0
	card_in 0 "$BED/alice.card"
	expect PERM_DENIED card alice 246810
}
scenario cloned_card

# clone_alice: a card of Alice's that is three logins behind, found out and suspended, in reader 0
clone_alice() {
	cp -a "$BED/alice.card" "$BED/clone.card"
	card_in 0 "$BED/alice.card"
	for _ in 1 2 3; do
		expect SUCCESS card alice 246810
	done
	card_out 0
	card_in 0 "$BED/clone.card"
	expect AUTH_ERR card alice 246810
	expect PERM_DENIED card alice 246810
}

resume_says_what_it_means() {
	clone_alice
	exits 8 setsid cardtool resume alice </dev/null
	cp "$BED/exits.out" "$BED/resume.out"
	grep -q 'someone has a copy of this card' "$BED/resume.out"
	grep -q 'lets card AND copy log in' "$BED/resume.out"
	grep -q 'put back by several logins is suspended again at its next' "$BED/resume.out"
	grep -q 'it will serve for logins again.*--force' "$BED/resume.out"
	expect PERM_DENIED card alice 246810
	# Who suspends it once more does not make it harmless.
	exits 1 cardtool suspend alice --reason 'looking into it'
	grep -q 'suspended already: counter not greater than the last seen' "$BED/exits.out"
	cardtool show alice | grep 'counter not greater'
	exits 0 cardtool resume alice --force
	grep -q 'someone has a copy of this card' "$BED/exits.out"
	# As it was told: put back by several logins, it is suspended at its next.
	expect AUTH_ERR card alice 246810
	expect PERM_DENIED card alice 246810
}
scenario resume_says_what_it_means

resume_of_what_is_no_clone() {
	cardtool suspend alice --reason 'left at the counter'
	exits 8 setsid cardtool resume alice </dev/null
	refute grep 'copy' "$BED/exits.out"
	exits 0 cardtool resume alice --force
	refute grep 'copy' "$BED/exits.out"
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario resume_of_what_is_no_clone

# The store's writer is held up: the card has said 9000 by then, so this is no absence of a card.
deadline_after_pin() {
	service card deadline=1
	card_in 0 "$BED/alice.card"
	mkfifo "$BED/lock.in"
	sqlite3 /var/lib/mckd/store.db <"$BED/lock.in" >"$BED/lock.out" &
	lock=$!
	exec 9>"$BED/lock.in"
	echo "BEGIN IMMEDIATE; SELECT 'held';" >&9
	timeout 10 sh -c "until grep -q held '$BED/lock.out'; do sleep 0.05; done"
	login card alice 246810
	exec 9>&-
	wait "$lock"
	rm "$BED/lock.in"
	[ "$verdict" = AUTH_ERR ]
}
scenario deadline_after_pin

store_missing() {
	rm -f /var/lib/mckd/*
	card_in 0 "$BED/alice.card"
	expect AUTHINFO_UNAVAIL card alice 246810
}
scenario store_missing

# writer_killed: within COMMIT, so that its change is to be taken back before anything can be read
writer_killed() {
	# With no room to keep pages, they are written before COMMIT.
	sqlite3 /var/lib/mckd/store.db <<-'END' || :
		PRAGMA cache_size = 1;
		BEGIN IMMEDIATE;
		UPDATE card SET status = 2;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
			INSERT INTO meta SELECT 'k' || i, x'00' FROM n;
		.shell kill -9 $PPID
	END
	refute sqlite3 -readonly /var/lib/mckd/store.db 'SELECT count(*) FROM meta'
}

store_of_a_killed_writer() {
	service_exact exact
	writer_killed
	says SUCCESS -c account exact alice
	for verb in list 'show alice' log; do
		writer_killed
		# shellcheck disable=SC2086
		cardtool $verb
	done
	writer_killed
	card_in 0 "$BED/alice.card"
	says SUCCESS exact alice 246810
}
scenario store_of_a_killed_writer

# It cannot be undone there, so that nothing of the store counts; and it is said what to do
store_of_a_killed_writer_read_only() {
	writer_killed
	mount --bind /var/lib/mckd /var/lib/mckd
	trap 'umount --lazy /var/lib/mckd || :' EXIT
	mount -o remount,bind,ro /var/lib/mckd
	card_in 0 "$BED/alice.card"
	expect AUTHINFO_UNAVAIL card alice 246810
	said='the store can be read, and it is read-only: remount it writable$'
	grep "mckd-auth.*: an interrupted change must be undone before $said" "$BED/syslog.log"
	exits 7 cardtool list
	grep "$said" "$BED/exits.out"
	exits 1 cardtool doctor
	grep -A1 "^PROBLEM  store: .*$said" "$BED/exits.out" | grep '^         mend: .*remount it writable'
	mount -o remount,bind,rw /var/lib/mckd
	expect SUCCESS card alice 246810
}
scenario store_of_a_killed_writer_read_only

# A store as version 3 left it, of which root may use a card, too
old_store() {
	cardtool assign --user root alice
	sqlite3 /var/lib/mckd/store.db 'DROP TABLE member; DROP TABLE account; DROP TABLE account_group;
		ALTER TABLE application DROP COLUMN retired_at; ALTER TABLE event DROP COLUMN mechanism; PRAGMA user_version = 3; VACUUM;'
	cp /var/lib/mckd/store.db "$BED/old.db"
	card_in 0 "$BED/alice.card"
}

# old_store_lets_root_in: it is read, as one of today is that cannot be written, and stays as it is
old_store_lets_root_in() {
	expect AUTH_ERR card alice 246810
	expect SUCCESS card root 246810
	grep 'the store cannot be written: root is let in' "$BED/syslog.log"
	expect AUTHINFO_UNAVAIL card bob 135791
	cardtool list | grep alice
	exits 7 cardtool suspend --force alice
	grep 'of an older version, and cannot be brought up to date here' "$BED/exits.out"
	exits 1 cardtool doctor
	grep -A1 '^PROBLEM  store: .*of an older version' "$BED/exits.out" | grep 'mend: make room'
	cmp /var/lib/mckd/store.db "$BED/old.db"
}

old_store_on_a_full_disk() {
	old_store
	disk_small
	disk_fill
	old_store_lets_root_in
	rm /var/lib/mckd/filler
	expect SUCCESS card alice 246810
}
scenario old_store_on_a_full_disk

old_store_on_a_read_only_disk() {
	old_store
	mount --bind /var/lib/mckd /var/lib/mckd
	trap 'umount --lazy /var/lib/mckd || :' EXIT
	mount -o remount,bind,ro /var/lib/mckd
	old_store_lets_root_in
	mount -o remount,bind,rw /var/lib/mckd
	expect SUCCESS card alice 246810
}
scenario old_store_on_a_read_only_disk

# A ticket that must be taken first is delivered all the same, though nothing of it can be noted.
root_takes_a_ticket_on_a_read_only_disk() {
	cardtool assign --user root alice
	cardtool rotate --deferred --compromised 1 --force alice
	mount --bind /var/lib/mckd /var/lib/mckd
	trap 'umount --lazy /var/lib/mckd || :' EXIT
	mount -o remount,bind,ro /var/lib/mckd
	card_in 0 "$BED/alice.card"
	expect AUTH_ERR card alice 246810
	expect SUCCESS card root 246810
	grep 'a ticket is sent and the full store cannot note it' "$BED/syslog.log"
	expect SUCCESS card root 246810
	# One that refuses it is no card of this epoch, root's or not.
	card_out 0
	mount -o remount,bind,rw /var/lib/mckd
	cardtool rotate --deferred alice
	mount -o remount,bind,ro /var/lib/mckd
	card_in 0 "$BED/alice.card" --refuse 20
	expect AUTH_ERR card root 246810
	mount -o remount,bind,rw /var/lib/mckd
	card_out 0
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	cardtool rotate status | grep 'it is over'
}
scenario root_takes_a_ticket_on_a_read_only_disk

store_wrong_mode() {
	chmod 644 /var/lib/mckd/store.db
	card_in 0 "$BED/alice.card"
	expect SERVICE_ERR card alice 246810
}
scenario store_wrong_mode

store_wrong_owner() {
	chown 61001 /var/lib/mckd/store.db
	card_in 0 "$BED/alice.card"
	expect SERVICE_ERR card alice 246810
}
scenario store_wrong_owner

store_directory_wrong_mode() {
	chmod 777 /var/lib/mckd
	card_in 0 "$BED/alice.card"
	expect SERVICE_ERR card alice 246810
}
scenario store_directory_wrong_mode

store_is_fifo() {
	rm /var/lib/mckd/store.db
	mkfifo -m 600 /var/lib/mckd/store.db
	card_in 0 "$BED/alice.card"
	expect SERVICE_ERR card alice 246810
}
scenario store_is_fifo

store_key_wrong_mode() {
	chmod 644 /etc/mckd/store.key
	card_in 0 "$BED/alice.card"
	expect SERVICE_ERR card alice 246810
}
scenario store_key_wrong_mode

unknown_module_option() {
	service card nulok
	card_in 0 "$BED/alice.card"
	expect SERVICE_ERR card alice 246810
}
scenario unknown_module_option

unknown_configuration_key() {
	echo 'max_trys = 3' >/etc/mckd/mckd.conf
	card_in 0 "$BED/alice.card"
	expect SERVICE_ERR card alice 246810
}
scenario unknown_configuration_key

configuration_is_read() {
	echo 'max_tries = 2' >/etc/mckd/mckd.conf
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 999999 246810
}
scenario configuration_is_read

remote_session_leaves_reader_alone() {
	card_in 0 "$BED/alice.card"
	trace_reset
	echo 246810 >"$BED/login.in"
	refute pamtester -I rhost=192.0.2.7 card alice authenticate <"$BED/login.in" >"$BED/remote.out" 2>&1
	cat "$BED/remote.out"
	[ "$(apdus)" = 0 ]
}
scenario remote_session_leaves_reader_alone

# A session from afar that calls a directory of its own service manager after a local one's unit
no_name_of_a_directory_makes_local() {
	card_in 0 "$BED/alice.card"
	user=/user.slice/user-61001.slice/user@61001.service
	service_exact host
	session_is 1 0
	in_cgroup "0::$user/app.slice/run.scope" bed_host host alice 246810 | grep -x SUCCESS
	session_is 1 1
	trace_reset
	for cgroup in "0::$user/app.slice/run.scope" "0::$user/a:name=systemd:/system.slice/cron.service" \
		"0::$user/0::/system.slice/cron.service"; do
		in_cgroup "$cgroup" bed_host host alice 246810 | grep -x AUTHINFO_UNAVAIL
	done
	[ "$(apdus)" = 0 ]
}
scenario no_name_of_a_directory_makes_local

# Debug on, and neither PIN nor key in any log
logs_hold_no_pin() {
	service card debug
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	expect AUTH_ERR card alice 999999
	[ -s "$BED/syslog.log" ]
	refute grep -E '246810|999999|323436383130|393939393939' "$BED/syslog.log"
}
scenario logs_hold_no_pin

# Nothing that the store says counts under a wrong key, "no card" least of all
store_key_of_another_store() {
	service_before_permit optional '[success=done ignore=ignore default=die]' nullok
	chmod 600 /etc/mckd/store.key
	head -c 32 /dev/urandom >/etc/mckd/store.key
	chmod 400 /etc/mckd/store.key
	expect SERVICE_ERR card carol
	expect SERVICE_ERR optional carol
	expect SERVICE_ERR card alice 246810
	card_in 0 "$BED/alice.card"
	expect SERVICE_ERR card alice 246810
	refute grep PIN "$BED/login.out"
}
scenario store_key_of_another_store

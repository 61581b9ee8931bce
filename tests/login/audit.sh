# What is left of each attempt to log in: one line in the journal, or in syslog; a record of the
# kernel's audit; an event in the store; and no secret in any of them
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/door.sh
. "$here/door.sh"

# journal_start: a socket like journald's; what comes is in $BED/journal.log
journal_start() {
	mkdir -p /run/systemd/journal
	: >"$BED/journal.log"
	start journal bed_syslog "$BED/journal.log" /run/systemd/journal/socket
	until [ -S /run/systemd/journal/socket ]; do :; done
}

journal_stop() {
	stop journal
	rm -f /run/systemd/journal/socket
}

# attempts: five of them, each ending another way
attempts() {
	expect AUTHINFO_UNAVAIL card alice
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	expect AUTH_ERR card alice 999999
	expect USER_UNKNOWN card nobody-here 246810
	expect AUTHINFO_UNAVAIL card bob 246810
}

audit_journal() {
	journal_start
	attempts
	id=$(card_id alice | tr a-f A-F)
	journal_stop
	[ "$(grep -c '^MCKD_EVENT=login$' "$BED/journal.log")" = 5 ]
	refute grep -q 'login: card' "$BED/syslog.log"
	awk -v RS= '/MCKD_VERDICT=success/' "$BED/journal.log" >"$BED/journal.one"
	cat "$BED/journal.one"
	for field in PRIORITY=6 SYSLOG_FACILITY=10 SYSLOG_IDENTIFIER=mckd-auth MCKD_USER=alice "MCKD_CARD=$id" \
		MCKD_APPLICATION=login MCKD_EPOCH=2 MCKD_MECHANISM=host-random MCKD_SERVICE=card; do
		grep -qx "$field" "$BED/journal.one"
	done
	grep -qxE 'MCKD_INDEX=[1-8]' "$BED/journal.one"
	grep -qE "^MESSAGE=login: card=$id epoch=2 index=[1-8] mechanism=\"host-random\" user=\"alice\"" "$BED/journal.one"
	grep -q 'MCKD_REASON=no card' "$BED/journal.log"
	grep -q 'MCKD_REASON=wrong PIN' "$BED/journal.log"
	grep -qx 'MCKD_USER=nobody-here' "$BED/journal.log"
	grep -q 'MCKD_REASON=.*not assigned to this user' "$BED/journal.log"
	[ "$(grep -c '^MCKD_VERDICT=denied$' "$BED/journal.log")" = 2 ]
	[ "$(grep -c '^MCKD_VERDICT=unavailable$' "$BED/journal.log")" = 2 ]
}
scenario audit_journal

audit_syslog() {
	attempts
	[ "$(grep -c 'mckd-auth\[[0-9]*\]: login: card=' "$BED/syslog.log")" = 5 ]
	grep -qE "login: card=$(card_id alice | tr a-f A-F) epoch=2 index=[1-8] mechanism=\"host-random\" user=\"alice\" service=\"card\" origin=\"\" application=\"login\" verdict=\"success\" reason=\"\"" \
		"$BED/syslog.log"
	# From elsewhere, and a value that would forge another field
	: >"$BED/syslog.log"
	pamtester -I rhost='a" verdict="success' card alice authenticate </dev/null || :
	grep -q 'origin="a\\x22 verdict=\\x22success" .*verdict="unavailable"' "$BED/syslog.log"
}
scenario audit_syslog

# Refused before anything else is looked at: which service, and who called, is known all the same
audit_early_refusal() {
	service card nulok
	expect SERVICE_ERR card alice 246810
	grep 'login: .*user="alice" service="card" .*verdict="error"' "$BED/syslog.log"
	: >"$BED/syslog.log"
	service card
	door_open
	refute as "$bob" bed_caller start m=a s=sudo u=alice h=there t=tty1 PIN=246810
	grep "login: .*user=\"alice\" service=\"sudo\" origin=\"uid=$bob there\" .*verdict=\"denied\" .*not the caller's own name" \
		"$BED/syslog.log"
	refute as "$bob" bed_caller start m=a s=sudo u=bob t=tty1 o=store=/tmp
	grep "login: .*user=\"bob\" service=\"sudo\" origin=\"uid=$bob tty1\" .*verdict=\"error\"" "$BED/syslog.log"
	card_in 0 "$BED/bob.card"
	mkfifo "$BED/held"
	: >"$BED/hold.out"
	as "$bob" bed_caller hold 9 m=a s=card u=bob <"$BED/held" >"$BED/hold.out" 3>&- &
	exec 3>"$BED/held"
	rm "$BED/held"
	i=0
	until grep -q '^asked 8 refused 1$' "$BED/hold.out"; do
		i=$((i + 1))
		[ $i -lt 200 ]
		sleep 0.05
	done
	exec 3>&-
	wait $!
	grep "login: .*user=\"\" service=\"\" origin=\"uid=$bob\" .*verdict=\"unavailable\" reason=\"no place" "$BED/syslog.log"
	door_shut
}
scenario audit_early_refusal

# A card service that hangs: the watchdog alone is left to say so
audit_deadline() {
	service card deadline=1
	card_in 0 "$BED/alice.card"
	kill -STOP "$(cat "$BED/pcscd.pid")"
	expect AUTHINFO_UNAVAIL card alice 246810
	kill -CONT "$(cat "$BED/pcscd.pid")"
	[ "$(grep -c 'login: card=' "$BED/syslog.log")" = 1 ]
	grep -q 'user="alice" service="card" .*verdict="unavailable" reason="the deadline is over"' "$BED/syslog.log"
}
scenario audit_deadline

# A journal that takes nothing more holds nobody up, and syslog has the line
audit_journal_is_full() {
	journal_start
	card_in 0 "$BED/alice.card"
	kill -STOP "$(cat "$BED/journal.pid")"
	while timeout 0.3 logger --socket /run/systemd/journal/socket x; do :; done
	expect SUCCESS card alice 246810
	journal_stop
	grep -q 'verdict="success"' "$BED/syslog.log"
}
scenario audit_journal_is_full

# libaudit's own calls are replaced, so that there is a kernel to take them
audit_kernel() {
	helper_by env "BED_AUDIT=$BED/audit.log" "LD_PRELOAD=$MCKD_BUILD/.libs/bed_audit.so"
	rm -f "$BED/audit.log"
	attempts
	cat "$BED/audit.log"
	id=$(card_id alice | tr a-f A-F)
	[ "$(wc -l <"$BED/audit.log")" = 5 ]
	grep -qE "^type=1100 op=mckd:login card=$id application=login mechanism=host-random epoch=2 index=[1-8] acct=\"alice\" id=4294967295 hostname=\\? addr=\\? terminal=\\? res=success\$" \
		"$BED/audit.log"
	[ "$(grep -c 'res=failed$' "$BED/audit.log")" = 4 ]
}
scenario audit_kernel

# libaudit encodes the user, and writes host and terminal as they come
audit_kernel_record_is_not_forged() {
	helper_by env "BED_AUDIT=$BED/audit.log" "LD_PRELOAD=$MCKD_BUILD/.libs/bed_audit.so"
	door_open
	rm -f "$BED/audit.log"
	refute as "$alice" bed_caller start m=a s=card u=alice "h=x res=success" \
		"t=pts/0'
type=USER_AUTH msg=audit(1.0:1): res=success"
	refute as "$alice" bed_caller start m=a s=card u=alice h=web1.example.org t=/dev/pts/0
	door_shut
	cat "$BED/audit.log"
	[ "$(wc -l <"$BED/audit.log")" = 2 ]
	refute grep res=success "$BED/audit.log"
	grep 'hostname=? addr=? terminal=? res=failed$' "$BED/audit.log"
	grep 'hostname=web1.example.org addr=? terminal=/dev/pts/0 res=failed$' "$BED/audit.log"
}
scenario audit_kernel_record_is_not_forged

# Of its own namespace's kernel the real libaudit gets a refusal: that is no reason for another
audit_kernel_refuses() {
	ldd "$REAL_HELPER" | grep -q libaudit
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
}
scenario audit_kernel_refuses

# All that an attempt leaves behind, against all that must stay between card and host
audit_no_secret() {
	journal_start
	service card debug
	stop pcscd
	rm -f /run/pcscd/pcscd.comm /run/pcscd/pcscd.pid
	start pcscd pcscd --foreground --debug --apdu
	bed_wait service
	cardtool export --secrets alice >"$BED/alice.json"
	attempts
	cardtool log --limit 1000 --json >"$BED/log.json"
	journal_stop
	card_out 0
	stop pcscd
	cp "$BED/pcscd.out" "$BED/apdus.out"
	pcscd_start
	cat "$BED/journal.log" "$BED/syslog.log" "$BED/log.json" "$BED/login.out" >"$BED/said"
	[ -s "$BED/said" ] && [ -s "$BED/log.json" ]
	{
		printf '%s\n' 246810 323436383130 999999 393939393939
		od -An -tx1 -v /etc/mckd/store.key | tr -d ' \n'
		echo
		grep -oE '"[0-9a-f]{32,}"' "$BED/alice.json" | tr -d '"'
		# What went to the card and came back: token, sealed PIN and result, eight bytes at a time
		sed -nE 's/^.*(APDU|SW): //p' "$BED/apdus.out" | tr -d ' ' | tr A-F a-f |
			grep -E '.{80}' | sed -E 's/.{10}//' | grep -oE '.{16}'
	} >"$BED/secrets"
	# There was a login, so it is not a list of nothing
	[ "$(wc -l <"$BED/secrets")" -gt 20 ]
	# The card's ID, and its label, are no secrets; and they travel, too
	grep -vi "$(card_id alice)" "$BED/secrets" | sort -u >"$BED/secrets.all"
	refute grep -iFf "$BED/secrets.all" "$BED/said"
	rm -f "$BED/secrets" "$BED/secrets.all" "$BED/alice.json" "$BED/apdus.out"
}
scenario audit_no_secret

audit_events_are_pruned() {
	echo 'events_max = 4' >/etc/mckd/mckd.conf
	card_in 0 "$BED/alice.card"
	for _ in 1 2 3 4 5 6; do
		expect SUCCESS card alice 246810
	done
	[ "$(cardtool log --limit 1000 --json | grep -c '"when"')" = 4 ]
	cardtool suspend alice
	[ "$(cardtool log --limit 1000 --json | grep -c '"when"')" = 4 ]
	cardtool log --limit 1 | grep -q suspend
}
scenario audit_events_are_pruned

# A column is empty where an event has nothing for it: no ticket 0, no SN 0
audit_log_shows_what_there_is() {
	card_in 0 "$BED/alice.card"
	expect SUCCESS card alice 246810
	cardtool log --limit 1 >"$BED/log"
	head -n 1 "$BED/log" | grep -E ' EPOCH +INDEX +MECHANISM$'
	tail -n 1 "$BED/log" | grep -E ' success .* [1-9][0-9]* +[1-9][0-9]* +host-random$'
	cardtool log --limit 1 --json | grep -E '"epoch":[1-9][0-9]*,"index":[1-9][0-9]*,"mechanism":"host-random"'
	expect AUTH_ERR card alice 999999
	cardtool log --limit 1 | tail -n 1 | grep -E ' denied  *[a-zA-Z ]+$'
	cardtool log --limit 1 --json | grep '"epoch":null,"index":null,"mechanism":""'
	cardtool suspend alice --reason lost
	cardtool log --limit 1 --json | grep -E '"epoch":[1-9][0-9]*,"index":null,"mechanism":""'
}
scenario audit_log_shows_what_there_is

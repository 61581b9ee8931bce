# The table of RETURN VALUES in pam_mckd(8), row by row: what a row's "When" says, clause by
# clause, is brought about on the real stack, and the module must return that row's value.
# A clause without a line here fails, and so does a line here without a clause there.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/door.sh
. "$here/door.sh"
# shellcheck source=tests/testbed/pad.sh
. "$here/pad.sh"

# VALUE|clause|function below
returns_tested() {
	cat <<-END
		SUCCESS|The card's result was verified|r_verified
		SUCCESS|for password, the PIN was changed|r_pin_changed
		SUCCESS|Also setcred, always|r_setcred
		USER_UNKNOWN|The store was read cleanly and the user has no card|r_no_card_of_user
		IGNORE|The same, with nullok|r_nullok
		IGNORE|For account: the user is not managed here, or the store cannot be read and the user is root|r_account_ignore
		AUTHINFO_UNAVAIL|No card service, reader or card|r_no_service_reader_card
		AUTHINFO_UNAVAIL|the wait is over|r_wait_over
		AUTHINFO_UNAVAIL|a foreign, blank, terminated or unassigned card|r_card_that_serves_nobody
		AUTHINFO_UNAVAIL|nobody typed at the reader's PIN pad, or it was cancelled there|r_pad
		AUTHINFO_UNAVAIL|a remote session without remote=, or whose PIN is to be changed|r_remote
		AUTHINFO_UNAVAIL|the store is missing, busy or cannot be read|r_store_unreadable
		AUTHINFO_UNAVAIL|mckd-auth cannot be reached|r_unreachable
		AUTH_ERR|An empty, impossible or wrong PIN|r_pins
		AUTH_ERR|a wrong result, a replay, a retired index, an old epoch|r_wrong_result
		AUTH_ERR|a decoy answered|r_decoy
		AUTH_ERR|anything that fails after a PIN was given|r_after_pin
		MAXTRIES|The PIN is blocked, or the tries of this login are spent|r_blocked_spent
		PERM_DENIED|The card is suspended, revoked or expired|r_denied
		PERM_DENIED|somebody other than root asks about another user, or to change a PIN|r_not_root
		NEW_AUTHTOK_REQD|account: the PIN must be changed|r_must_change
		AUTHTOK_ERR|password: the new PIN is impossible or was not typed twice alike, or this host cannot change it, or not before the card has taken an earlier order|r_new_pin
		SERVICE_ERR|Store, key or configuration cannot be trusted|r_untrusted
		SERVICE_ERR|an unknown option|r_option
		SERVICE_ERR|mckd-auth said what it may not say|r_says_wrong
		CONV_ERR|The conversation failed|r_conversation
		BUF_ERR|Out of memory|r_memory
		SYSTEM_ERR ABORT|An error inside the module or mckd-auth|r_inside
	END
}

# The table of the page, in the same form: VALUE|clause
returns_written() {
	awk '
		/^\[\[/ { inside = 1; next }
		inside && /^\|/ { gsub(/^\|[ ]*|PAM_|,/, ""); value = $0 }
		inside && /^:/ && value != "" {
			sub(/^:[ ]*/, "")
			gsub(/[*_]/, "")
			sub(/\.$/, "")
			n = split($0, clause, /; |\. /)
			for (i = 1; i <= n; i++)
				print value "|" clause[i]
		}
		inside && /^$/ { exit }' "$1"
}

store_sql() {
	sqlite3 /var/lib/mckd/store.db "$1"
}

r_verified() {
	card_in 0 "$BED/alice.card"
	says SUCCESS exact alice 246810
}

r_pin_changed() {
	card_in 0 "$BED/alice.card"
	says SUCCESS -c password exact alice 246810 975310 975310
	says AUTH_ERR exact alice 246810
	says SUCCESS exact alice 975310
}

r_setcred() {
	printf 'auth required %s\n' "$PREFIX/lib/security/pam_mckd.so" >/etc/pam.d/cred
	says SUCCESS -c setcred cred alice
	says SUCCESS -c setcred cred carol
}

r_no_card_of_user() {
	says USER_UNKNOWN exact carol 246810
	card_in 0 "$BED/alice.card"
	says USER_UNKNOWN exact carol 246810
}

r_nullok() {
	service_exact exact nullok
	says IGNORE exact carol
	card_in 0 "$BED/alice.card"
	says IGNORE exact carol
	says AUTH_ERR exact alice 999999
}

r_account_ignore() {
	says IGNORE -c account exact carol
	says SUCCESS -c account exact alice
	rm -f /var/lib/mckd/*
	says IGNORE -c account exact root
	says AUTHINFO_UNAVAIL -c account exact alice
}

r_no_service_reader_card() {
	says AUTHINFO_UNAVAIL exact alice 246810
	service_exact exact '[reader=none of these]'
	card_in 0 "$BED/alice.card"
	says AUTHINFO_UNAVAIL exact alice 246810
	service_exact exact
	stop pcscd
	says AUTHINFO_UNAVAIL exact alice 246810
}

r_wait_over() {
	service_exact exact wait=1
	says AUTHINFO_UNAVAIL exact alice 246810
}

r_card_that_serves_nobody() {
	foreign_in 0 other
	says AUTHINFO_UNAVAIL exact alice 246810
	card_out 0
	terminated_in 0 "$BED/alice.card"
	says AUTHINFO_UNAVAIL exact alice 246810
	card_out 0
	card_in 0 "$BED/blank.card"
	says AUTHINFO_UNAVAIL exact alice 246810
	card_out 0
	card_in 0 "$BED/bob.card"
	says AUTHINFO_UNAVAIL exact alice 135791
}

r_pad() {
	pad_setup
	card_in 0 "$BED/alice.card"
	person nobody cancel 246810
	says AUTHINFO_UNAVAIL exact alice
	says AUTHINFO_UNAVAIL exact alice
	says SUCCESS exact alice
}

r_remote() {
	card_in 0 "$BED/alice.card"
	says AUTHINFO_UNAVAIL -r 192.0.2.7 exact alice 246810
	service_exact exact remote=local-reader
	says SUCCESS -r 192.0.2.7 exact alice 246810
	service_exact exact remote=challenge
	says AUTHINFO_UNAVAIL -r 192.0.2.7 -c password exact alice 246810 975310 975310
}

r_store_unreadable() {
	card_in 0 "$BED/alice.card"
	mkfifo "$BED/hold"
	# It waits its turn, for the look at it below is a reader, too.
	{ printf '%s\n' '.timeout 5000' 'BEGIN EXCLUSIVE;'; cat "$BED/hold"; } | sqlite3 /var/lib/mckd/store.db &
	holder=$!
	exec 9>"$BED/hold"
	rm "$BED/hold"
	until ! sqlite3 /var/lib/mckd/store.db 'SELECT count(*) FROM card' 2>/dev/null; do
		sleep 0.05
	done
	says AUTHINFO_UNAVAIL exact alice 246810
	exec 9>&-
	wait "$holder"
	says SUCCESS exact alice 246810
	rm -f /var/lib/mckd/store.db*
	says AUTHINFO_UNAVAIL exact alice 246810
}

r_unreachable() {
	card_in 0 "$BED/alice.card"
	: >"$BED/no-program"
	helper_true
	mount --bind "$BED/no-program" "$HELPER"
	says AUTHINFO_UNAVAIL exact alice 246810
}

r_pins() {
	card_in 0 "$BED/alice.card"
	for pin in '' 123 1234567890123 999999; do
		says AUTH_ERR exact alice "$pin"
	done
	says SUCCESS exact alice 246810
}

r_wrong_result() {
	card_in 0 "$BED/alice.card"
	answer=$(bed_select)
	card_out 0
	foreign_in 0 copy "$answer"
	says AUTH_ERR exact alice 246810
	card_out 0
	# A replay and a restored card are one to a host: a counter that was seen before.
	cp "$BED/alice.card" "$BED/old.card"
	card_in 0 "$BED/alice.card"
	says SUCCESS exact alice 246810
	says SUCCESS exact alice 246810
	card_out 0
	card_in 0 "$BED/old.card"
	says AUTH_ERR exact alice 246810
	[ "$(store_sql "SELECT max(status) FROM card")" != 0 ]
	card_out 0
	cardtool resume alice --force
	cp "$BED/alice.card" "$BED/old.card"
	card_in 0 "$BED/alice.card"
	cardtool rotate alice --compromised 1 --force
	card_out 0
	# The ticket is not queued any more, and this card never saw it.
	card_in 0 "$BED/old.card"
	says AUTH_ERR exact alice 246810
}

# Carol has no card: each card that her challenge names is a decoy, and the same ones again.
r_decoy() {
	service_exact exact remote=challenge
	decoy=$(bed_host -r 192.0.2.7 -p exact carol nothing 2>&1 | sed -n 's/^card \([0-9a-f]*\) .*/\1/p' | head -n 1)
	says AUTH_ERR -r 192.0.2.7 exact carol "mckd1:$decoy$(printf '01%.0s' $(seq 41))"
	grep 'the reply is that of a decoy' "$BED/syslog.log"
}

r_after_pin() {
	# The decision is not stored: the store is on a full disk, and Alice is not root.
	card_in 0 "$BED/alice.card"
	disk_small
	disk_fill
	says AUTH_ERR exact alice 246810
	umount /var/lib/mckd
	trap - EXIT
	says SUCCESS exact alice 246810
}

r_blocked_spent() {
	service_exact exact max_tries=2
	card_in 0 "$BED/alice.card"
	says MAXTRIES exact alice 999991 999992
	says MAXTRIES exact alice 999993 999994
	says MAXTRIES exact alice 999995 999996
	says MAXTRIES exact alice 999997 999998
	says MAXTRIES exact alice 246810
}

r_denied() {
	card_in 0 "$BED/alice.card"
	store_sql "UPDATE card SET expires = 1"
	says PERM_DENIED exact alice 246810
	store_sql "UPDATE card SET expires = 0"
	says SUCCESS exact alice 246810
	cardtool suspend alice --force
	says PERM_DENIED exact alice 246810
	says PERM_DENIED -c account exact alice
	cardtool revoke alice --force
	says PERM_DENIED exact alice 246810
}

r_not_root() {
	door_open
	card_in 0 "$BED/alice.card"
	[ "$(as "$bob" bed_host exact alice 246810)" = PERM_DENIED ]
	[ "$(as "$bob" bed_host -c account exact alice)" = PERM_DENIED ]
	[ "$(as "$alice" bed_host -c password exact alice 246810 975310 975310)" = PERM_DENIED ]
	[ "$(as "$alice" bed_host exact alice 246810)" = SUCCESS ]
	door_shut
}

r_new_pin() {
	card_in 0 "$BED/alice.card"
	says AUTHTOK_ERR -c password exact alice 246810 975310 975311
	says AUTHTOK_ERR -c password exact alice 246810 12
	says SUCCESS exact alice 246810
	card_out 0
	provision carol "$BED/sealed.card" 246810 --application login:host-random:4:sealed-only
	rm -rf /run/bed/far.export /run/bed/far.transport
	cardtool host export far --output /run/bed/far.export --transport-key-file /run/bed/far.transport
	service_exact far store=/run/bed/far.export key=/run/bed/far.transport
	card_in 0 "$BED/sealed.card"
	says SUCCESS far carol 246810
	says AUTHTOK_ERR -c password far carol 246810 975310 975310
	rm -rf /run/bed/far.export /run/bed/far.transport
}

r_must_change() {
	store_sql "UPDATE card SET pin_must_change = 1"
	says NEW_AUTHTOK_REQD -c account exact alice
}

r_untrusted() {
	card_in 0 "$BED/alice.card"
	chmod 644 /etc/mckd/store.key
	says SERVICE_ERR exact alice 246810
	# Root is let by where a store cannot be read, not where it may be another's.
	says SERVICE_ERR -c account exact alice
	says SERVICE_ERR -c account exact root
	grep 'store.key' "$BED/syslog.log"
	chmod 400 /etc/mckd/store.key
	chmod 644 /var/lib/mckd/store.db
	says SERVICE_ERR exact alice 246810
	says SERVICE_ERR -c account exact root
	chmod 600 /var/lib/mckd/store.db
	says SUCCESS exact alice 246810
	echo 'wait = soon' >/etc/mckd/mckd.conf
	says SERVICE_ERR exact alice 246810
}

r_option() {
	service_exact exact nulok
	card_in 0 "$BED/alice.card"
	says SERVICE_ERR exact alice 246810
}

r_says_wrong() {
	helper_is "$MCKD_BUILD/tests/pam/fake/mckd-auth"
	service_exact exact do=noise
	says SERVICE_ERR exact alice 246810
	service_exact exact verdict=31
	says SERVICE_ERR exact alice 246810
}

r_conversation() {
	card_in 0 "$BED/alice.card"
	says CONV_ERR -C 19 exact alice
	says CONV_ERR exact alice
	says SUCCESS exact alice 246810
}

# The first thing that mckd-auth asks memory for
r_memory() {
	# A sanitizer's malloc stands before the one that fails.
	[ -z "${MCKD_SANITIZED:-}" ] || exit 77
	card_in 0 "$BED/alice.card"
	helper_by env "MCKD_FAULT=$BED/fault" "LD_PRELOAD=$MCKD_BUILD/.libs/fault_shim.so"
	found=
	n=0
	while [ -z "$found" ] && [ "$n" -lt 100 ]; do
		n=$((n + 1))
		echo "mem $n once" >"$BED/fault"
		truncate -s -1 "$BED/fault"
		case $(bed_host exact alice 246810) in
		BUF_ERR) found=$n ;;
		SUCCESS) ;;
		IGNORE) exit 1 ;;
		esac
	done
	[ -n "$found" ]
}

r_inside() {
	card_in 0 "$BED/alice.card"
	helper_is "$MCKD_BUILD/tests/pam/fake/mckd-auth"
	service_exact exact verdict=26
	says ABORT exact alice 246810
	service_exact exact verdict=4
	says SYSTEM_ERR exact alice 246810
}

returns_table_is_complete() {
	returns_written "$here/../../man/pam_mckd.8.scd" | sort >"$BED/written"
	returns_tested | cut -d '|' -f 1,2 | sort >"$BED/tested"
	[ "$(wc -l <"$BED/written")" -ge 20 ]
	diff "$BED/written" "$BED/tested"
}
scenario returns_table_is_complete

# row NAME: the scenario of one line of the table
returns_row() {
	eval "returns_${1#r_}() { service_exact exact; $1; }"
	scenario "returns_${1#r_}"
}
for row in $(returns_tested | cut -d '|' -f 3); do
	returns_row "$row"
done

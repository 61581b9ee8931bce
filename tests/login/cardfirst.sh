# Card first: nobody says a name, the card or its PIN does
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# A service that shows whom it let in: pam_exec has PAM_USER
named_service() {
	service named
	cat >"$BED/named.sh" <<-END
		#!/bin/sh
		echo "user=\$PAM_USER card=\$MCKD_CARD application=\$MCKD_APPLICATION" >"$BED/named"
	END
	chmod 755 "$BED/named.sh"
	sed -i "s/^auth required/auth requisite/; /^auth/a auth required pam_exec.so seteuid $BED/named.sh" /etc/pam.d/named
	rm -f "$BED/named"
}

# logged USER VERDICT REASON: the last event that the store has
logged() {
	cardtool log --limit 1 --json >"$BED/logged"
	grep "\"kind\":\"login\".*\"user\":\"$1\".*\"service\":\"named\".*\"verdict\":\"$2\",\"reason\":\"$3\"" \
		"$BED/logged"
}

card_names_user() {
	named_service
	card_in 0 "$BED/bob.card"
	expect SUCCESS named '' 135791
	grep -qi "^user=bob card=$(card_id bob) application=login$" "$BED/named"
	refute grep -q 'User (' "$BED/login.out"
	logged bob success ''
}
scenario card_names_user

card_names_user_only_with_pin() {
	named_service
	card_in 0 "$BED/bob.card"
	expect AUTH_ERR named '' 246810
	[ ! -e "$BED/named" ]
}
scenario card_names_user_only_with_pin

no_card_names_nobody() {
	named_service
	expect AUTHINFO_UNAVAIL named '' 135791
	[ ! -e "$BED/named" ]
}
scenario no_card_names_nobody

several_accounts_are_a_choice() {
	named_service
	cardtool assign --user carol "$(card_id bob)"
	card_in 0 "$BED/bob.card"
	expect SUCCESS named '' 135791 carol
	grep -q 'User (bob, carol): ' "$BED/login.out"
	grep -q '^user=carol ' "$BED/named"
	logged carol success ''
	expect SUCCESS named '' 135791 bob
	grep -q '^user=bob ' "$BED/named"
	logged bob success ''
	rm "$BED/named"
	expect AUTH_ERR named '' 135791 alice
	logged '' denied 'no user was named'
	expect AUTH_ERR named '' 135791 ''
	logged '' denied 'no user was named'
	grep 'verdict="denied" reason=".*no user was named"' "$BED/syslog.log"
	[ ! -e "$BED/named" ]
}
scenario several_accounts_are_a_choice

# The event of the login gets its user, or there is no login
named_user_is_written_down() {
	named_service
	cardtool assign --user carol "$(card_id bob)"
	card_in 0 "$BED/bob.card"
	mkfifo "$BED/typed"
	: >"$BED/login.out"
	stdbuf -oL pamtester named '' authenticate <"$BED/typed" >"$BED/login.out" 2>&1 3>&- &
	exec 3>"$BED/typed"
	rm "$BED/typed"
	echo 135791 >&3
	i=0
	until grep -q 'User (bob, carol)' "$BED/login.out"; do
		i=$((i + 1))
		[ $i -lt 200 ]
		sleep 0.05
	done
	logged '' denied 'no user was named'
	sqlite3 /var/lib/mckd/store.db 'ALTER TABLE event RENAME TO away'
	echo carol >&3
	exec 3>&-
	refute wait $!
	refute grep 'successfully' "$BED/login.out"
	sqlite3 /var/lib/mckd/store.db 'ALTER TABLE away RENAME TO event'
	logged '' denied 'no user was named'
	[ ! -e "$BED/named" ]
}
scenario named_user_is_written_down

# More than a prompt can name: who gives a name gets in, and nobody else's is guessed.
too_many_accounts_are_no_choice() {
	named_service
	card=$(card_id bob)
	for n in $(seq 16); do
		cardtool assign --user "user$n" "$card"
	done
	card_in 0 "$BED/bob.card"
	expect AUTH_ERR named '' 135791
	grep 'The card names too many users to choose from: give your user name\.' "$BED/login.out"
	grep 'denied.*no user was named' "$BED/syslog.log"
	[ ! -e "$BED/named" ]
	expect SUCCESS named bob 135791
}
scenario too_many_accounts_are_no_choice

# application=auto: each of the accounts on the card has a PIN, and the PIN is the choice
pin_names_user() {
	named_service
	printf '%s\n' 111222 333444 >"$BED/two.pin"
	new_card 0 "$BED/two.card"
	cardtool provision --user alice --pin-file "$BED/two.pin" --application work \
		--application home --transport-key-file "$BED/two.card.transport"
	two=$(cardtool readers | grep -oiE '\b[0-9a-f]{16}\b')
	cardtool assign --user bob --application home "$two"
	cardtool unassign --user alice --application home "$two"
	expect SUCCESS named '' 111222
	grep -q '^user=alice .* application=work$' "$BED/named"
	expect SUCCESS named '' 333444
	grep -q '^user=bob .* application=home$' "$BED/named"
	refute grep -q 'User (' "$BED/login.out"
	rm "$BED/named"
	expect AUTH_ERR named '' 999999
	[ ! -e "$BED/named" ]
}
scenario pin_names_user

# With one application of the user's there is nothing to choose: a wrong PIN costs that one a try.
wrong_pin_costs_others_nothing() {
	printf '%s\n' 111222 333444 >"$BED/two.pin"
	new_card 0 "$BED/two.card"
	cardtool provision --user alice --pin-file "$BED/two.pin" --application work \
		--application home --transport-key-file "$BED/two.card.transport"
	two=$(cardtool readers | grep -oiE '\b[0-9a-f]{16}\b')
	cardtool assign --user bob --application home "$two"
	cardtool unassign --user alice --application home "$two"
	expect AUTH_ERR card alice 999999
	expect AUTH_ERR card alice 999998
	grep '7 tries left' "$BED/login.out"
	expect SUCCESS card bob 333444
	refute grep '[1-7] tr[iy].* left' "$BED/login.out"
}
scenario wrong_pin_costs_others_nothing

# The store names a user of whom this host has never heard
card_names_no_account_here() {
	named_service
	cardtool assign --user nobody-here "$(card_id bob)"
	card_in 0 "$BED/bob.card"
	expect SUCCESS named '' 135791
	grep -q '^user=bob ' "$BED/named"
	refute grep -q 'User (' "$BED/login.out"
	grep -q 'user "nobody-here": no such account here' "$BED/syslog.log"
	cardtool unassign --user bob "$(card_id bob)"
	rm "$BED/named"
	expect AUTH_ERR named '' 135791
	logged '' denied 'no user was named'
	[ ! -e "$BED/named" ]
}
scenario card_names_no_account_here

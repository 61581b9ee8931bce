# Card-only accounts by systemd's records: what its own module makes of them
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2120,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/nss.sh
. "$here/nss.sh"

# Those of others are left alone.
account_userdb() {
	accounts_setup systemd
	mkdir -m 755 /etc/userdb
	echo '{"userName":"other","uid":4711,"gid":4711}' >/etc/userdb/other.user
	: >/etc/userdb/dora:staff.membership
	kept=$(find /etc/userdb -type f | sort)
	new_account dora --publish=userdb --gecos 'Dora Card' --shell /bin/sh --groups cards,lab
	[ "$(getent -s systemd passwd dora)" = 'dora:x:70002:70002:Dora Card:/home/dora:/bin/sh' ]
	[ "$(getent passwd 70002)" = "$(getent passwd dora)" ]
	[ "$(id dora)" = 'uid=70002(dora) gid=70002(dora) groups=70002(dora),70000(cards),70001(lab)' ]
	[ "$(readlink /etc/userdb/70002.user /etc/userdb/70000.group | xargs)" = 'dora.user cards.group' ]
	[ -f /etc/userdb/dora:lab.membership ]
	refute grep -rE '246810' /etc/userdb
	talk <<-'END'
		spawn setpriv --reuid=61002 --regid=61002 --clear-groups su dora -c "id -un"
		see {PIN for card .*: $}
		type 246810
		see {dora\r}
		ends 0
	END
	cardtool account --groups lab dora
	[ "$(id -Gn dora)" = 'dora lab' ]
	cardtool revoke --force dora
	[ "$(getent passwd dora | cut -d: -f7)" = /usr/sbin/nologin ]
	# And back: nothing is left where nobody looks any more
	cardtool account --publish=nss
	[ "$(find /etc/userdb -type f ! -name '.*' | sort)" = "$kept" ]
	[ -z "$(find /etc/userdb -type l)" ]
	refute getent -s systemd passwd dora
	[ "$(getent -s mckd passwd dora | cut -d: -f3)" = 70002 ]
	cardtool account --publish=userdb
	refute getent -s mckd passwd dora
	cardtool account --withdraw --force dora
	[ ! -e /etc/userdb/dora.user ]
	[ -e /etc/userdb/cards.group ]
}
scenario account_userdb

# A record that came from elsewhere, by its name or its number, is nobody's to write over: whose card
# it would be is left out, and the others are published, locks and all
account_userdb_of_others() {
	accounts_setup
	mkdir -m 755 /etc/userdb
	for user in dora erin fay gina; do
		cardtool account --publish=userdb --groups cards "$user"
	done
	new_account hank --groups cards
	number_of() { sed -n 's/.*"uid": *\([0-9]*\).*/\1/p' "/etc/userdb/$1.user"; }
	erin=$(number_of erin)
	gina=$(number_of gina)
	rm /etc/userdb/dora.user "/etc/userdb/$erin.user" "/etc/userdb/$gina.group" /etc/userdb/fay.group
	echo '{"userName":"dora","uid":4711,"gid":4711}' >/etc/userdb/dora.user
	echo '{"userName":"else","uid":'"$erin"',"gid":4712}' >"/etc/userdb/$erin.user"
	echo '{"groupName":"fay","gid":4713}' >/etc/userdb/fay.group
	ln -s /nonexistent "/etc/userdb/$gina.group"
	before=$(cd /etc/userdb && cat dora.user "$erin.user" fay.group && readlink "$gina.group")
	exits 9 cardtool revoke --force hank
	for file in dora.user "$erin.user" fay.group "$gina.group"; do
		grep -qE "^cardtool: /etc/userdb/$file is not one of ours: [a-z]+ is not published$" "$BED/exits.out"
	done
	[ "$(grep -c 'is not one of ours' "$BED/exits.out")" = 4 ]
	[ "$(cd /etc/userdb && cat dora.user "$erin.user" fay.group && readlink "$gina.group")" = "$before" ]
	# Nobody else's account is in the cards' group by that
	[ "$(find /etc/userdb -name '*:cards.membership')" = /etc/userdb/hank:cards.membership ]
	grep -q '"shell": *"/usr/sbin/nologin"' /etc/userdb/hank.user
	# A group of the cards' own
	rm /etc/userdb/dora.user "/etc/userdb/$erin.user" "/etc/userdb/$gina.group" /etc/userdb/fay.group
	echo '{"groupName":"cards","gid":4714}' >/etc/userdb/cards.group
	exits 9 cardtool account
	grep -qx 'cardtool: /etc/userdb/cards.group is not one of ours: cards is not published' "$BED/exits.out"
	grep -q 4714 /etc/userdb/cards.group
	[ -z "$(find /etc/userdb -name '*:cards.membership')" ]
	[ "$(number_of erin)" = "$erin" ]
	rm /etc/userdb/cards.group
	cardtool account
	[ "$(find /etc/userdb -name '*:cards.membership' | wc -l)" = 5 ]
}
scenario account_userdb_of_others

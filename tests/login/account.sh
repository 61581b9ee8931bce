# Card-only accounts: cardtool account, and what the hosts' programs make of them through
# libnss_mckd
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2120,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/nss.sh
. "$here/nss.sh"

# local_accounts: those of the machine again
local_accounts() {
	cat /run/bed/passwd >/etc/passwd
	sed -i '/^local-one:/d; /^staff-one:/d; /^lab:/d' /etc/group /etc/gshadow
}

account_getent_id_su() {
	accounts_setup
	refute getent passwd dora
	new_account dora --gecos 'Dora Card' --shell /bin/sh --groups cards,lab
	[ "$(getent passwd dora)" = 'dora:*:70002:70002:Dora Card:/home/dora:/bin/sh' ]
	[ "$(getent passwd 70002)" = "$(getent passwd dora)" ]
	[ "$(getent group cards)" = 'cards:*:70000:dora' ]
	[ "$(getent group dora)" = 'dora:*:70002:' ]
	[ "$(id dora)" = 'uid=70002(dora) gid=70002(dora) groups=70002(dora),70000(cards),70001(lab)' ]
	talk <<-'END'
		spawn setpriv --reuid=61002 --regid=61002 --clear-groups su dora -c "id; env"
		see {PIN for card .* \(8 tries left\): $}
		type 246810
		see {uid=70002\(dora\) gid=70002\(dora\) groups=70002\(dora\),70000\(cards\),70001\(lab\)}
		see {MCKD_APPLICATION=login\r}
		ends 0
	END
	[ "$(stat -c '%U %a' /var/lib/mckd-public /var/lib/mckd-public/accounts.cdb | xargs)" = 'root 755 root 644' ]
	refute grep -aE '246810|mckd/store' /var/lib/mckd-public/accounts.cdb
}
scenario account_getent_id_su

# A revoked card: the name stays, for the files it owns; who it was comes in nowhere, not even by
# a key that sshd takes.
account_revoke_locks() {
	accounts_setup
	rm -f "$BED/dora.key"
	ssh-keygen -q -t ed25519 -N '' -f "$BED/dora.key"
	sshd_start "AuthorizedKeysFile $BED/dora.key.pub" 'PubkeyAuthentication yes' 'StrictModes no'
	by_key() {
		# shellcheck disable=SC2086
		$SSH -i "$BED/dora.key" -o BatchMode=yes dora@127.0.0.1 id -un
	}
	new_account dora --shell /bin/sh
	[ "$(by_key)" = dora ]
	expect SUCCESS card dora 246810
	cardtool revoke --force dora
	[ "$(getent passwd dora)" = 'dora:*:70000:70000::/home/dora:/usr/sbin/nologin' ]
	refute by_key
	[ "$(stat -c %U "$(f=$BED/of_dora && touch "$f" && chown 70000 "$f" && echo "$f")")" = dora ]
	# root's own su, which asks for no card
	refute su dora -s /bin/sh -c 'id -un' </dev/null
	expect PERM_DENIED card dora 246810
	says PERM_DENIED -c account sshd dora
	# Without the line for pam_mckd in the account stack, nologin alone is left
	sed -i /pam_mckd/d /etc/pam.d/common-account
	by_key >"$BED/nologin.out" && return 1
	grep -q 'not available' "$BED/nologin.out"
	# A new card opens it again
	card_out 0
	provision dora "$BED/dora2.card" 135790
	[ "$(getent passwd dora | cut -d: -f7)" = /bin/sh ]
	stop sshd
}
scenario account_revoke_locks

account_withdraw() {
	accounts_setup
	new_account dora
	exits 1 cardtool account --withdraw --force dora
	grep -q 'dora has a card that is not revoked' "$BED/exits.out"
	cardtool revoke --force dora
	exits 8 setsid cardtool account --withdraw dora </dev/null
	cardtool account --withdraw --force dora
	refute getent passwd dora
	refute getent group dora
	exits 1 cardtool account --withdraw --force dora
	expect USER_UNKNOWN card nobody-here 246810
	# The name may come again; the number, whose files are still there, does not
	cardtool unassign --user dora "$(card_id dora)"
	card_out 0
	provision dora "$BED/dora2.card" 246810 --account
	[ "$(id -u dora)" = 70001 ]
}
scenario account_withdraw

account_refused() {
	accounts_setup
	trap local_accounts EXIT
	groupadd --gid 70001 local-one
	groupadd --gid 1234 staff-one
	useradd --uid 70000 --no-create-home --gid 1234 erin
	new_card 0 "$BED/new.card"
	for wrong in '--user alice' '--user erin' '--user local-one' '--user Dora' '--user 0dora' \
		'--user dora --home relative' '--user dora --shell bad:shell' '--user dora --groups staff-one' \
		'--user dora --groups dora' '--user dora --publish nis'; do
		# shellcheck disable=SC2086
		refute cardtool provision $wrong --account --generate-pin --transport-key-file "$BED/new.card.transport"
	done
	exits 2 cardtool provision --user dora --home /home/dora --transport-key-file "$BED/new.card.transport"
	cardtool readers | grep -q blank
	# Numbers that others have are passed over
	cardtool account dora
	[ "$(id -u dora)" = 70002 ]
	cardtool account --groups lab fay
	[ "$(getent group lab | cut -d: -f3)" = 70003 ]
	[ "$(id -u fay)" = 70004 ]
	service_exact exact
	# Nobody's card, nobody's login
	[ "$(getent passwd fay | cut -d: -f7)" = /usr/sbin/nologin ]
	says PERM_DENIED -c account exact fay
	echo 'account_ids = 500-2000' >/etc/mckd/mckd.conf
	exits 1 cardtool account gina
	grep -q 'account_ids' "$BED/exits.out"
	echo 'account_ids = 70000-70005' >/etc/mckd/mckd.conf
	cardtool account gina
	exits 7 cardtool account hank
	grep -q 'none is given twice' "$BED/exits.out"
	# A local account that comes later with such a name, and a local group: the rest is published,
	# and so is a lock
	echo 'account_ids = 70000-70010' >/etc/mckd/mckd.conf
	card_out 0
	new_account irma --shell /bin/sh
	echo 'fay:x:4711:1234::/:/bin/sh' >>/etc/passwd
	echo 'lab:x:4712:' >>/etc/group
	exits 9 cardtool account
	grep -q 'fay: passwd has an account of this name' "$BED/exits.out"
	grep -q 'lab: group has a group of this name' "$BED/exits.out"
	grep -q 'then: cardtool account' "$BED/exits.out"
	[ "$(getent passwd fay)" = 'fay:x:4711:1234::/:/bin/sh' ]
	[ "$(id -G fay)" = 1234 ]
	[ "$(getent group lab)" = 'lab:x:4712:' ]
	[ "$(getent passwd irma | cut -d: -f7)" = /bin/sh ]
	exits 9 cardtool revoke --force irma
	[ "$(getent passwd irma | cut -d: -f7)" = /usr/sbin/nologin ]
	# No source of the host shows what nobody published
	sed -i '/^fay:/d' /etc/passwd
	refute getent passwd fay
	sed -i '/^lab:/d' /etc/group
	cardtool account
	[ "$(getent passwd fay | cut -d: -f3)" = 70004 ]
	[ "$(id -Gn fay)" = 'fay lab' ]
}
scenario account_refused

account_changes() {
	accounts_setup
	printf '%s\n' 'account_home = /srv' 'account_shell = /bin/dash' >/etc/mckd/mckd.conf
	cardtool account --groups one,two dora
	new_account dora
	[ "$(getent passwd dora | cut -d: -f6-7)" = /srv/dora:/bin/dash ]
	cardtool account --home /home/d --gecos 'D. D.' --groups two,three dora | grep -q 'dora .*open'
	[ "$(getent passwd dora | cut -d: -f5-)" = 'D. D.:/home/d:/bin/dash' ]
	[ "$(id -Gn dora)" = 'dora two three' ]
	cardtool account --groups '' dora
	[ "$(id -Gn dora)" = dora ]
	cardtool account --json | grep -q '"user": *"dora"'
}
scenario account_changes

# The first session makes the home, by the host's own module
account_mkhomedir() {
	accounts_setup
	mount -t tmpfs bed /home
	cp /etc/pam.d/su /etc/pam.d/su-l
	echo 'session required pam_mkhomedir.so umask=0077' >>/etc/pam.d/common-session
	new_account dora --shell /bin/sh
	talk <<-'END'
		spawn setpriv --reuid=61002 --regid=61002 --clear-groups su - dora -c "pwd; id -un"
		see {PIN for card .*: $}
		type 246810
		see {/home/dora\r}
		see {dora\r}
		ends 0
	END
	[ "$(stat -c '%U %G %a' /home/dora)" = 'dora dora 700' ]
	sshd_start
	talk <<-'END'
		spawn {*}$env(SSH) dora@127.0.0.1 {pwd; env}
		see {PIN for card .*: $}
		type 246810
		see {/home/dora\r}
		see {MCKD_CARD=[0-9a-f]{16}\r}
		ends 0
	END
	stop sshd
	umount /home
}
scenario account_mkhomedir

# What keeps the host's programs from seeing an account, and what mends it
account_doctor() {
	accounts_setup
	cardtool doctor >"$BED/doctor"
	refute grep -q accounts: "$BED/doctor"
	new_account dora
	cardtool doctor >"$BED/doctor"
	grep -q '^ok       accounts: 1, known to this host$' "$BED/doctor"
	cardtool revoke --force dora
	cardtool doctor | grep -q '^ok       accounts: 1, known'
	sed -i 's|/usr/sbin/nologin|/usr/sbin/noLogin|' /var/lib/mckd-public/accounts.cdb
	refute cardtool doctor >"$BED/doctor"
	grep -A1 '^PROBLEM  accounts: dora is not published' "$BED/doctor" | grep -q 'mend: cardtool account'
}
scenario account_doctor

# switched DATABASE SOURCES: that line of nsswitch.conf; then what doctor says of it
switched() {
	nss_setup
	sed -i "/^$1:/d" /etc/nsswitch.conf
	[ -z "$2" ] || echo "$1: $2" >>/etc/nsswitch.conf
	cardtool account >/dev/null
	cardtool doctor >"$BED/doctor" || :
	grep -A1 'nsswitch.conf' "$BED/doctor"
}

# The name service switch, where cards have accounts: what the C library does with each line
account_doctor_nsswitch() {
	accounts_setup
	refute switched passwd files
	new_account dora --groups cards
	refute switched passwd 'files mckd'
	refute switched passwd 'compat systemd mckd # [NOTFOUND=return]'
	for database in passwd group; do
		for sources in '' 'files systemd' '# files mckd' 'files mckd2'; do
			switched $database "$sources" | grep -A1 "^PROBLEM  /etc/nsswitch.conf: $database does not ask mckd" |
				grep 'mend: put mckd behind files in that line: libnss_mckd(8)$'
		done
		for action in '[NOTFOUND=return]' '[ success=return notfound=RETURN ]' '[!UNAVAIL=return]'; do
			switched $database "files $action mckd" |
				grep "^PROBLEM  /etc/nsswitch.conf: $database ends at \[.*\] before it asks mckd"
		done
		refute switched $database 'files [!NOTFOUND=return] mckd'
		switched $database 'mckd files' | grep "^note     /etc/nsswitch.conf: $database asks mckd before files"
	done
	# Without that line, group's is the one for it
	switched initgroups 'files' | grep '^PROBLEM  /etc/nsswitch.conf: initgroups does not ask mckd'
	[ "$(id -Gn dora)" = dora ]
	refute switched initgroups 'files mckd'
	[ "$(id -Gn dora)" = 'dora cards' ]
	refute switched initgroups ''
	# What it says is so
	switched passwd 'files [NOTFOUND=return] mckd' | grep 'mend:'
	refute getent passwd dora
	cardtool account --publish=userdb
	cardtool doctor | grep '^PROBLEM  /etc/nsswitch.conf: passwd does not ask systemd'
}
scenario account_doctor_nsswitch

# nscd_keeps NAME: the file gone, it is still there
nscd_keeps() {
	getent passwd "$1"
	mv /var/lib/mckd-public/accounts.cdb /var/lib/mckd-public/away
	held=0
	getent passwd "$1" || held=$?
	mv /var/lib/mckd-public/away /var/lib/mckd-public/accounts.cdb
	return "$held"
}

# nscd, which keeps what it has seen, is told
account_nscd() {
	accounts_setup
	mkdir -p /run/nscd
	mountpoint -q /usr/sbin ||
		mount -t overlay -o "lowerdir=$MCKD_BUILD/nscd/usr/sbin:/usr/sbin" bed /usr/sbin
	sed 's/^#.*//; s/^[[:space:]]*enable-cache.*hosts.*/enable-cache hosts no/' "$MCKD_BUILD/nscd/etc/nscd.conf" >/etc/nscd.conf
	start nscd nscd --foreground
	until [ -S /run/nscd/socket ]; do
		running nscd || die "$(cat "$BED/nscd.out")"
	done
	refute getent passwd dora
	cardtool account --shell /bin/sh dora
	[ "$(getent passwd dora | cut -d: -f7)" = /usr/sbin/nologin ]
	# One that has just begun drops once what it has.
	within_a_second nscd_keeps dora
	new_account dora
	[ "$(getent passwd dora | cut -d: -f7)" = /bin/sh ]
	refute getent group lab
	cardtool account --groups lab dora
	[ "$(getent group lab)" = 'lab:*:70001:dora' ]
	cardtool revoke --force dora
	[ "$(getent passwd dora | cut -d: -f7)" = /usr/sbin/nologin ]
	stop nscd
	# One that does not answer fails nothing
	touch /run/nscd/socket
	cardtool account dora 2>"$BED/nscd.err"
	grep -q 'nscd runs, and was not told' "$BED/nscd.err"
	rm -rf /run/nscd
}
scenario account_nscd

# To a person; a script gets an empty list
empty_lists_are_said() {
	find /var/lib/mckd -mindepth 1 -delete
	rm /etc/mckd/store.key
	cardtool init
	for list in 'account:no accounts here' 'list:no cards here' 'log:no events yet' \
		'list alice:no card of this user here'; do
		# shellcheck disable=SC2086
		cardtool ${list%%:*} >"$BED/listed" 2>"$BED/said"
		[ ! -s "$BED/listed" ]
		[ "$(cat "$BED/said")" = "cardtool: ${list#*:}" ]
		# shellcheck disable=SC2086
		cardtool ${list%%:*} --json >"$BED/listed" 2>"$BED/said"
		[ "$(cat "$BED/listed")" = '[]' ]
		[ ! -s "$BED/said" ]
	done
}
scenario empty_lists_are_said

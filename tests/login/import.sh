# Cards made elsewhere: cardtool import, and export, which makes such a file
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2154
# shellcheck source=tests/testbed/bureau.sh
. "$here/bureau.sh"

# of_made FIELD: its value, as text
of_made() {
	sed -n "s/.*\"$1\":\"\{0,1\}\([^\",]*\).*/\1/p" "$BED/made.json"
}

# without FIELD ...: $BED/made.json less these
without() {
	for field; do
		sed -i -E "s/\"$field\":\"?[0-9a-f]*\"?,//" "$BED/made.json"
	done
}

# As the manual writes it, field by field, and nothing else
import_logs_in() {
	bureau_card --application login:host-random:1
	cat >"$BED/bureau.json" <<-END
		{"version":1,"card":"$(of_made card)","dea1":"aes-256","dea2":"aes-256","mk":"$(of_made mk)",
		 "epoch":$(of_made epoch),"last_ticket":"$(of_made last_ticket)","applications":[{"slot":1,
		 "name":"login","mechanism":"host-random","ksel":"$(of_made ksel)","pin":true,"retired":[],
		 "sn":{"1":"$(of_made 1)"}}],"users":[{"user":"carol","application":"login"}]}
	END
	card_in 0 "$BED/made.card"
	expect USER_UNKNOWN card carol 246810
	exits 0 cardtool import "$BED/bureau.json"
	grep -qx "card $(of_made card): imported, 1 applications, 1 assignments" "$BED/exits.out"
	expect SUCCESS card carol 246810
	[ "$(last_index)" = 1 ]
	expect AUTH_ERR card carol 999999
	cardtool verify --pin-file "$BED/made.pin" carol
	# It has its ticket: orders go on from there.
	cardtool rotate --now --force --compromised 1 --replenish 1 carol
	expect SUCCESS card carol 246810
}
scenario import_logs_in

# Not even for other users: a block replaces nothing.
import_again_is_refused() {
	bureau_card
	cardtool import - <"$BED/made.json"
	cardtool list --json >"$BED/before"
	sed -i 's/"user":"carol"/"user":"bob"/' "$BED/made.json"
	exits 7 cardtool import "$BED/made.json"
	grep -qx 'cardtool: the card is in the store already' "$BED/exits.out"
	cardtool list --json | cmp - "$BED/before"
	card_in 0 "$BED/made.card"
	expect SUCCESS card carol 246810
}
scenario import_again_is_refused

# All that a block holds comes out as it went in, and serves there: five mechanisms, both DEAs
import_of_an_export() {
	for dea in 'aes-256 hmac-sha-256' 'hmac-sha-256 aes-256'; do
		(umask 077 && printf '%s\n' 111111 222222 333333 444444 555555 >"$BED/five.pin")
		rm -rf /run/bed/bureau /run/bed/bureau.key "$BED/made.json" "$BED/again.json"
		bureau init
		new_card 0 "$BED/made.card"
		bureau provision --user carol --pin-file "$BED/five.pin" --dea1 "${dea% *}" --dea2 "${dea#* }" \
			--transport-key-file "$BED/made.card.transport" \
			--application a:host-random:3 --application b:card-random:3:may-sign --application c:date/3600:3 \
			--application d:counter:3:sealed-only --application e:pin:3
		bureau rotate --now --force --application a --compromised 2 carol
		bureau export --secrets --output "$BED/made.json" carol
		cardtool import "$BED/made.json"
		cardtool export --secrets --output "$BED/again.json" carol
		cmp "$BED/made.json" "$BED/again.json"
		for pin in 111111 222222 333333 444444 555555; do
			expect SUCCESS card carol "$pin"
		done
		card_out 0
		cardtool revoke --force carol
		cardtool unassign --user carol "$(card_id carol)"
	done
}
scenario import_of_an_export

# Without last_ticket nobody knows what the card's chain ends in; until an order, nobody needs to.
import_without_last_ticket() {
	bureau_card --application login:host-random:4
	without last_ticket counter
	exits 0 cardtool import "$BED/made.json"
	grep -q 'no last_ticket: the first order for this card is a resync, with the card inserted' "$BED/exits.out"
	card_in 0 "$BED/made.card"
	expect SUCCESS card carol 246810
	card_out 0
	exits 9 cardtool rotate --deferred --force --compromised 1 carol
	grep -q "nothing more is recorded: the store does not know the card's last ticket; insert the card" "$BED/exits.out"
	card_in 0 "$BED/made.card"
	# The first ticket that is composed sets the complete state, composed on what SELECT says.
	cardtool rotate --force --compromised 2 carol
	for _ in 1 2 3 4; do
		expect SUCCESS card carol 246810
		[ "$(last_index)" -gt 2 ]
	done
	# The next one needs nothing of the kind.
	card_out 0
	cardtool rotate --deferred --force --compromised 3 carol
	card_in 0 "$BED/made.card"
	expect SUCCESS card carol 246810
	[ "$(last_index)" = 4 ]
}
scenario import_without_last_ticket

# wrong_field SED FIELD WHAT: the block, edited so, is refused in one line that says so
wrong_field() {
	sed -E "$1" "$BED/made.json" >"$BED/wrong.json"
	refute cmp -s "$BED/made.json" "$BED/wrong.json"
	exits 1 cardtool import "$BED/wrong.json"
	[ "$(cat "$BED/exits.out")" = "cardtool: $BED/wrong.json: $2: $3" ]
}

import_names_the_wrong_field() {
	bureau_card --application login:host-random:2
	wrong_field 's/"version":1/"version":2/' version 'must be a number 1-1'
	wrong_field 's/"card":"../"card":"/' card 'must be 16 hex digits'
	wrong_field 's/"dea1":"aes/"dea1":"des/' dea1 'must be "aes-256" or "hmac-sha-256"'
	wrong_field 's/"dea2":"[^"]*"/"dea2":2/' dea2 'must be text'
	wrong_field 's/"mk":"../"mk":"zz/' mk 'must be 64 hex digits'
	wrong_field 's/"epoch":[0-9]*/"epoch":65536/' epoch 'must be a number 0-65535'
	wrong_field 's/"last_ticket":"../"last_ticket":"/' last_ticket 'must be 32 hex digits'
	wrong_field 's/"counter":[0-9]*/"counter":-1/' counter 'must be a number 0-4294967295'
	wrong_field 's/"slot":1/"slot":9/' 'applications[0].slot' 'must be a number 1-8'
	wrong_field 's/"name":"login"/"name":"Login"/' 'applications[0].name' 'must be 1-16 of a-z 0-9 . _ -'
	wrong_field 's/"host-random"/"random"/' 'applications[0].mechanism' \
		'must be card-random, host-random, host-date, date, counter or pin'
	wrong_field 's/"ksel":"../"ksel":"/' 'applications[0].ksel' 'must be 64 hex digits'
	wrong_field 's/"pin":true/"pin":1/' 'applications[0].pin' 'must be true or false'
	wrong_field 's/"pin":true/"pin":false,"sealed_only":true/' 'applications[0].sealed_only' 'not without a PIN'
	wrong_field 's/"retired"/"period":60,"retired"/' 'applications[0].period' \
		'only mechanisms date and host-date have one'
	wrong_field 's/"retired":\[\]/"retired":[33]/' 'applications[0].retired[0]' 'an index is 1-32'
	wrong_field 's/"retired":\[\]/"retired":[1,2]/' 'applications[0].retired' 'leaves no series number to log in by'
	wrong_field 's/"retired":\[\]/"retired":[1],"compromised":[2]/' 'applications[0].compromised' \
		'leaves no series number to log in by'
	wrong_field 's/"sn":\{"1"/"sn":{"33"/' 'applications[0].sn."33"' 'an index is 1-32'
	wrong_field 's/"sn":\{"1":"../"sn":{"1":"/' 'applications[0].sn."1"' 'must be 32 hex digits'
	wrong_field 's/"user":"carol"/"user":""/' 'users[0].user' 'must be 1-64 characters'
	wrong_field 's/"application":"login"/"application":"sudo"/' 'users[0].application' 'no application of this name'
	wrong_field 's/"users"/"user"/' user 'unknown field'
	cardtool list carol >"$BED/list.out"
	refute grep carol "$BED/list.out"
	# The same file, right again
	cardtool import "$BED/made.json"
}
scenario import_names_the_wrong_field

# The file says nothing of what became of a card: who makes it must know.
export_of_what_is_not_active() {
	for verb in suspend 'revoke --force'; do
		# shellcheck disable=SC2086
		cardtool $verb alice
		exits 8 setsid cardtool export --secrets --output "$BED/out.json" alice </dev/null
		grep -q "card $(card_id alice): it is suspended, revoked or to expire" "$BED/exits.out"
		[ ! -e "$BED/out.json" ]
		refute sh -c 'cardtool log --limit 1 | grep export'
	done
	cardtool export --secrets --force alice | grep -q '"mk"'
	cardtool log --limit 1 | grep export
	sqlite3 /var/lib/mckd/store.db 'UPDATE card SET expires = 1'
	exits 8 setsid cardtool export --secrets bob </dev/null
}
scenario export_of_what_is_not_active

# Half of the keys are keys, and in the way of the next run
export_to_a_full_disk() {
	rm -rf "$BED/full"
	mkdir "$BED/full"
	mount -t tmpfs -o size=16k,mode=700 full "$BED/full"
	trap 'umount "$BED/full" || :' EXIT
	refute dd if=/dev/zero of="$BED/full/filler" bs=1k
	exits 1 cardtool export --secrets --output "$BED/full/alice.json" alice
	grep -qF "cardtool: $BED/full/alice.json: No space left on device" "$BED/exits.out"
	[ ! -e "$BED/full/alice.json" ]
	rm "$BED/full/filler"
	cardtool export --secrets --output "$BED/full/alice.json" alice
	exits 1 cardtool export --secrets --output "$BED/full/alice.json" bob
	grep -qF "cardtool: $BED/full/alice.json: File exists" "$BED/exits.out"
	exits 1 sh -c 'cardtool export --secrets alice >/dev/full'
}
scenario export_to_a_full_disk

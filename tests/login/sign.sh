# Signatures, and the flags of applications
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# A card with an application for each flag
signer() {
	(umask 077 && printf '246810\n112233\n' >"$BED/signer.card.pin")
	new_card 0 "$BED/signer.card"
	cardtool provision --user carol --pin-file "$BED/signer.card.pin" \
		--transport-key-file "$BED/signer.card.transport" --application login:host-random:4:sealed-only \
		--application sign:"${1:-host-random}":4:may-sign --application door:card-random:4:no-pin
	echo 112233 >"$BED/sign.pin"
	echo 'I owe you a beer.' >"$BED/note"
}

application_flags() {
	signer
	cardtool show --json carol >"$BED/show"
	grep 'pin,sealed-only' "$BED/show"
	grep 'pin,may-sign' "$BED/show"
	grep 'no-pin' "$BED/show"
	service door application=door
	expect SUCCESS door carol
	service login application=login
	expect SUCCESS login carol 246810
	# What the card would refuse is refused before anything is sent.
	for bad in a:::sealed-only,may-sign a:pin::no-pin a:::no-pin,sealed-only a:::sgin a:::; do
		rc=0
		cardtool provision --user carol --pin-file "$BED/sign.pin" \
			--transport-key-file "$BED/signer.card.transport" --application "$bad" || rc=$?
		[ "$rc" = 2 ]
	done
}
scenario application_flags

signature_verifies() {
	for mechanism in host-random card-random counter date; do
		card_out 0
		[ "$mechanism" = host-random ] || cardtool unassign --user carol carol
		signer "$mechanism"
		rm -f "$BED/sig"
		trace_reset
		cardtool sign --pin-file "$BED/sign.pin" --output "$BED/sig" "$BED/note"
		[ "$(grep -c '^14 ' "$BED/trace0")" = 1 ]
		cardtool verify-signature "$BED/note" "$BED/sig"
	done
	# Its counter counts as a login's: the store knows it.
	counter=$(sed -n 's/^counter: //p' "$BED/sig")
	cardtool show carol | grep "counter $counter\$"
	# And it never overwrites.
	refute cardtool sign --pin-file "$BED/sign.pin" --output "$BED/sig" "$BED/note"
}
scenario signature_verifies

signature_of_something_else() {
	signer
	cardtool sign --pin-file "$BED/sign.pin" "$BED/note" >"$BED/sig"
	cardtool verify-signature "$BED/note" "$BED/sig"
	echo 'I owe you two beers.' >"$BED/other"
	refute cardtool verify-signature "$BED/other" "$BED/sig"
	# Any one character of the signature changed, or a line of it gone
	length=$(wc -c <"$BED/sig")
	at=1
	while [ "$at" -le "$length" ]; do
		head -c $((at - 1)) "$BED/sig" >"$BED/bad"
		head -c "$at" "$BED/sig" | tail -c 1 | tr '0-9a-zA-Z:. \n-' '1-90b-zaB-ZA. :+\n' >>"$BED/bad"
		tail -c +$((at + 1)) "$BED/sig" >>"$BED/bad"
		if cmp -s "$BED/sig" "$BED/bad"; then
			echo "byte $at was not changed"
			return 1
		fi
		refute cardtool verify-signature "$BED/note" "$BED/bad" 2>/dev/null
		at=$((at + 3))
	done
	sed 5d "$BED/sig" >"$BED/bad"
	refute cardtool verify-signature "$BED/note" "$BED/bad"
	cat "$BED/sig" "$BED/sig" >"$BED/bad"
	refute cardtool verify-signature "$BED/note" "$BED/bad"
}
scenario signature_of_something_else

signature_needs_flag_and_pin() {
	signer
	echo 999999 >"$BED/wrong.pin"
	rc=0
	cardtool sign --pin-file "$BED/wrong.pin" --output "$BED/never" "$BED/note" || rc=$?
	[ "$rc" = 4 ]
	[ ! -e "$BED/never" ]
	refute cardtool sign --pin-file "$BED/sign.pin" --application login "$BED/note"
	card_out 0
	card_in 0 "$BED/alice.card"
	refute cardtool sign --pin-file "$BED/alice.card.pin" "$BED/note"
}
scenario signature_needs_flag_and_pin

# A card that merely says that it is carol's is told no PIN.
signature_pin_is_for_the_card_alone() {
	signer
	card_out 0
	public=$(public_answer "$BED/signer.card")
	foreign_in 0 copy "$public"
	exits 1 cardtool sign --pin-file "$BED/sign.pin" --output "$BED/never" "$BED/note"
	grep 'an application that does not serve here' "$BED/exits.out"
	[ ! -e "$BED/never" ]
	refute heard 112233
	grep '^801002' "$BED/card0.out"
}
scenario signature_pin_is_for_the_card_alone

# A retired index: new signatures never, old ones with their epoch
signature_of_retired_index() {
	signer
	cardtool sign --pin-file "$BED/sign.pin" "$BED/note" >"$BED/sig"
	index=$(sed -n 's/^index: //p' "$BED/sig")
	epoch=$(sed -n 's/^epoch: //p' "$BED/sig")
	cardtool rotate carol --application sign --compromised "$index" --force
	rc=0
	cardtool verify-signature "$BED/note" "$BED/sig" >"$BED/out" 2>&1 || rc=$?
	cat "$BED/out"
	[ "$rc" = 9 ]
	grep "made in epoch $epoch" "$BED/out"
	# The card signs on, with another index; what it signs is new.
	for _ in 1 2 3 4 5 6; do
		cardtool sign --pin-file "$BED/sign.pin" "$BED/note" >"$BED/new"
		[ "$(sed -n 's/^index: //p' "$BED/new")" != "$index" ]
		cardtool verify-signature "$BED/note" "$BED/new"
	done
	cardtool revoke carol --force
	rc=0
	cardtool verify-signature "$BED/note" "$BED/new" || rc=$?
	[ "$rc" = 9 ]
	refute cardtool sign --pin-file "$BED/sign.pin" "$BED/note"
}
scenario signature_of_retired_index

# kbkdf HEXKEY LABEL [HEXINFO]
kbkdf() {
	openssl kdf -keylen 32 -kdfopt mac:CMAC -kdfopt cipher:AES-256-CBC -kdfopt mode:COUNTER \
		-kdfopt hexkey:"$1" -kdfopt salt:"$2" ${3:+-kdfopt hexinfo:"$3"} KBKDF | tr -d ':\n'
}

# forge INDEX EPOCH: as whoever has MK and SN could, a signature of $BED/note by that index, in $BED/forged
forge() {
	plain=$(tr -d ' \n' <"$BED/block")
	id=$(card_id carol | tr '[:upper:]' '[:lower:]')
	mk=$(echo "$plain" | sed 's/.*"mk":"\([0-9a-f]*\)".*/\1/')
	sn=$(echo "$plain" | sed 's/.*"name":"sign"//; s/"slot":3.*//; s/.*"'"$1"'":"\([0-9a-f]*\)".*/\1/')
	dk=$(kbkdf "$mk" 'MCKD1 DK' "$id$(printf '%02x%02x' 2 "$1")$sn")
	digest=$(sha256sum "$BED/note" | cut -d ' ' -f 1)
	mac=$(printf 'a2%s%02x%02x%04x%08x%02x%s' "$id" 2 "$1" "$2" 99 1 "$digest" | perl -pe '$_ = pack "H*", $_' |
		openssl mac -cipher AES-256-CBC -macopt hexkey:"$(kbkdf "$dk" 'MCKD1 SIGN')" -in - CMAC | tr '[:upper:]' '[:lower:]')
	sed -e "s/^index: .*/index: $1/" -e "s/^epoch: .*/epoch: $2/" -e 's/^counter: .*/counter: 99/' \
		-e "s/^signature: .*/signature: $mac/" "$BED/sig" >"$BED/forged"
}

# The holder of a retired index's key can name an older ticket, as any old signature does; not a newer one
signature_forged_by_a_retired_index() {
	signer
	(umask 077 && cardtool export --secrets carol >"$BED/block")
	cardtool sign --pin-file "$BED/sign.pin" "$BED/note" >"$BED/sig"
	before=$(sed -n 's/^epoch: //p' "$BED/sig")
	forge 3 "$before"
	cardtool verify-signature "$BED/note" "$BED/forged"
	cardtool rotate carol --application sign --compromised 3 --force
	cardtool rotate carol
	cardtool rotate carol
	forge 3 "$before"
	exits 9 cardtool verify-signature "$BED/note" "$BED/forged"
	for epoch in 1 2 3; do
		forge 3 "$((before + epoch))"
		exits 1 cardtool verify-signature "$BED/note" "$BED/forged"
		grep 'does not verify' "$BED/exits.out"
	done
	# The other indices of that key's card are as good as ever.
	forge 1 "$((before + 3))"
	cardtool verify-signature "$BED/note" "$BED/forged"
	rm -f "$BED/block"
}
scenario signature_forged_by_a_retired_index

# Whoever is about to spend one of the last tries knows it
few_tries_are_said() {
	signer
	echo 999999 >"$BED/wrong.pin"
	for _ in 1 2 3 4 5; do
		exits 4 cardtool sign --pin-file "$BED/wrong.pin" "$BED/note"
		refute grep 'tries of the PIN left' "$BED/exits.out"
	done
	exits 4 cardtool sign --pin-file "$BED/wrong.pin" "$BED/note"
	grep 'application sign: 3 tries of the PIN left' "$BED/exits.out"
	exits 0 cardtool pin change --application sign --pin-file "$BED/sign.pin" --new-pin-file "$BED/sign.pin" carol
	grep 'application sign: 2 tries of the PIN left' "$BED/exits.out"
	exits 0 cardtool sign --pin-file "$BED/sign.pin" "$BED/note"
	refute grep 'tries of the PIN left' "$BED/exits.out"
}
scenario few_tries_are_said

#!/bin/sh
# seeds.sh BUILD: what the fuzzers begin with, into BUILD/seeds. The protocol's bytes are those of
# tests/vectors.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
out=$build/seeds

# seed TARGET NAME HEX ...: bytes
seed() {
	mkdir -p "$out/$1"
	to=$out/$1/$2
	shift 2
	perl -e 'print pack "H*", join "", map { s/\s//gr } @ARGV' "$@" >"$to"
}

# vector SECTION NAME
vector() {
	awk -v section="[$1]" -v name="$2" '/^\[/ { at = $0 } at == section && $1 == name { print $3 }' \
		"$here/../vectors/mckd.txt"
}

# len HEX: its length in bytes, as a byte
len() {
	printf '%02x' $((${#1} / 2))
}

# field TAG TEXT and frame TYPE HEX: of pam_mckd/wire.h
hex() {
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'
}
field() {
	printf '%s%04x%s' "$(hex "$1")" ${#2} "$(hex "$2")"
}
frame() {
	printf '%s%04x%s' "$(hex "$1")" $((${#2} / 2)) "$2"
}

# long N: so many letters
long() {
	printf "%$1s" '' | tr ' ' a
}

answer=$(printf '010300020000000703%s%s9000' "$(vector common nonce)" "$(vector 1/1 result)")
select=6f5b8406f04d434b4401a5518002010081080102030405060708820107830201018404010809028502000286083031323334353637
select=${select}8710$(vector common tprev)9000
secret=$(vector 1/1 secret)9000
receipt=$(vector 1/1 receipt)9000
seed fuzz_answers select 00 "$(len "$select")" "$select"
seed fuzz_answers select_t0 00 02 6110 "$(len "$select")" "$select"
seed fuzz_answers wrong_le 00 02 6c10 "$(len "$select")" "$select"
seed fuzz_answers login 01 "$(len "$answer")" "$answer"
seed fuzz_answers login_t0 01 02 612b "$(len "$answer")" "$answer"
seed fuzz_answers secret 02 "$(len "$secret")" "$secret"
full=$(hex "$(long 160)")9000
seed fuzz_answers secret_full 0a "$(len "$full")" "$full"
seed fuzz_answers secret_sealed 0a "$(len "$secret")" "$secret"
seed fuzz_answers pad 03 0604 42000dc8 0a04 42000dcc
seed fuzz_answers verify 04 02 63c4
seed fuzz_answers ticket 05 12 "$receipt"
seed fuzz_answers ticket_keyless 06 12 "$receipt"
seed fuzz_answers sign 07 1b 010300020000000801 "$(vector 1/1 sign)" 9000

# step KIND HEX ...: of fuzz_apdu: 00 an APDU, 01 TLVs, 02 a PIN to be sealed, 03 a reset, 04 a cut
step() {
	kind=$1
	shift
	hex=$(printf '%s' "$@")
	printf '%s%s%s' "$kind" "$(len "$hex")" "$hex"
}

pin=313233343536ffffffffffff
pair=${pin}61626364ffffffffffffffff
personal=$(step 01 21020101 2020 "$(hex 'a key that is for fuzzing alone')00" \
	0f05010905 6162 0411 01 "$(vector common ssn)" 060c $pin 070b 6f70656e20736573616d65 \
	220c 50554b3435363738ffffffff 2300)
login=$(step 02 01 0100000000 $pin)
verify=$(step 00 00200001 0c $pin)
request=0100000000$(vector common host)$(vector common token)$(vector 1/1 ctx)
seed fuzz_apdu personal "$personal" "$login" "$(step 00 8012000000)"
seed fuzz_apdu by_pin "$personal" "$(step 02 00 0100000000 $pin)"
seed fuzz_apdu verify "$personal" "$verify" "$(step 00 80100100 35 "$request")"
seed fuzz_apdu sign "$personal" "$verify" "$(step 00 80140100 25 0100000000 "$(vector common mk)")"
seed fuzz_apdu change "$personal" "$(step 00 00240001 18 $pair)" 0300 "$verify"
seed fuzz_apdu unblock "$personal" "$(step 00 002c0001 18 50554b3435363738ffffffff $pin)" "$login"
seed fuzz_apdu torn "$personal" "$(step 04 40 00240001 18 $pair)" "$login"
seed fuzz_apdu rotate "$personal" \
	"$(step 01 0e0101 010103 0220 "$(vector common ksel)" 0304 00000004 0500)" "$login"
seed fuzz_apdu slots "$personal" "$(step 01 0f0402010861 07020e0e 0e0101)" "$(step 01 0e0101 0900)" \
	"$(step 01 2400)" 0300
ticket=$(vector 1/1 ticket)
seed fuzz_apdu ticket "$(step 00 80200000 "$(len "$ticket")" "$ticket")"

start=$(frame S "$(field m a)$(field s sudo)$(field u alice)$(field t pts/0)$(field o wait=3)$(field o nullok)660001 00")
seed fuzz_start login 00 "$start"
seed fuzz_start user 01 "$start"
seed fuzz_start longest 00 "$(frame S "$(field m a)$(field s "$(long 256)")$(field u "$(long 257)")$(field h "$(long 255)")$(field p "$(long 1023)")$(field o "prompt=$(long 127)")")"
seed fuzz_start change 00 "$(frame S "$(field m P)$(field s passwd)$(field h 192.0.2.1)$(field p 246810)")"

ask=$(frame Q 0050494e3a20)
tell=$(frame T 01496e73657274)
won=$(frame V "00$(field U alice)$(field K secret)$(field C 0102030405060708)$(field P login)")
seed fuzz_dialog login 00 "$tell" "$ask" "$won"
for n in 1023 1024; do
	seed fuzz_dialog "authtok_$n" 08 "$(frame V "00$(field K "$(long $n)")")"
done
seed fuzz_dialog longest 00 "$(frame Q "00$(hex "$(long 1023)")")" "$(frame V "00$(field U "$(long 64)")")"
seed fuzz_dialog named 08 "$ask" "$(frame P 3c)" "$won"
seed fuzz_dialog lost 00 "$ask"
seed fuzz_dialog ignore 04 "$(frame V 19)"
seed fuzz_dialog account 01 "$(frame V 0c)"
seed fuzz_dialog change 03 "$ask" "$ask" "$(frame V 14)"

mkdir -p "$out/fuzz_json" "$out/fuzz_conf" "$out/fuzz_challenge" "$out/fuzz_accounts"
h16=$(vector common ssn)
h32=$(vector common mk)
cat >"$out/fuzz_json/plain" <<END
{"version":1,"card":"0102030405060708","dea1":"aes-256","dea2":"aes-256","mk":"$h32","epoch":1,
"applications":[{"slot":1,"name":"login","mechanism":"host-random","ksel":"$h32","pin":true,
"retired":[],"sn":{"1":"$h16"}}],"users":[{"user":"alice","application":"login"}]}
END
cat >"$out/fuzz_json/rich" <<END
{"version":1,"card":"0102030405060708","dea1":"hmac-sha-256","dea2":"aes-256","mk":"$h32","epoch":65535,
"last_ticket":"$h16","counter":4294967295,"applications":[{"slot":1,"name":"login","mechanism":"date",
"ksel":"$h32","pin":true,"secret":true,"sealed_only":true,"duress":true,"period":3600,"retired":[1,32],
"compromised":[2],"sn":{"1":"$h16","10":"$h16","32":"$h16"}},{"slot":8,"name":"sign","mechanism":"card-random",
"ksel":"$h32","pin":false,"may_sign":true,"retired":[],"sn":{"9":"$h16"}}],"users":[]}
END
cp "$here/../../etc/mckd.conf" "$out/fuzz_conf/sample"
sed -n 's/^#\([a-z_]* *=.*\)/\1/p' "$here/../../etc/mckd.conf" >"$out/fuzz_conf/all"
printf 'wait=10\nnullok\nprompt=Your PIN:\nremote=challenge\nauthtok=secret\n' >"$out/fuzz_conf/options"
challenge() {
	cat <<-END
		Card login. Answer with mckd-askpass(1), or paste this into cardtool respond:
		-----BEGIN MCKD CHALLENGE-----
		host web1
		hostid $(vector common host)
		application auto
		token $(vector common token)
		ctx $(vector 1/1 ctx)
		card 0102030405060708 1 3 20000
		card 0202030405060708 0 1 0
		card 0302030405060708 1 0 4294967295
		card 0402030405060708 8 32 0
		-----END MCKD CHALLENGE-----
	END
	printf 'Answer: '
}
challenge >"$out/fuzz_challenge/challenge"
{ printf '(alice@web1) '; challenge; } >"$out/fuzz_challenge/by_ssh"
printf 'mckd1:0102030405060708%s' "${answer%9000}" >"$out/fuzz_challenge/reply"
"$build/mkaccounts" "$out/fuzz_accounts" 0
mv "$out/fuzz_accounts/accounts.cdb" "$out/fuzz_accounts/small"
"$build/mkaccounts" "$out/fuzz_accounts" 6
mv "$out/fuzz_accounts/accounts.cdb" "$out/fuzz_accounts/more"
rm -f "$out/fuzz_accounts/.lock"

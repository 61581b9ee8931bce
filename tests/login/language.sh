# What people read is in their language; what is logged, or parsed, is not
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2119,SC2154
# shellcheck source=tests/testbed/doors.sh
. "$here/doors.sh"
# shellcheck source=tests/testbed/door.sh
. "$here/door.sh"

# locales: of this namespace alone, for mckd-auth looks where the C library does
locales() {
	[ ! -d /run/bed/locale ] || return 0
	mkdir /run/bed/locale
	for name in de_DE fr_FR; do
		localedef -i "$name" -f UTF-8 "/run/bed/locale/$name.UTF-8"
	done
	localedef -i de_DE -f ISO-8859-1 /run/bed/locale/de_DE.ISO-8859-1
	mount --bind /run/bed/locale /usr/lib/locale
}

# hears LOCALE TEXT [COMMAND ...]: in a login with a wrong PIN, by a host run as COMMAND has it
hears() {
	locale=$1
	text=$2
	shift 2
	heard=$("$@" env "LC_ALL=$locale" bed_host -p card alice 999999 2>&1 </dev/null) || :
	grep -qF "$text" <<-END || { echo "$locale: $heard, without $text"; return 1; }
		$heard
	END
}

german_and_french_prompt() {
	locales
	card_in 0 "$BED/alice.card"
	hears de_DE.UTF-8 ' (noch 8 Versuche): '
	hears de_DE.UTF-8 'PIN für Karte '
	hears fr_FR.UTF-8 'Code PIN de la carte '
	grep -q 'wrong PIN' "$BED/syslog.log"
	refute grep -q 'falsche PIN\|code PIN erroné' "$BED/syslog.log"
	LC_ALL=de_DE.UTF-8 expect SUCCESS card alice 246810
}
scenario german_and_french_prompt

# LANGUAGE is a list of catalogues, and nobody's to give
language_of_the_host_alone() {
	locales
	card_in 0 "$BED/alice.card"
	LANGUAGE=fr hears de_DE.UTF-8 'PIN für Karte '
	LANGUAGE=fr hears C 'PIN for card '
}
scenario language_of_the_host_alone

# Nothing that only UTF-8 has, where the host has another encoding, or none is known
prompt_in_other_encodings() {
	locales
	card_in 0 "$BED/alice.card"
	label=$(card_id alice | cut -c 1-4 | tr a-f A-F)...
	hears C "PIN for card $label (8 tries left): "
	hears de_DE.UTF-8 "PIN für Karte $label (noch 7 Versuche): "
	hears de_DE.ISO-8859-1 "$(printf 'PIN f\374r Karte %s (noch 6 Versuche): ' "$label")"
}
scenario prompt_in_other_encodings

unknown_language_is_english() {
	locales
	card_in 0 "$BED/alice.card"
	hears xx_XX.UTF-8 'PIN for card '
	hears ../locale/de_DE.UTF-8 'PIN for card '
	hears /usr/lib/locale/de_DE.UTF-8 'PIN for card '
	hears .. 'PIN for card '
	hears "de_DE.UTF-8$(printf '%070d' 0)" 'PIN for card '
	refute grep -q START "$BED/syslog.log"
}
scenario unknown_language_is_english

# What the administrator said stays as it is, and the tries are told about it
own_words_stay() {
	locales
	service card prompt=Ausweis-Code cue=Karte! wait=1
	hears de_DE.UTF-8 'Karte!'
	card_in 0 "$BED/alice.card"
	hears de_DE.UTF-8 'Ausweis-Code (noch 8 Versuche): '
}
scenario own_words_stay

cue_and_refusal_in_german() {
	locales
	service card wait=1
	hears de_DE.UTF-8 'Stecken Sie Ihre Karte ein.'
	card_in 0 "$BED/alice.card"
	cardtool suspend alice
	hears de_DE.UTF-8 'Kartenanmeldung: die Karte ist ausgesetzt.'
}
scenario cue_and_refusal_in_german

language_through_the_socket() {
	locales
	door_open
	card_in 0 "$BED/alice.card"
	hears de_DE.UTF-8 'PIN für Karte ' setpriv --reuid=61001 --regid=61001 --clear-groups
	door_shut
}
scenario language_through_the_socket

# su speaks the language of who calls it; it is set-user-ID, so that its own locale says which
language_of_su() {
	locales
	doors_setup
	card_in 0 "$BED/bob.card"
	talk <<-'END'
		spawn setpriv --reuid=61001 --regid=61001 --clear-groups env LC_ALL=de_DE.UTF-8 su bob -c "id -un"
		see {PIN f.* Karte .* \(noch 8 Versuche\): $}
		type 135791
		see {bob\r}
		ends 0
	END
}
scenario language_of_su

cardtool_in_german() {
	locales
	LC_ALL=de_DE.UTF-8 cardtool --help >"$BED/help"
	grep -q '^Aufruf: cardtool' "$BED/help"
	grep -q '^  rotate  *Karten einen neuen Auswahlalgorithmus geben' "$BED/help"
	for verb in $(cardtool --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'); do
		LC_ALL=de_DE.UTF-8 cardtool "$verb" --help | grep -q "^Aufruf: cardtool $verb "
		LC_ALL=fr_FR.UTF-8 cardtool "$verb" --help | grep -q "^usage : cardtool $verb "
	done
	exits 2 env LC_ALL=de_DE.UTF-8 cardtool nonsense
	grep -qx 'cardtool: kein Verb nonsense' "$BED/exits.out"
	exits 7 env LC_ALL=fr_FR.UTF-8 cardtool show nobody
	grep -qx "cardtool: nobody : aucune carte de cet identifiant ou de cet utilisateur" "$BED/exits.out"
}
scenario cardtool_in_german

# Scripts read these
json_in_no_language() {
	locales
	for what in list 'show alice' readers log; do
		# shellcheck disable=SC2086
		LC_ALL=C cardtool $what --json >"$BED/json.C"
		# shellcheck disable=SC2086
		LC_ALL=de_DE.UTF-8 cardtool $what --json | diff - "$BED/json.C"
	done
}
scenario json_in_no_language

# no_english LOCALE COMMAND ...: no line of what it says is as it is in English
no_english() {
	locale=$1
	shift
	LC_ALL=C "$@" 2>&1 | grep . >"$BED/english"
	LC_ALL=$locale "$@" 2>&1 | grep . >"$BED/translated"
	[ "$(wc -l <"$BED/english")" = "$(wc -l <"$BED/translated")" ]
	refute grep -Fxf "$BED/english" "$BED/translated"
}

# What a person reads, but for the words of tables; each verb's own lines, and the soft card's
no_english_is_left() {
	locales
	card_in 0 "$BED/alice.card"
	cp "$BED/bob.card" "$BED/other.card"
	for locale in de_DE.UTF-8 fr_FR.UTF-8; do
		no_english "$locale" cardtool doctor --service card --user alice
		no_english "$locale" cardtool doctor --service other
		# shellcheck disable=SC2016
		no_english "$locale" sh -c 'cardtool show alice | sed "/^SLOT/,\$d"'
		# shellcheck disable=SC2016
		no_english "$locale" sh -c 'rm -rf "$0"; mkdir "$0"; cardtool init --store "$0/store" --key "$0/key"' "$BED/init"
		no_english "$locale" cardtool rotate --compromised 1 alice
		no_english "$locale" mckd-vcard "$BED/alice.card"
		no_english "$locale" mckd-vcard --new "$BED/bob.card"
		no_english "$locale" mckd-vcard /nonexistent/card
		# shellcheck disable=SC2016
		no_english "$locale" sh -c 'echo nonsense | mckd-vcard --port 1 --control "$0"' "$BED/other.card"
		no_english "$locale" sh -c 'mckd-vcard --port 0 x 2>&1 | head -n 2'
		no_english "$locale" sh -c 'mckd-vcard --help | grep -v -e "^  *\[" -e --version'
	done
}
scenario no_english_is_left

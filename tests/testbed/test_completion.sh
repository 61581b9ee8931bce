#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The completions of bash and zsh, asked as the shells ask them, beside what cardtool has.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$PWD/cardtool:$PATH
export PATH
failed=0

# check NAME WANTED GOT: every word of WANTED is among GOT
check() {
	missing=
	for word in $2; do
		case " $(echo "$3" | xargs) " in
		*" $word "*) ;;
		*) missing="$missing $word" ;;
		esac
	done
	if [ -z "$missing" ] && [ -n "$2" ]; then
		echo "[       OK ] $1"
	else
		echo "missing:$missing; got: $3"
		echo "[  FAILED  ] $1"
		failed=1
	fi
}

# bash_words WORD ...: what bash offers in the last one's place
bash_words() {
	# shellcheck disable=SC2016
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cardtool; echo "${COMPREPLY[@]}"' \
		"$src/etc/completion/cardtool.bash" "$@"
}

# zsh_words WORD ...: the same; compadd and _describe are zsh's way out, and show what came
zsh_words() {
	# shellcheck disable=SC2016
	zsh -fc 'emulate zsh; file=$1; shift
		compadd() { [[ $1 == -a ]] && print -r -- ${(P)2} || print -r -- $@ }
		_describe() { print -r -- ${${(P)2}%%:*} }
		_files() { print files } ; _users() { print users }
		words=("$@"); CURRENT=$#; . $file' zsh "$src/etc/completion/_cardtool" "$@"
}

verbs=$(cardtool --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')
[ "$(echo "$verbs" | wc -l)" -gt 10 ] || failed=1
check bash_verbs "$verbs" "$(bash_words cardtool '')"
check bash_verb_begun 'readers revoke resume rotate' "$(bash_words cardtool r)"
check bash_options '--user --pin-file --transport-key-file --help' "$(bash_words cardtool provision --)"
check bash_options_behind_store '--service --confirm-within' "$(bash_words cardtool --store /x enable --)"
check bash_services "$(ls /etc/pam.d)" "$(bash_words cardtool doctor --service '')"
check bash_users root "$(bash_words cardtool provision --user ro)"
check bash_second_verbs 'change unblock reset' "$(bash_words cardtool pin '')"
check bash_host_verbs 'list export rekey import receipts' "$(bash_words cardtool host '')"
# second VERB: what its help has behind it, be it one or several
second() {
	cardtool "$1" --help | sed -n "s/^.*cardtool $1 \([a-z]*\) .*/\1/p" | sort -u
}

for verb in $verbs; do
	words=$(second "$verb")
	[ -n "$words" ] || continue
	check "bash_second_$verb" "$words" "$(bash_words cardtool "$verb" '')"
	check "zsh_second_$verb" "$words" "$(zsh_words cardtool "$verb" '')"
done
check bash_host_receipts 'export import' "$(bash_words cardtool host receipts '')"
check zsh_host_receipts 'export import' "$(zsh_words cardtool host receipts '')"
check bash_respond_options '--host --pin --pin-file --reader' "$(bash_words cardtool respond --)"
check zsh_respond_options '--host --pin --pin-file --reader' "$(zsh_words cardtool respond --)"
check zsh_verbs "$verbs" "$(zsh_words cardtool '')"
check zsh_options '--user --pin-file --transport-key-file --help' "$(zsh_words cardtool provision --)"
check zsh_options_behind_store '--service --confirm-within' "$(zsh_words cardtool --store /x enable --)"
check zsh_services "$(ls /etc/pam.d)" "$(zsh_words cardtool doctor --service '')"
check zsh_users users "$(zsh_words cardtool provision --user '')"
check zsh_second_verbs 'put remove' "$(zsh_words cardtool secret '')"
check zsh_host_verbs 'list export rekey import receipts' "$(zsh_words cardtool host '')"
exit $failed

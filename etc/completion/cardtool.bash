# bash completion for cardtool(8). The tool itself says which verbs and options there are.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

_cardtool_verbs() {
	cardtool --help 2>/dev/null | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'
}

_cardtool_options() {
	cardtool "$1" --help 2>/dev/null | grep -oE -e '--[a-z][a-z0-9-]*' | sort -u
}

# Cards are named by their ID or their user; the store is for root to read.
_cardtool_cards() {
	cardtool list --json 2>/dev/null |
		grep -oE '"(card|users?)": *"[^"]+"' | sed 's/.*: *"//; s/"$//' | tr ',' '\n' | sort -u
}

_cardtool() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb='' i words=''

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--store | --key | --config) ((i++)) ;;
		-*) ;;
		*)
			verb=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $prev in
	--store | --key | --config | --output | --*-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	--service)
		mapfile -t COMPREPLY < <(compgen -W "$(ls /etc/pam.d 2>/dev/null)" -- "$cur")
		return
		;;
	esac
	if [ -z "$verb" ]; then
		words="$(_cardtool_verbs) --store --key --config --help --version"
	elif [[ $cur == -* ]]; then
		words="$(_cardtool_options "$verb") --help"
	else
		[ "$verb $prev" != 'host receipts' ] || verb=receipts
		case $verb in
		application) words='add remove' ;;
		host) words='list export rekey import receipts' ;;
		pin) words='change unblock reset' ;;
		receipts) words='export import' ;;
		rotate) words="status cancel $(_cardtool_cards)" ;;
		secret) words='put remove' ;;
		respond) return ;;
		import)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		esac
		[ -n "$words" ] && [ "$prev" = "$verb" ] || words=$(_cardtool_cards)
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _cardtool cardtool

# Hosts with a store of their own in /run/bed, beside the issuer's in /var/lib/mckd
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# at HOST VERB ...: cardtool as it is run there
at() {
	where=$1
	shift
	cardtool --store "/run/bed/$where.store" --key "/run/bed/$where.key" "$@"
}

new_host() {
	rm -rf "/run/bed/$1.store" "/run/bed/$1.key"
	at "$1" init
	service "$1" "store=/run/bed/$1.store" "key=/run/bed/$1.key"
}

# carry VERB HOST [option ...]: export or rekey at the issuer, import there
carry() {
	verb=$1
	to=$2
	shift 2
	rm -rf "/run/bed/$to.export" "/run/bed/$to.transport"
	cardtool host "$verb" "$to" --output "/run/bed/$to.export" \
		--transport-key-file "/run/bed/$to.transport" "$@"
	at "$to" host import "/run/bed/$to.export" --transport-key-file "/run/bed/$to.transport"
}

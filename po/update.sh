#!/bin/sh
# update.sh: takes what the sources say into the catalogues; what is new is still to be translated.
# update.sh --check: is every word of the sources in every catalogue, and no other?
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
cd "$(dirname "$0")/.."

# Functions whose argument of that number is translated by themselves, where it is shown
keywords="_ N_ cannot:2 mckd_language_n:1,2 ngettext:1,2 say:1 tool_usage:2 found:5 mckd_login_reason:2
mckd_json_wrong:3 mckd_store_exec:3 mckd_store_fail:3 mckd_store_row:3 mckd_store_run:3
mckd_store_sqlite:3 change:3 change_row:3 disagree:3 fail:3 refuse:3"

words() {
	# shellcheck disable=SC2046,SC2086
	xgettext --from-code=UTF-8 --language=C --no-location --sort-by-file --no-wrap \
		--keyword $(printf -- '--keyword=%s ' $keywords) \
		--flag=mckd_language_n:1:c-format --flag=mckd_language_n:2:c-format \
		--flag=cannot:2:c-format --flag=say:1:c-format --flag=tool_usage:2:c-format --flag=found:5:c-format \
		--exclude-file=po/plain.po --output=- $(find askpass card cardtool libmckd lock mckd-auth -name '*.[ch]' | LC_ALL=C sort) |
		sed -e '/^"POT-Creation-Date/d' -e "/^\"Report-Msgid-Bugs-To/d" -e 's/CHARSET/UTF-8/'
}

pot=$(mktemp)
trap 'rm -f "$pot"' EXIT
words >"$pot"
rc=0
for po in po/??.po; do
	if [ "${1:-}" != --check ]; then
		msgmerge --quiet --update --backup=none --no-fuzzy-matching --no-location --no-wrap "$po" "$pot"
		msgattrib --no-obsolete --no-location --no-wrap --output-file="$po" "$po"
		continue
	fi
	said=$(msgcmp "$po" "$pot" 2>&1) || rc=1
	# An entry that nothing says any more is only a warning of msgcmp's.
	[ -z "$said" ] || { echo "$said"; echo "$po: is not what the sources say: po/update.sh, then translate"; rc=1; }
	msgfmt --check --output-file=/dev/null "$po" || rc=1
done
exit "$rc"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The module shows a host its six entry points and nothing else, and needs libpam and libc alone.
set -eu
so=${MCKD_PAM_SO:-.libs/pam_mckd.so}
failed=0

check() {
	if [ "$2" = "$3" ]; then
		echo "[       OK ] $1"
	else
		echo "[  FAILED  ] $1"
		printf 'wanted: %s\ngot: %s\n' "$2" "$3"
		failed=1
	fi
}

want='pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok pam_sm_close_session pam_sm_open_session pam_sm_setcred'
got=$(nm -D --defined-only "$so" | awk '{ print $3 }' | sort | xargs)
check exports_are_the_entry_points "$want" "$got"

# A sanitizer's runtime comes with the build that asks for it.
needed=$(readelf -d "$so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
	grep -v -e '^libasan' -e '^libubsan' | sort | xargs)
check needs_libc_and_libpam 'libc.so.6 libpam.so.0' "$needed"

check no_executable_stack '' "$(readelf -lW "$so" | awk '$1 == "GNU_STACK" && $7 ~ /E/')"
check no_text_relocations '' "$(readelf -d "$so" | grep TEXTREL || :)"
exit "$failed"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The module under ThreadSanitizer, which goes with no other sanitizer: a build of its own.
set -u
: "${MCKD_NSS_MAKE:?mkaccounts}"
: "${CC:=cc}"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

$CC -std=gnu11 -D_GNU_SOURCE -fsanitize=thread -g -O1 -pthread -I"$here/../../nss_mckd" \
	-DMCKD_PUBLICDIR="\"$work/public\"" -o "$work/threads" \
	"$here/threads.c" "$here"/../../nss_mckd/*.c || exit 1

# Where addresses are spread wider than ThreadSanitizer of gcc 12 can take, it does not start.
threads() {
	setarch -R env TSAN_OPTIONS="exitcode=66" "$work/threads" "$@" >"$work/log" 2>&1
}

status=0
check() { # name, expected status, argument
	threads "$3"
	got=$?
	if [ "$got" = "$2" ]; then
		echo "[       OK ] $1"
	else
		echo "[  FAILED  ] $1"
		cat "$work/log"
		status=1
	fi
}

ASAN_OPTIONS=detect_leaks=0 "$MCKD_NSS_MAKE" "$work/public" 300 || exit 1
check tsan_sees_a_race 66 race
check tsan_nss_threads 0 300
exit $status

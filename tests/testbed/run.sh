#!/bin/sh
# run.sh [FILE ...]: the login scenarios, over the real stack. Run it through enter.sh:
#   BUILD=build; MCKD_BUILD=$PWD/$BUILD tests/testbed/enter.sh $BUILD/bed tests/testbed/run.sh
# ONLY=pattern runs those scenarios alone; QUEUE=directory, only the files that no other run of
# the same queue has taken.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/testbed/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/testbed/scenario.sh
. "$here/scenario.sh"

passed=0
failed=0

# scenario NAME: runs the function of that name on a fresh bed
scenario() {
	# shellcheck disable=SC2254
	case $1 in
	${ONLY:-*}) ;;
	*) return 0 ;;
	esac
	echo "[ RUN      ] $1"
	set +e
	(
		set -ex
		bed_reset
		"$1"
	) >"$BED/scenario.log" 2>&1
	rc=$?
	set -e
	reports >>"$BED/scenario.log"
	[ -z "$(reports)" ] || rc=99
	sed -n 's/^note: /    /p' "$BED/scenario.log"
	if [ "$rc" = 0 ]; then
		echo "[       OK ] $1"
		passed=$((passed + 1))
	elif [ "$rc" = 77 ]; then
		echo "[  SKIPPED ] $1"
	else
		sed 's/^/    /' "$BED/scenario.log"
		sed 's/^/    log: /' "$BED/syslog.log"
		cat "$BED"/card?.out 2>/dev/null | sed 's/^/    card: /'
		echo "[  FAILED  ] $1"
		failed=$((failed + 1))
	fi
}

trap 'stack_stop' EXIT
trap 'exit 1' INT TERM
stack_start
prepare "$here/lib.sh" || {
	cat "$BED/provision.log"
	echo "[  FAILED  ] bed_provision"
	exit 1
}
[ $# -gt 0 ] || set -- "$here"/../fault/*.sh "$here"/../login/*.sh
for file in "$@"; do
	[ -z "${QUEUE:-}" ] || mkdir "$QUEUE/${file##*/}" 2>/dev/null || continue
	# shellcheck disable=SC1090
	. "$file"
done
echo "login scenarios: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]

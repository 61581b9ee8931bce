#!/bin/sh
# valgrind.sh BUILD: the unit tests of BUILD under valgrind. An error, or what was lost, is a test that
# failed. Left out: those that fork thousands of times, and those whose helper's pidfd valgrind
# does not know.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
cd "$1"
MCKD_VECTORS=$PWD/../tests/vectors/mckd.txt
export MCKD_VECTORS
rc=0
for program in test_*; do
	case $program in *.* | test_cuts | test_hosts | test_module | test_nss) continue ;; esac
	name=valgrind_${program#test_}
	echo "[ RUN      ] $name"
	if valgrind -q --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
		--error-exitcode=99 "./$program" >"$name.log" 2>&1; then
		echo "[       OK ] $name"
	else
		sed 's/^/    /' "$name.log"
		echo "[  FAILED  ] $name"
		rc=1
	fi
done
exit "$rc"

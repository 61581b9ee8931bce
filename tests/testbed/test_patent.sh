#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/PATENT says where what is: every file and every file:name of it must be there, a name
# being a function, or in tests/login a scenario; and each numbered step has code and a test.
set -u
src=$(cd "$(dirname "$0")/../.." && pwd)
page=${1:-$src/docs/PATENT}
failed=0

# verdict NAME COMPLAINTS
verdict() {
	if [ -z "$2" ]; then
		echo "[       OK ] $1"
	else
		echo "$2"
		echo "[  FAILED  ] $1"
		failed=1
	fi
}

words=$(tr -s ' ,;()' '\n' <"$page" | sed 's/[.:]*$//' | grep -E '^[a-z][a-z0-9_-]*/' | sort -u)

verdict patent_files_are_there "$(
	echo "$words" | cut -d : -f 1 | sort -u | while read -r file; do
		[ -e "$src/$file" ] || echo "docs/PATENT: there is no $file"
	done
)"

verdict patent_names_are_there "$(
	echo "$words" | grep : | while IFS=: read -r file name; do
		case $file in
		*.sh) there="^scenario $name\$" ;;
		*) there="^$name(" ;;
		esac
		grep -q -- "$there" "$src/$file" || echo "docs/PATENT: there is no $name in $file"
	done
)"

# After each numbered line one of code, and one of tests
verdict patent_steps_are_whole "$(
	awk '
		function step() { if (want != "") print "docs/PATENT: " at " lacks its " want }
		/^[0-9]+\.[0-9]+ / { step(); at = $1; want = "code"; n++ }
		/^    code    [a-z]/ && want == "code" { want = "test" }
		/^    test    tests\// && want == "test" { want = "" }
		END { step(); if (n < 30) print "docs/PATENT: " n + 0 " steps are not all" }' "$page"
)"
exit $failed

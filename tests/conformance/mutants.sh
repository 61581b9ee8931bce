#!/bin/sh
# Each defect of "mutants", put into the card application, must make the suite red. Run by make check.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
case $MUTANT_FLAGS in *-fsanitize*) exit 77 ;; esac
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
objects=$(ls tests/conformance/test_conformance-*.o tests/unit/test_conformance-*.o)
caught=0
missed=0

# survives: a card that has this defect passes
survives() {
	sed "$change" "$here/../../card/$file" >"$tmp/$file"
	if cmp -s "$tmp/$file" "$here/../../card/$file"; then
		echo "card/$file: the change of this defect changes nothing"
		return 0
	fi
	# shellcheck disable=SC2086
	$CC $MUTANT_FLAGS -I"$here/../../card" -c -o "$tmp/mutant.o" "$tmp/$file" || return 0
	others=$(find card -name 'test_conformance-*.o' ! -name "test_conformance-${file%.c}.o")
	# shellcheck disable=SC2086
	$CC $MUTANT_FLAGS -o "$tmp/mutant" "$tmp/mutant.o" $objects $others .libs/libmckd.a $MUTANT_LIBS || return 0
	rc=0
	timeout 60 "$tmp/mutant" 12 >"$tmp/said" 2>&1 || rc=$?
	[ "$rc" != 1 ] || ! grep -q '^\[  FAILED  \]' "$tmp/said"
}

while IFS=@ read -r file change what; do
	case $file in '#'*) continue ;; esac
	if survives; then
		echo "[  FAILED  ] $file: $what"
		missed=$((missed + 1))
	else
		caught=$((caught + 1))
	fi
done <"$here/mutants"
echo "defects: $caught caught, $missed missed"
[ "$missed" = 0 ] && [ "$caught" -gt 0 ]

#!/bin/bash
# hardening.sh DIR ...: every program and library below DIR is linked and compiled as
# configure.ac has it. Fortify and the stack protector leave a trace only where there is
# something to guard, so those two are asked of the compiler's own record.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
failed=0
seen=0

want() {
	local what=$1 text=$2 pattern=$3
	grep -qE -- "$pattern" <<<"$text" && return
	echo "$file: $what is missing"
	failed=1
}

refuse() {
	local what=$1 text=$2 pattern=$3
	grep -qE -- "$pattern" <<<"$text" || return 0
	echo "$file: $what"
	failed=1
}

check() {
	local file=$1 head segments dynamic symbols
	head=$(readelf -Wh "$file" 2>/dev/null) || return 0
	segments=$(readelf -Wl "$file")
	dynamic=$(readelf -Wd "$file")
	symbols=$(readelf -Ws --dyn-syms "$file")
	seen=$((seen + 1))
	want "PIE (or PIC)" "$head" 'Type: +DYN'
	case $file in
	*.so*) ;;
	*) want "PIE" "$dynamic" 'FLAGS_1.*PIE' ;;
	esac
	want "relro" "$segments" 'GNU_RELRO'
	want "bind now" "$dynamic" 'BIND_NOW|FLAGS.* NOW'
	refuse "the stack is executable" "$segments" 'GNU_STACK.* RWE'
	refuse "a segment is writable and executable" "$segments" 'LOAD.* RWE'
	refuse "code is relocated in place" "$dynamic" 'TEXTREL'
	refuse "it looks for libraries in a path of its own" "$dynamic" 'RPATH|RUNPATH'
	want "the stack protector" "$symbols" '__stack_chk_fail'
	want "fortify" "$symbols" '__[a-z]+_chk(@|$)'
}

for file in $(find "$@" -type f \( -perm -u+x -o -name '*.so*' \) | sort); do
	check "$file"
done
# The module, the helper, the tool, the NSS library, the soft card.
[ "$seen" -ge 5 ] || { echo "only $seen programs and libraries were found"; failed=1; }
[ "$failed" != 0 ] || echo "hardened: $seen programs and libraries"
exit "$failed"

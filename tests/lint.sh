#!/bin/bash
# lint.sh: the form of shell scripts, man pages and C, and the catalogues of what people are shown. Run by "./dev lint", in the tree's top.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
rc=0

complain() {
	echo "$*"
	rc=1
}

tracked() {
	git ls-files --cached --others --exclude-standard "$@" | while read -r f; do
		[ ! -f "$f" ] || echo "$f"
	done
}

# Words and marks in their order, without the places where lines break: those are the
# author's, and .clang-format has no way to leave them alone.
words() {
	tr -s '\\\n\t ' '\n'
}

# At once for all files, and file by file only to say which one it was.
c_spacing() {
	[ "$(cat "$@" | words | cksum)" = "$(clang-format --style=file "$@" | words | cksum)" ] && return
	for f; do
		apart=$(diff <(words <"$f") <(clang-format --style=file "$f" | words) | grep '^[<>]') &&
			complain "$f: clang-format would space this otherwise: $(head -n 6 <<<"$apart")"
	done
}

# Arguments that go on at the margin are indented by four blanks, all else by tabs.
c_lines() {
	awk '
		function bad(what, line) { print FILENAME ":" line ": " what; rc = 1 }
		FNR == 1 {
			prev = ""
			if ($0 != "/* SPDX-License-Identifier: GPL-2.0-or-later */")
				bad("this is not the SPDX line", 1)
		}
		/[ \t]$/ { bad("blanks at the end of the line", FNR) }
		/^(    )? [^ *]|^  [^ ]|^   [^ ]|^      / { bad("indented by blanks", FNR) }
		/^\{/ && prev ~ /^[a-z][a-z_0-9 ]* \**[a-z_0-9]+\(.*\)$/ {
			bad("the return type belongs on a line of its own", FNR - 1)
		}
		{ prev = $0 }
		END { exit rc }' "$@" || rc=1
}

mapfile -t scripts < <(tracked dev .ci/run '*.sh')
shellcheck -x "${scripts[@]}" || rc=1

# The scenarios are sourced into one shell.
twice=$(sed -n 's/^\([a-z_0-9]*\)() {.*/\1/p' tests/login/*.sh tests/fault/*.sh tests/testbed/lib.sh \
	tests/testbed/cuts.sh tests/testbed/doors.sh tests/testbed/nss.sh tests/testbed/scenario.sh | sort | uniq -d)
[ -z "$twice" ] || complain "a function of that name in two files of scenarios: $twice"

# scdoc writes .PP before every paragraph, also where mandoc has no use for it: no page
# written in it could do otherwise.
for page in man/*.scd; do
	text=$(scdoc <"$page") || { complain "$page: scdoc does not take it"; continue; }
	said=$(mandoc -Tlint -W warning <<<"$text" | grep -v 'skipping paragraph macro: PP') &&
		complain "$page: $said"
done

# A word that somebody is shown, and that is not in every catalogue
po/update.sh --check || rc=1

mapfile -t files < <(tracked '*.c' '*.h')
c_spacing "${files[@]}"
c_lines "${files[@]}"
[ "$rc" = 0 ] && echo "lint: clean"
exit "$rc"

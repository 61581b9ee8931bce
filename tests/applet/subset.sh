#!/bin/sh
# subset.sh: the applet keeps to the part of Java that a card has, and allocates and assigns to fields
# at installation alone. Then: each rule refuses what breaks it. In the build directory, by "make check".
# What the rules cannot see is whether an intermediate value overflows a short: the converter's job.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
: "${JAVA:?}" "${JAVAC:?}" "${JAVAP:?}"
srcdir=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# offences DIR: a line for each
offences() {
	find "$1" -name '*.class' -exec "$JAVAP" -p -c -l -cp applet/chip:"$1" {} + >"$work/listing"
	awk '
		function offence(what) { print class ", " method ": " what; found = 1 }
		/^(public |final |abstract )*(class|interface) / { class = $0; sub(/ \{$/, "", class); method = "" }
		/^  [a-z].*;$/ {
			method = $0
			atInstall = /^  static \{\};|[^.a-zA-Z]mckd\.[A-Za-z]+\(/ || / install\(byte\[\], short, byte\)/
			if (/(^|[ (,])(int|long|float|double|char|java\.lang\.String)[][]*[ ,)]/)
				offence("a type that cards lack")
			if (/\[\]\[\]/)
				offence("an array of arrays")
		}
		/^ *[0-9]+ +[0-9]+ +[0-9]+ +[A-Za-z0-9_]+ +(\[*(I|J|F|D|C|Ljava\/lang\/String;)|\[\[.*)$/ {
			offence("a local variable of a type that cards lack: " $4)
		}
		$1 ~ /^[0-9]+:$/ {
			op = $2
			if (op ~ /^(ldc|ldc_w|ldc2_w|multianewarray|invokedynamic|monitorenter|i2[lfdc])$/)
				offence(op)
			if (op ~ /^[lfd](const|load|store|aload|astore|add|sub|mul|div|rem|neg|shl|shr|ushr|and|or|xor|cmp)/)
				offence(op)
			if (op ~ /^(new|newarray|anewarray|putfield|putstatic)$/ && !atInstall)
				offence(op " after installation")
		}
		END { exit !found }' "$work/listing"
}

echo "[ RUN      ] applet_keeps_to_the_subset"
if offences applet/classes; then
	echo "[  FAILED  ] applet_keeps_to_the_subset"
	exit 1
fi
echo "[       OK ] applet_keeps_to_the_subset"

# What the README promises of memory is what installation takes.
echo "[ RUN      ] sizes_are_those_of_the_readme"
"$JAVA" -cp applet/chip:applet/classes chip.Reader --sizes >"$work/sizes"
read -r data ram <"$work/sizes"
if tr -d , <"$srcdir/applet/README" >"$work/readme" && grep -q " $data bytes of data" "$work/readme" &&
	grep -q " $ram bytes cleared" "$work/readme"; then
	echo "[       OK ] sizes_are_those_of_the_readme"
else
	echo "data $data, RAM $ram"
	echo "[  FAILED  ] sizes_are_those_of_the_readme"
	exit 1
fi

# refuses LINE-OF-A-CLASS
refuses() {
	rm -rf "$work/bad"
	mkdir -p "$work/bad/mckd"
	printf 'package mckd;\nfinal class Bad {\n%s\n}\n' "$1" >"$work/bad/mckd/Bad.java"
	"$JAVAC" -g -cp applet/chip:applet/classes -d "$work/bad" "$work/bad/mckd/Bad.java"
	offences "$work/bad" >"$work/said" || { echo "this was not refused: $1"; return 1; }
}

echo "[ RUN      ] subset_can_fail"
if
	refuses 'int field;' &&
	refuses 'static short f(long a) { return (short) a; }' &&
	refuses 'static short f(short a) { int b = a; return (short) b; }' &&
	refuses 'static short f(short[][] a) { return a[0][0]; }' &&
	refuses 'static short f(short a) { return (short) (a * 2L); }' &&
	refuses 'static void f(String a) { }' &&
	refuses 'static boolean f(Object a) { return a.equals("text"); }' &&
	refuses 'static byte[] f() { return new byte[1]; }' &&
	refuses 'static Object f() { return new Object(); }' &&
	refuses 'short a; void f() { a = 1; }' &&
	refuses 'static short a; static void f() { a++; }' &&
	refuses 'static Runnable f() { return () -> { }; }'
then
	echo "[       OK ] subset_can_fail"
else
	echo "[  FAILED  ] subset_can_fail"
	exit 1
fi

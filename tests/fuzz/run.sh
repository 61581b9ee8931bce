#!/bin/sh
# run.sh BUILD SECONDS: each target of BUILD for so long, on its seeds and what earlier runs found
# (BUILD/corpus). Bytes that break one stay in BUILD/broken, and BUILD/TARGET FILE shows it again.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
seconds=$2
export build seconds

# shellcheck disable=SC2016
one='
	corpus=$build/corpus/$1
	mkdir -p "$corpus" "$build/broken"
	echo "[ RUN      ] $1"
	if "$build/$1" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$build/broken/$1." "$corpus" "$build/seeds/$1" >"$build/$1.log" 2>&1; then
		sed -n "s/^stat::number_of_executed_units: */    runs: /p" "$build/$1.log"
		echo "[       OK ] $1"
	else
		tail -n 60 "$build/$1.log" | sed "s/^/    /"
		echo "[  FAILED  ] $1"
		exit 1
	fi
'
rm -rf "$build/seeds"
"$here/seeds.sh" "$build"
find "$here" -name 'fuzz_*.c' -printf '%f\n' | sed 's/\.c$//' | sort | xargs -P "$(nproc)" -I '{}' sh -c "$one" sh '{}'

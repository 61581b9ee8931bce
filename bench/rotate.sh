#!/bin/sh
# rotate.sh [CARDS [RUNS]]: a rotation of so many cards against SQLite alone inserting the same
# sealed rows, by turns. Run by "./dev bench rotate", through enter.sh with BED_STORE=disk.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# At real-time priority: other work of the machine is not to be measured.
if [ -z "${BENCH_PRIORITY:-}" ] && chrt -f 1 true 2>/dev/null; then
	BENCH_PRIORITY=1 exec chrt -f 1 "$0" "$@"
fi
here=$(cd "$(dirname "$0")/../tests/testbed" && pwd)
# shellcheck source=tests/testbed/lib.sh
. "$here/lib.sh"

cards=${1:-100000}
runs=${2:-3}
work=/var/lib/mckd/bench
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

seconds() {
	date +%s.%N
}

rm -rf "$work"
mkdir -m 700 "$work"
bench_rotate fill "$work/filled" "$work/key" "$cards"
: >"$BED/rotate.out"
run=0
while [ "$run" -lt "$runs" ]; do
	run=$((run + 1))
	rm -rf "$work/store"
	cp -a "$work/filled" "$work/store"
	sync
	start=$(seconds)
	# The shell's own child, so that its memory can be asked for.
	bench_memory cardtool --store "$work/store" --key "$work/key" rotate --all --mechanism counter \
		>"$BED/rotate.words" 2>&1 || die "$(cat "$BED/rotate.words")"
	end=$(seconds)
	memory=$(sed -n 's/^bench_memory: \([0-9]*\) KiB$/\1/p' "$BED/rotate.words")
	# A line for each second
	told=$(grep -c '^cardtool: [0-9]* cards' "$BED/rotate.words") || true
	whole=$(bench_rotate raw "$work/store/store.db" "$work/raw.db" 0)
	raw=$(bench_rotate raw "$work/store/store.db" "$work/raw.db" 512)
	echo "$start $end $raw $whole $memory $told" >>"$BED/rotate.out"
done
cardtool --store "$work/store" --key "$work/key" rotate status --json >"$BED/rotate.status"
grep -q "\"cards\":$cards,\"done\":0,\"confirmed\":0,\"pending\":$cards," "$BED/rotate.status" ||
	die "the rotation is not of $cards cards: $(head -c 400 "$BED/rotate.status")"

awk -v cards="$cards" '
function median(v, n,	i, k, x) {
	for (i = 1; i <= n; i++)
		for (k = i + 1; k <= n; k++)
			if (v[k] < v[i]) { x = v[i]; v[i] = v[k]; v[k] = x }
	return v[int((n + 1) / 2)]
}
{
	t[NR] = $2 - $1; raw[NR] = $3; whole[NR] = $4
	if ($5 > most) most = $5
	told = $6
}
END {
	t1 = median(t, NR); raw1 = median(raw, NR); whole1 = median(whole, NR)
	printf "a rotation of %d cards (cardtool rotate --all), medians of %d runs by turns:\n", cards, NR
	printf "  %.1f s, %.0f tickets a second; %d lines of progress\n", t1, cards / t1, told
	printf "  %.2f times SQLite alone, as many cards in a transaction (%.1f s); goal 3\n", t1 / raw1, raw1
	printf "  %.2f times SQLite alone, all in one transaction (%.1f s)\n", t1 / whole1, whole1
	printf "  %.1f MB of memory at most\n", most / 1024
}' "$BED/rotate.out"

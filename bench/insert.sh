#!/bin/sh
# insert.sh [RUNS]: how soon a card that is put in is noticed. Run by "./dev bench insert",
# through enter.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# At real-time priority, pcscd and the card too: other work of the machine is not to be measured.
if [ -z "${BENCH_PRIORITY:-}" ] && chrt -f 1 true 2>/dev/null; then
	BENCH_PRIORITY=1 exec chrt -f 1 "$0" "$@"
fi
here=$(cd "$(dirname "$0")/../tests/testbed" && pwd)
# shellcheck source=tests/testbed/lib.sh
. "$here/lib.sh"

runs=${1:-20}
trap 'stack_stop' EXIT
trap 'exit 1' INT TERM
stack_start
bed_provision >"$BED/provision.log" 2>&1 || die "$(cat "$BED/provision.log")"
service wait wait=30
card_in 0 "$BED/alice.card"
bench_insert "$runs" "$(cat "$BED/card0.pid")" wait alice >"$BED/bench.out" || die "$(cat "$BED/card0.out")"
echo "a card put in while a login waits for it, from pcscd's report of it, $runs runs:"
awk '{ printf "  selected, and the PIN asked for, after %.2f ms (p95 %.2f ms, worst %.2f ms; goal 20 ms)\n",
	$2 / 1000, $3 / 1000, $4 / 1000 }' "$BED/bench.out"

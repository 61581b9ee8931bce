#!/bin/sh
# login.sh [RUNS]: a whole login against the PC/SC floor. Run by "./dev bench login",
# through enter.sh with BED_STORE=disk.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
here=$(cd "$(dirname "$0")/../tests/testbed" && pwd)
# shellcheck source=tests/testbed/lib.sh
. "$here/lib.sh"

runs=${1:-200}
pick() {
	awk -v name="$1" '$1 == name { print $2 }' "$BED/bench.out"
}
ms() {
	awk -v us="$1" 'BEGIN { printf "%.2f", us / 1000 }'
}

trap 'stack_stop; rm -rf "$BED"/*.card "$BED/kept"' EXIT
trap 'exit 1' INT TERM
stack_start
prepare "$here/lib.sh" || die "$(cat "$BED/provision.log")"
bed_reset
echo "auth required pam_permit.so" >/etc/pam.d/permit
# A card has no disk: its state is in memory, and so is a second store, which shows what
# the durable write of the first one costs.
cp -a "$BED/alice.card" /run/bed/alice.card
cp -a /var/lib/mckd /run/bed/store
service memory store=/run/bed/store
card_in 0 /run/bed/alice.card

# One login alone, counted at the card
trace_reset
expect SUCCESS card alice 246810
apdus=$(apdus)
bytes_in=$(trace_bytes in)
bytes_out=$(trace_bytes out)

bench_interleave "$runs" "$BED/login.in" \
	login "pamtester card alice authenticate" \
	memory "pamtester memory alice authenticate" \
	floor "bench_floor" \
	spawn "bench_empty" \
	permit "pamtester permit alice authenticate" >"$BED/bench.out" || die "$(cat "$BED/login.out")"

login=$(pick login)
memory=$(pick memory)
floor=$(pick floor)
spawn=$(pick spawn)
permit=$(pick permit)
cat <<END
login, medians of $runs interleaved runs (p95 beside):
$(awk '{ printf "  %-8s %7.2f ms  %7.2f ms\n", $1, $2 / 1000, $3 / 1000 }' "$BED/bench.out")

  $apdus APDUs, $bytes_in bytes to the card, $bytes_out bytes from it
  where the login's $(ms "$login") ms go:
    $(ms "$floor") ms  the floor: PC/SC and the card
    $(ms "$spawn") ms  one empty helper spawn
    $(ms "$permit") ms  pamtester and libpam, with pam_permit
    $(ms $((login - memory))) ms  the store's write, made durable (against a store in memory)
    $(ms $((memory - floor - spawn - permit))) ms  the rest: loading libraries, keys, the store's read
END
awk -v l="$login" -v f="$floor" -v s="$spawn" -v p="$permit" 'BEGIN {
	printf "  ratio to (floor + spawn): %.2f (goal 1.60)\n", l / (f + s)
	printf "  ratio without pamtester itself: %.2f\n", (l - p) / (f + s) }'

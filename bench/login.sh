#!/bin/sh
# login.sh [RUNS]: a whole login against the PC/SC floor. Run by "./dev bench login",
# through enter.sh with BED_STORE=disk.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# At real-time priority, pcscd and the card too: other work of the machine is not to be measured.
if [ -z "${BENCH_PRIORITY:-}" ] && chrt -f 1 true 2>/dev/null; then
	BENCH_PRIORITY=1 exec chrt -f 1 "$0" "$@"
fi
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
# ratio A B: A / B
ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}
# phase COLUMN: the median of one column of bench_phases' lines
phase() {
	awk -v c="$1" '{ print $c }' "$BED/phases" | sort -n | awk '{ v[NR] = $1 } END { print v[int(NR / 2) + 1] }'
}

trap 'stack_stop; rm -rf "$BED"/*.card "$BED/kept" "$BED/phases"' EXIT
trap 'exit 1' INT TERM
stack_start
prepare "$here/lib.sh" || die "$(cat "$BED/provision.log")"
bed_reset
echo "auth required pam_permit.so" >/etc/pam.d/permit
echo "auth required $MCKD_BUILD/.libs/bench_floor_pam.so" >/etc/pam.d/floor
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

rm -f "$BED/phases"
bench_interleave "$runs" "$BED/login.in" \
	login "pamtester card alice authenticate" \
	memory "pamtester memory alice authenticate" \
	floor "bench_floor" \
	module "pamtester floor alice authenticate" \
	spawn "bench_empty" \
	loaded "bench_ready" \
	crypto "bench_ready crypto" \
	permit "pamtester permit alice authenticate" \
	phases "bench_phases $BED/phases card alice 246810" >"$BED/bench.out" || die "$(cat "$BED/login.out")"

login=$(pick login)
memory=$(pick memory)
floor=$(pick floor)
module=$(pick module)
spawn=$(pick spawn)
loaded=$(pick loaded)
crypto=$(pick crypto)
permit=$(pick permit)
cat <<END
a login, medians of $runs interleaved runs (p95 beside):
$(awk '$1 != "phases" { printf "  %-8s %7.2f ms  %7.2f ms\n", $1, $2 / 1000, $3 / 1000 }' "$BED/bench.out")

  from the call to the prompt   $(ms "$(phase 1)") ms
  from the PIN to the verdict   $(ms "$(phase 2)") ms, $(ratio "$(phase 2)" "$spawn") times an empty spawn
  $apdus APDUs, $bytes_in bytes to the card, $bytes_out bytes from it

  where the login's $(ms "$login") ms go:
    $(ms "$floor") ms  the floor: PC/SC and the card
    $(ms "$spawn") ms  one empty helper spawn
    $(ms "$permit") ms  pamtester and libpam, with pam_permit
    $(ms $((loaded - spawn))) ms  loading mckd-auth's libraries
    $(ms $((login - memory))) ms  the store's write, made durable (against a store in memory)
    $(ms $((memory - floor - permit - loaded))) ms  the rest: the store's read, keys, configuration; getting the
             crypto ready ($(ms $((crypto - loaded))) ms) where the other processor is not free for it

  $(ratio "$login" $((floor + spawn))) = login / (floor + spawn); the goal is 1.60
  $(ratio "$login" $((module + spawn))) = login / (module + spawn): pamtester on both sides
  $(ratio $((login - permit)) $((floor + spawn))) with pamtester's own time taken off
  $(ratio $((floor + permit + loaded)) $((floor + spawn))) for the floor, pamtester, and loading the libraries alone
  $(ratio $((module + loaded + login - memory)) $((module + spawn))) of (module + spawn) for these two, loading the libraries, and the write alone
END

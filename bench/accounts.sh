#!/bin/sh
# accounts.sh [ROUNDS]: lookups of card-only accounts, by their number. Run by
# "./dev bench accounts", through enter.sh.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
if [ -z "${BENCH_PRIORITY:-}" ] && chrt -f 1 true 2>/dev/null; then
	BENCH_PRIORITY=1 exec chrt -f 1 "$0" "$@"
fi
here=$(cd "$(dirname "$0")/../tests/testbed" && pwd)
# shellcheck source=tests/testbed/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/testbed/nss.sh
. "$here/nss.sh"

rounds=${1:-100}
many=100000
public=/var/lib/mckd-public/accounts.cdb
# shellcheck disable=SC2119
nss_setup
# mkaccounts has an alice and a bob of its own.
sed -i "/^alice:/d; /^bob:/d" /etc/passwd
set --
for n in 10 1000 $many; do
	mkaccounts "/var/lib/accounts.$n" "$n"
	set -- "$@" "/var/lib/accounts.$n/accounts.cdb=$n"
done
mkdir -m 755 /var/lib/mckd-public
bench_accounts "$rounds" $public "$@" >"$BED/bench.out"
echo "a lookup of one of N accounts, through the C library, medians of $rounds rounds:"
awk '{ printf "  N = %-7d  by name %.1f us, by uid %.1f us, groups %.1f us\n", $1, $2, $3, $4
		if (NR == 1) split($0, few) }
	END { printf "  %.2f, %.2f, %.2f = the last to the first\n", $2 / few[2], $3 / few[3], $4 / few[4] }' \
	"$BED/bench.out"

: >"$BED/login.in"
bench_interleave 200 "$BED/login.in" local "id nobody" card "id user054321" >"$BED/bench.out"
echo
echo "id(1), a process each, with $many accounts, medians of 200 interleaved runs (p95 beside):"
awk '{ printf "  of a %-5s account  %.2f ms  %.2f ms\n", $1, $2 / 1000, $3 / 1000; us[$1] = $2 }
	END { printf "  %.2f = card / local; the goal is 5 ms\n", us["card"] / us["local"] }' "$BED/bench.out"

# The same number from the store on: what cardtool does whenever an account changes.
rm -rf /var/lib/mckd-public
cardtool init >/dev/null
sqlite3 /var/lib/mckd/store.db "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $many - 1)
	INSERT INTO account (uid, name, gecos, home, shell)
	SELECT 100000 + i, printf('user%06d', i), '', '/home/x', '/bin/sh' FROM n"
bench_interleave 5 "$BED/login.in" publish "cardtool account" >"$BED/bench.out"
echo
awk -v n=$many '{ printf "cardtool account, %d accounts read, published and listed: %.2f s\n", n, $2 / 1e6 }' \
	"$BED/bench.out"

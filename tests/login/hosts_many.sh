# A host of many cards: what their export and import take
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# shellcheck source=tests/testbed/hosts.sh
. "$here/hosts.sh"

# SQLite counts a database's transactions in its bytes 24-27.
transactions_of() {
	od -An -j 24 -N 4 -t u4 --endian=big "$1"
}

# A store of so many cards, all alice's, and nothing exported from it
many_cards() {
	rm -rf /run/bed/many.* /run/bed/web.*
	bench_rotate fill /run/bed/many.store /run/bed/many.key "$1"
	sqlite3 /run/bed/many.store/store.db "INSERT INTO assignment SELECT card, 1, 'alice' FROM card"
}

# Of many cards that wait for a rotation each, all noted as sent, by a transaction for hundreds of them
export_of_many() {
	many_cards 1100
	db=/run/bed/many.store/store.db
	at many rotate --all
	before=$(transactions_of "$db")
	at many host export web --output /run/bed/web.export --transport-key-file /run/bed/web.transport >"$BED/out"
	grep ' 1100 cards, 1100 tickets,' "$BED/out"
	[ "$(sqlite3 "$db" 'SELECT count(*), sum(sent) FROM ticket')" = '1100|1100' ]
	[ $(($(transactions_of "$db") - before)) -le 8 ]
	new_host web
	at web host import /run/bed/web.export --transport-key-file /run/bed/web.transport | grep ' 1100 cards, 0 taken away'
}
scenario export_of_many

# A long run says every second how far it is, and nothing of that in its result.
long_run_tells() {
	many_cards 20000
	cardtool --store /run/bed/many.store --key /run/bed/many.key host export web --output /run/bed/web.export \
		--transport-key-file /run/bed/web.transport >"$BED/out" 2>"$BED/said" &
	run=$!
	while [ "$(stat -c %s /run/bed/web.export/store.db 2>/dev/null || echo 0)" -lt 1000000 ]; do
		kill -0 "$run"
		sleep 0.01
	done
	# The clock goes on.
	kill -STOP "$run"
	sleep 1.1
	kill -CONT "$run"
	wait "$run"
	grep -E '^cardtool: [0-9]+ cards$' "$BED/said"
	[ "$(wc -l <"$BED/out")" = 1 ]
}
scenario long_run_tells

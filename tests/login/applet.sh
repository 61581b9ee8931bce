# The applet, on the tests' own chip (tests/applet), in a reader
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# applet_in KEYFILE [option of chip.Reader ...]: a new card in reader 0, until it is taken out
applet_in() {
	key=$1
	shift
	[ -f "$MCKD_BUILD/applet/made" ] || die "the applet was not built: apt-get install default-jdk-headless"
	start card0 java -XX:TieredStopAtLevel=1 -cp "$MCKD_BUILD/applet/chip:$MCKD_BUILD/applet/classes" \
		chip.Reader --trace "$BED/trace0" "$@" "$PORT_0" "$key"
	bed_wait present 0 || die "the applet's card: $(cat "$BED/card0.out")"
}

# applet_conforms DEAS [option of chip.Reader ...]
applet_conforms() {
	deas=$1
	shift
	applet_in /run/bed/applet.key "$@"
	rc=0
	mckd-conformance -d "$deas" -r 'Virtual PCD*' /run/bed/applet.key >"$BED/applet.out" 2>&1 || rc=$?
	grep -E 'FAILED|ERROR' "$BED/applet.out" || :
	[ "$(grep -c '^\[       OK \]' "$BED/applet.out")" -ge 50 ] || rc=1
	# What is no status word of ours, a stack trace, stands here.
	[ ! -s "$BED/card0.out" ] || rc=1
	card_out 0
	return "$rc"
}

applet_conforms_in_a_reader() {
	for pair in 11 12 21 22; do
		applet_conforms "$pair"
	done
}
scenario applet_conforms_in_a_reader

applet_conforms_over_t0() {
	applet_conforms 12 --t0
}
scenario applet_conforms_over_t0

# A new card of Carol's, made by cardtool
applet_provisioned() {
	(umask 077 && echo 112233 >"$BED/carol.pin")
	applet_in /run/bed/applet.key --cut "$BED/applet.cut"
	cardtool provision --user carol --pin-file "$BED/carol.pin" --transport-key-file /run/bed/applet.key "$@"
}

# As many commands as the soft card is asked (rotation.sh)
applet_logs_in_and_rotates() {
	applet_provisioned
	for _ in 1 2 3; do
		trace_reset
		expect SUCCESS card carol 112233
		[ "$(apdus)" = 2 ]
	done
	expect AUTH_ERR card carol 999999
	expect SUCCESS card carol 112233
	cardtool rotate --deferred --compromised 1 --force carol
	trace_reset
	expect SUCCESS card carol 112233
	[ "$(apdus)" = 4 ]
	grep -q '^20 .* 9000$' "$BED/trace0"
	cardtool rotate status | grep 'it is over'
	for _ in 1 2 3 4; do
		trace_reset
		expect SUCCESS card carol 112233
		[ "$(apdus)" = 2 ]
		[ "$(last_index)" != 1 ]
	done
	[ ! -s "$BED/card0.out" ]
}

scenario applet_logs_in_and_rotates

applet_selects_by_every_mechanism() {
	applet_provisioned
	for mechanism in card-random host-date date counter pin host-random; do
		cardtool rotate --now --mechanism "$mechanism" --replenish 1 carol
		expect SUCCESS card carol 112233
	done
}
scenario applet_selects_by_every_mechanism

applet_locks_and_unblocks() {
	(umask 077 && echo 987654321 >"$BED/puk" && echo 445566 >"$BED/new.pin")
	applet_provisioned --puk-file "$BED/puk"
	login card carol 999999
	while [ "$verdict" = AUTH_ERR ]; do
		login card carol 999999
	done
	[ "$verdict" = MAXTRIES ]
	expect MAXTRIES card carol 112233
	cardtool pin unblock carol --puk-file "$BED/puk" --new-pin-file "$BED/new.pin"
	expect SUCCESS card carol 445566
}
scenario applet_locks_and_unblocks

# A login that carries a ticket, and the card is torn out at the n-th write of its memory: 22 are the
# ticket's, then come the try, the try given back, and the counter.
applet_torn_out_of_a_login() {
	applet_provisioned
	index=1
	for n in 1 6 11 16 22 23 24 25; do
		cardtool rotate --deferred --force --compromised "$index" --replenish 1 carol
		echo "$n" >"$BED/applet.cut.new" && mv "$BED/applet.cut.new" "$BED/applet.cut"
		expect AUTHINFO_UNAVAIL card carol 112233
		bed_wait empty 0
		rm "$BED/applet.cut.out"
		bed_wait present 0
		expect SUCCESS card carol 112233
		[ "$(last_index)" != "$index" ]
		cardtool rotate status | grep 'it is over'
		index=$((index + 1))
	done
	[ "$(grep -c '^20 .* CUT$' "$BED/trace0")" = 5 ]
	[ "$(grep -c '^10 .* CUT$' "$BED/trace0")" = 3 ]
	[ ! -s "$BED/card0.out" ]
}
scenario applet_torn_out_of_a_login

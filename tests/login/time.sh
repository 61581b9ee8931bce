# What a person waits for; figures are for ./dev bench
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# What can be done before the PIN is known is done before the prompt.
selected_when_the_prompt_appears() {
	card_in 0 "$BED/alice.card"
	rm -f "$BED/pin"
	mkfifo "$BED/pin"
	: >"$BED/login.out"
	trace_reset
	timeout 30 pamtester card alice authenticate <"$BED/pin" >"$BED/login.out" 2>&1 &
	exec 9>"$BED/pin"
	timeout 20 sh -c "until grep -q 'tries left' '$BED/login.out'; do sleep 0.02; done"
	cat "$BED/trace0"
	[ "$(apdus)" = 1 ]
	grep -i '^a4 ' "$BED/trace0"
	echo 246810 >&9
	exec 9>&-
	wait "$!"
	grep "successfully authenticated" "$BED/login.out"
	cat "$BED/trace0"
	[ "$(apdus)" = 2 ]
	[ "$(grep -ci '^10 ' "$BED/trace0")" = 1 ]
}
scenario selected_when_the_prompt_appears

# From pcscd's report to the prompt of a login that waits: by PC/SC's own event, for a look every so
# often would miss this most of the time. Other work of the machine is not to be measured.
a_card_put_in_is_noticed_within_20_ms() {
	service wait wait=30
	card_in 0 "$BED/alice.card"
	first=
	if chrt -f 1 true 2>/dev/null; then
		first='chrt -f 1'
		trap 'chrt -a -o -p 0 "$(cat "$BED/pcscd.pid")"' EXIT
		chrt -a -f -p 1 "$(cat "$BED/pcscd.pid")"
		chrt -a -f -p 1 "$(cat "$BED/card0.pid")"
	fi
	# shellcheck disable=SC2086
	$first bench_insert 7 "$(cat "$BED/card0.pid")" wait alice >"$BED/insert.out"
	cat "$BED/insert.out"
	awk '$2 > 20000 { exit 1 }' "$BED/insert.out"
}
scenario a_card_put_in_is_noticed_within_20_ms

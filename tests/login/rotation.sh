# Rotation after a compromise
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

rotation_then_login() {
	card_in 0 "$BED/alice.card"
	cardtool rotate alice --compromised 1 --force
	for _ in 1 2 3 4; do
		trace_reset
		expect SUCCESS card alice 246810
		[ "$(apdus)" = 2 ]
	done
}
scenario rotation_then_login

# Ordered while the card is away; the next login delivers the ticket before AUTHENTICATE
rotation_delivered_by_login() {
	cardtool rotate alice --compromised 1 --force
	card_in 0 "$BED/alice.card"
	trace_reset
	expect SUCCESS card alice 246810
	[ "$(apdus)" -ge 3 ]
	trace_reset
	expect SUCCESS card alice 246810
	[ "$(apdus)" = 2 ]
}
scenario rotation_delivered_by_login

# What a resync takes the place of was never receipted: the card must not be older than it
resync_over_a_queue() {
	cardtool rotate alice --compromised 1 --force
	card_in 0 "$BED/alice.card"
	cardtool rotate alice --resync --force
	expect SUCCESS card alice 246810
	cardtool rotate alice --compromised 2 --force
	expect SUCCESS card alice 246810
}
scenario resync_over_a_queue

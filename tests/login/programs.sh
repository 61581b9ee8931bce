# Programs as they are when they call PAM: the same verdicts, and nothing left behind. The
# kinds are those of tests/pam/kinds.c; here the true mckd-auth is called.
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154

# as_host KIND [option of bed_host]
as_host() {
	kind=$1
	shift
	service_exact host debug
	says AUTHINFO_UNAVAIL -k "$kind" "$@" host alice 246810
	card_in 0 "$BED/alice.card"
	says SUCCESS -k "$kind" "$@" host alice 246810
	no_helper_left
	says AUTH_ERR -k "$kind" "$@" host alice 999999
	says USER_UNKNOWN -k "$kind" "$@" host carol 246810
	says SUCCESS -k "$kind" "$@" host alice 246810
	no_helper_left
}

host_plain() { as_host plain; }
host_thread() { as_host plain -t; }
host_ignores_sigchld() { as_host ignores_sigchld; }
host_blocks_signals() { as_host blocks_signals; }
host_reaps_in_handler() { as_host reaps_in_handler; }
host_reaps_in_thread() { as_host reaps_in_thread; }
host_closed_stdio() { as_host closed_stdio; }
host_zero_fsize() { as_host zero_fsize; }
# CAP_SYS_RESOURCE, which containers may lack, can raise this again. Where it cannot, no login
# may be let through that leaves no counter behind.
host_hard_fsize() {
	caps=$(sed -n 's/^CapEff:.*\(.......\)$/\1/p' /proc/self/status)
	if [ $((0x$caps >> 24 & 1)) = 1 ]; then
		as_host hard_fsize
	else
		service_exact host
		card_in 0 "$BED/alice.card"
		says AUTHINFO_UNAVAIL -k hard_fsize host alice 246810
		no_helper_left
	fi
}
host_other_ruid() { as_host other_ruid; }
host_open_files() { as_host open_files; }
host_umask_and_dir() { as_host umask_and_dir; }
host_alarms() { as_host alarms_all_the_time; }
scenario host_plain
scenario host_thread
scenario host_ignores_sigchld
scenario host_blocks_signals
scenario host_reaps_in_handler
scenario host_reaps_in_thread
scenario host_closed_stdio
scenario host_zero_fsize
scenario host_hard_fsize
scenario host_other_ruid
scenario host_open_files
scenario host_umask_and_dir
scenario host_alarms

# The prompt never comes to an end: the host dies at it, and mckd-auth goes with it
host_killed_at_prompt() {
	service_exact host
	card_in 0 "$BED/alice.card"
	rc=0
	bed_host -s host alice 246810 || rc=$?
	[ "$rc" = 143 ]
	no_helper_left
	says SUCCESS host alice 246810
}
scenario host_killed_at_prompt

# The end is seen before there is anything to reap: under a debugger, or a sanitizer
host_of_a_traced_helper() {
	# The leak sanitizer traces, too, and two cannot.
	[ -z "${MCKD_SANITIZED:-}" ] || exit 77
	service_exact host
	card_in 0 "$BED/alice.card"
	helper_by "$MCKD_BUILD/bed_tracer" 300
	says SUCCESS host alice 246810
	no_helper_left
}
scenario host_of_a_traced_helper

# With its verdict given it lets go of card and store: killed at that, it would reset the card
host_leaves_helper_its_end() {
	service_exact host
	card_in 0 "$BED/alice.card"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n"$1"; echo $? >>%s\n' "$BED/ends" >"$BED/note"
	chmod 755 "$BED/note"
	helper_by "$BED/note"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		says SUCCESS host alice 246810
	done
	no_helper_left
	[ "$(grep -cx 0 "$BED/ends")" = 10 ]
}
scenario host_leaves_helper_its_end

# Keys are in its memory: a crash leaves them nowhere
host_whose_helper_dumps_no_core() {
	card_in 0 "$BED/alice.card"
	rm -f "$BED/typed"
	mkfifo "$BED/typed"
	: >"$BED/asked"
	hard=$(prlimit --core --output HARD --noheadings | tr -d ' ')
	prlimit --core="$hard:$hard" stdbuf -oL pamtester card alice authenticate <"$BED/typed" >"$BED/asked" 2>&1 &
	asking=$!
	exec 9>"$BED/typed"
	until grep -q 'PIN for card' "$BED/asked"; do
		kill -0 "$asking"
		sleep 0.05
	done
	for exe in $(helpers); do
		grep -E '^Max core file size +0 +0 ' "${exe%exe}limits"
	done | grep -c . | grep -x 1
	echo 246810 >&9
	exec 9>&-
	wait "$asking"
	grep 'successfully authenticated' "$BED/asked"
}
scenario host_whose_helper_dumps_no_core

#!/bin/sh
# test_calls.sh: no call of the programs is missing in calls.h, but for those that cannot fail.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
here=$(cd "$(dirname "$0")" && pwd)
# What came of a record of the kernel's audit is not asked.
cannot='^(_.*|.*_free|OSSL_PARAM_.*|g_rgSCard.*|abort|bindtextdomain|clock_gettime|dcn?gettext|econf_err.*|econf_free.*|end.*ent|set.*ent|explicit_bzero|fnmatch|free|gete?[ug]id|getpid|getutxe?nt|audit_log_acct_message|inet_pton|is.*|mallopt|mem.*|nanosleep|openlog|closelog|syslog|pam_syslog|qsort|pthread_(attr_destroy|mutex_.*|once)|posix_spawn.*destroy|setresgid|sig(empty|fill)set|snprintf|stpcpy|str.*|time|umask|vsnprintf|dl.*)$'
# A column of integers, the state of a connection and words for a code cannot fail.
sqlite='^sqlite3_(changes|clear_bindings|close|column_(int|int64|type)|errstr|errmsg|extended_errcode|finalize|get_autocommit|last_insert_rowid|system_errno|total_changes)$'
# With the sanitizers in it, it calls what they need.
! nm mckd-auth/mckd-auth | grep -q ' T __asan_init$' || exit 77
missing=0
seen=0
for program in mckd-auth/mckd-auth .libs/pam_mckd.so; do
	for name in $(nm -D --undefined-only "$program" | sed 's/.* U //; s/^ *[Uw] //; s/@.*//'); do
		seen=$((seen + 1))
		echo "$name" | grep -qE "$cannot" && continue
		echo "$name" | grep -qE "$sqlite" && continue
		grep -q "^CALL([A-Z]*, $name, " "$here/../fault/calls.h" && continue
		echo "$program calls $name, which tests/fault/calls.h does not let fail"
		missing=1
	done
done
[ "$seen" -gt 100 ] && [ "$missing" = 0 ]

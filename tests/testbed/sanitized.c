/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linked into the programs of a sanitized build: what PAM, sudo and systemd start has no
 * environment that could name the options. In the testbed a report goes where run.sh looks for it.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REPORTS "/run/bed/reports"

const char *__asan_default_options(void) __attribute__((no_sanitize_address));
const char *__ubsan_default_options(void) __attribute__((no_sanitize_address));

/* This early there is neither a shadow of the memory nor a call that a double may stand before. */
static bool __attribute__((no_sanitize_address))
in_testbed(void)
{
	return syscall(SYS_faccessat, AT_FDCWD, REPORTS, W_OK) == 0;
}

const char *
__asan_default_options(void)
{
	return in_testbed() ? "exitcode=99:log_path=" REPORTS "/asan" : "";
}

const char *
__ubsan_default_options(void)
{
	return in_testbed() ? "print_stacktrace=1:exitcode=99:log_path=" REPORTS "/ubsan" : "";
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	int what;
	rlim_t want, least;	/* least: what a login can live with */
} limits[] = {
	{ RLIMIT_FSIZE, RLIM_INFINITY, (rlim_t)1 << 30 },
	{ RLIMIT_CPU, RLIM_INFINITY, 60 },
	{ RLIMIT_AS, RLIM_INFINITY, (rlim_t)1 << 30 },
	{ RLIMIT_DATA, RLIM_INFINITY, (rlim_t)1 << 28 },
	{ RLIMIT_STACK, (rlim_t)8 << 20, (rlim_t)1 << 20 },
	{ RLIMIT_NPROC, RLIM_INFINITY, 16 },
	{ RLIMIT_NOFILE, 1024, 64 },
	{ RLIMIT_MEMLOCK, RLIM_INFINITY, 0 },
};

/* A caller's limits must not switch off the store's writes. */
static int
reset_limits(void)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit now, new;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (getrlimit((__rlimit_resource_t)limits[i].what, &now) < 0)
			return -1;
		new.rlim_cur = limits[i].want;
		new.rlim_max = now.rlim_max < new.rlim_cur ? new.rlim_cur : now.rlim_max;
		if (setrlimit((__rlimit_resource_t)limits[i].what, &new) == 0)
			continue;
		now.rlim_cur = now.rlim_max < limits[i].want ? now.rlim_max : limits[i].want;
		if (setrlimit((__rlimit_resource_t)limits[i].what, &now) < 0 ||
		    now.rlim_cur < limits[i].least)
			return -1;
	}
	return setrlimit(RLIMIT_CORE, &none);
}

static void
reset_signals(void)
{
	const struct sigaction def = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		(void)sigaction(s, &def, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The socket goes above fd 2, nothing else stays open, /dev/null takes 0-2. */
static int
own_fds(void)
{
	int fd, sock = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (sock < 0)
		return -1;
	if ((sock > 3 && close_range(3, (unsigned)sock - 1, 0) < 0) ||
	    close_range((unsigned)sock + 1, ~0u, 0) < 0)
		return -1;
	if ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0)
		return -1;
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (fd != i && dup2(fd, i) < 0)
			return -1;
	if (fd > STDERR_FILENO)
		(void)close(fd);
	return sock;
}

int
mckd_own_process(void)
{
	struct rlimit lock;
	int sock;

	reset_signals();
	if (geteuid() == 0 && (setresgid(0, 0, 0) < 0 || setgroups(0, NULL) < 0 ||
	    setresuid(0, 0, 0) < 0))
		return -1;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || clearenv() != 0)
		return -1;
	if (setsid() < 0 && errno != EPERM)
		return -1;
	(void)umask(077);
	if (chdir("/") < 0 || reset_limits() < 0 || (sock = own_fds()) < 0)
		return -1;
	/* Under a limit, MCL_FUTURE would turn into failing allocations. */
	if (getrlimit(RLIMIT_MEMLOCK, &lock) == 0 && lock.rlim_cur == RLIM_INFINITY)
		(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
	return sock;
}

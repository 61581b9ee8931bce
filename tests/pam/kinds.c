/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kinds.h"

static int
plain(void)
{
	return 0;
}

static int
ignores_sigchld(void)
{
	return signal(SIGCHLD, SIG_IGN) == SIG_ERR;
}

static int
blocks_signals(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	return sigprocmask(SIG_BLOCK, &all, NULL);
}

static void
on_chld(int sig)
{
	int saved = errno;

	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	errno = saved;
}

static int
reaps_in_handler(void)
{
	return signal(SIGCHLD, on_chld) == SIG_ERR;
}

static void *
reap_all(void *arg)
{
	(void)arg;
	for (;;)
		if (waitpid(-1, NULL, 0) < 0)
			(void)usleep(500);
	return NULL;
}

static int
reaps_in_thread(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, reap_all, NULL);
}

static int
closed_stdio(void)
{
	return close(0) | close(1) | close(2);
}

static int
zero_fsize(void)
{
	const struct rlimit none = { 0, RLIM_INFINITY };

	(void)signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &none);
}

static int
hard_fsize(void)
{
	const struct rlimit none = { 0, 0 };

	(void)signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &none);
}

static int
open_files(void)
{
	int i;

	/* Not CLOEXEC: mckd-auth must not see them all the same. */
	for (i = 0; i < 50; i++)
		if (dup(2) < 0)
			return 1;
	return setenv("LD_BIND_NOW", "1", 1) | setenv("OPENSSL_CONF", "/dev/null", 1);
}

static int
umask_and_dir(void)
{
	(void)umask(0);
	return chdir("/proc/self");
}

static volatile sig_atomic_t alarms;

static void
on_alarm(int sig)
{
	(void)sig;
	alarms = alarms + 1;
}

static int
alarms_all_the_time(void)
{
	const struct itimerval often = { { 0, 700 }, { 0, 700 } };
	struct sigaction sa = { .sa_handler = on_alarm };

	if (sigaction(SIGALRM, &sa, NULL) < 0)
		return 1;
	return setitimer(ITIMER_REAL, &often, NULL);
}

/* For a test that writes small files itself */
static int
tight_fsize(void)
{
	const struct rlimit tight = { 2048, 2048 };

	return setrlimit(RLIMIT_FSIZE, &tight);
}

/* As sudo and su call PAM: the real user is the one who asks. */
static int
other_ruid(void)
{
	return setresuid(61001, 0, 0);
}

#define KIND(name) { #name, name, 0 }
#define BED_KIND(name) { #name, name, 1 }

const struct kind kinds[] = {
	KIND(plain), KIND(ignores_sigchld), KIND(blocks_signals), KIND(reaps_in_handler),
	KIND(reaps_in_thread), KIND(closed_stdio), KIND(tight_fsize), KIND(open_files),
	KIND(umask_and_dir), KIND(alarms_all_the_time), BED_KIND(zero_fsize), BED_KIND(hard_fsize),
	BED_KIND(other_ruid), { NULL, NULL, 0 },
};

const struct kind *
kind_named(const char *name)
{
	const struct kind *k = kinds;

	while (k->name != NULL && strcmp(k->name, name) != 0)
		k++;
	return k->name != NULL ? k : NULL;
}

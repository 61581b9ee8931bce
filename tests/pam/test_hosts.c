/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts as they are: the same verdicts, whatever the process was made into before PAM. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "host.h"

static int
verdicts(void)
{
	struct host h = { .user = "alice", .answer = "246810" };
	unsigned before = host_fds();

	if (host_call(&h, AUTH, "tell=2 ask=1 want=246810") != PAM_SUCCESS)
		return 10;
	if (host_call(&h, AUTH, "ask=1 want=1") != PAM_MAXTRIES)
		return 11;
	if (host_call(&h, AUTH, "nullok do=eof") != PAM_AUTHINFO_UNAVAIL)
		return 12;
	if (host_call(&h, AUTH, "nullok do=noise") != PAM_SERVICE_ERR)
		return 13;
	if (host_call(&h, AUTH, "nullok deadline=0 wait=0 do=hang") != PAM_AUTHINFO_UNAVAIL)
		return 14;
	if (host_fds() != before)
		return 15;
	return host_has_child() ? 16 : 0;
}

/* In a process of its own, after it was made into a certain kind of host. */
static int
as(int (*make)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int rc = make();

		_exit(rc == 0 ? verdicts() : rc);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

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
	/* The service file is written by the test itself, small as it is, so: room for that. */
	const struct rlimit tight = { 2048, 2048 };

	return setrlimit(RLIMIT_FSIZE, &tight);
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

#define HOST(kind) \
	static void test_host_##kind(void **state) \
	{ \
		(void)state; \
		assert_int_equal(as(kind), 0); \
	}
HOST(plain)
HOST(ignores_sigchld)
HOST(blocks_signals)
HOST(reaps_in_handler)
HOST(reaps_in_thread)
HOST(closed_stdio)
HOST(zero_fsize)
HOST(open_files)
HOST(umask_and_dir)
HOST(alarms_all_the_time)

/* Signal dispositions, mask and environment are the host's, before and after. */
static void
test_host_stays_as_it_was(void **state)
{
	struct host h = { .user = "alice", .answer = "246810" };
	struct sigaction before[32], after;
	extern char **environ;
	char **env = environ;
	sigset_t m1, m2;
	int i;

	(void)state;
	for (i = 1; i < 32; i++)
		(void)sigaction(i, NULL, &before[i]);
	(void)sigprocmask(SIG_SETMASK, NULL, &m1);
	assert_int_equal(host_call(&h, AUTH, "ask=1 want=246810 C=3F2A"), PAM_SUCCESS);
	(void)sigprocmask(SIG_SETMASK, NULL, &m2);
	for (i = 1; i < 32; i++) {
		(void)sigaction(i, NULL, &after);
		assert_ptr_equal(after.sa_handler, before[i].sa_handler);
		assert_int_equal(sigismember(&m1, i), sigismember(&m2, i));
	}
	assert_ptr_equal(environ, env);
	assert_null(getenv("MCKD_CARD"));
}

/* A host that dies at an open prompt takes mckd-auth with it: the orphan comes to us, ended. */
static void
test_host_killed_at_prompt(void **state)
{
	int status = 0, i;
	pid_t pid, orphan = 0;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	pid = fork();
	if (pid == 0) {
		struct host h = { .user = "alice", .answer = "246810", .die_at_prompt = 1 };

		(void)host_call(&h, AUTH, "ask=1");
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	for (i = 0; i < 1000 && orphan == 0; i++) {
		orphan = waitpid(-1, &status, WNOHANG);
		(void)usleep(1000);
	}
	assert_true(orphan > 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host_plain),
		cmocka_unit_test(test_host_ignores_sigchld),
		cmocka_unit_test(test_host_blocks_signals),
		cmocka_unit_test(test_host_reaps_in_handler),
		cmocka_unit_test(test_host_reaps_in_thread),
		cmocka_unit_test(test_host_closed_stdio),
		cmocka_unit_test(test_host_zero_fsize),
		cmocka_unit_test(test_host_open_files),
		cmocka_unit_test(test_host_umask_and_dir),
		cmocka_unit_test(test_host_alarms_all_the_time),
		cmocka_unit_test(test_host_stays_as_it_was),
		cmocka_unit_test(test_host_killed_at_prompt),
	};
	int failed;

	host_setup();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	host_teardown();
	return failed;
}

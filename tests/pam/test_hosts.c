/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts as they are: the same verdicts, whatever the process was made into before PAM. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "host.h"
#include "kinds.h"

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

static void
test_host_of_each_kind(void **state)
{
	const struct kind *k;

	(void)state;
	for (k = kinds; k->name != NULL; k++) {
		int rc = k->in_bed ? 0 : as(k->make);

		if (rc != 0)
			fail_msg("%s: %d", k->name, rc);
	}
}

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
		cmocka_unit_test(test_host_of_each_kind),
		cmocka_unit_test(test_host_stays_as_it_was),
		cmocka_unit_test(test_host_killed_at_prompt),
	};
	int failed;

	host_setup();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	host_teardown();
	return failed;
}

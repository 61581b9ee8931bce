/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session.h"

static char base[64];

static void
put(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
make_dir(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static int
make(void **state)
{
	(void)state;
	(void)snprintf(base, sizeof(base), "/tmp/mckd-session-XXXXXX");
	assert_non_null(mkdtemp(base));
	make_dir("sessions");
	make_dir("users");
	put("sessions/1", "# private\nUID=1000\nREMOTE=0\nTYPE=tty\n");
	put("sessions/2", "UID=1000\nREMOTE=1\n");
	put("sessions/c3", "UID=1001\nXREMOTE=0\n");
	put("users/1000", "NAME=alice\nSESSIONS=1 2\nONLINE_SESSIONS=1\n");
	put("users/1001", "NAME=bob\nSESSIONS=1\n");
	put("users/1002", "NAME=carol\nSESSIONS=\n");
	put("users/1003", "NAME=dave\n");
	put("users/1004", "SESSIONS=1 9\n");
	return 0;
}

static int
drop(const char *p, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(p);
}

static int
clear(void **state)
{
	(void)state;
	return nftw(base, drop, 16, FTW_DEPTH | FTW_PHYS);
}

static void
is(enum mckd_session wanted, const char *cgroup)
{
	char path[128];

	put("cgroup", cgroup);
	(void)snprintf(path, sizeof(path), "%s/cgroup", base);
	if (mckd_session_of(path, base) != wanted)
		fail_msg("%d wanted of %s", (int)wanted, cgroup);
}

#define ALICE "/user.slice/user-1000.slice/"

static void
sessions(void **state)
{
	(void)state;
	is(MCKD_SESSION_LOCAL, "0::" ALICE "session-1.scope\n");
	is(MCKD_SESSION_LOCAL, "0::" ALICE "session-1.scope/below\n");
	is(MCKD_SESSION_REMOTE, "0::" ALICE "session-2.scope\n");
	is(MCKD_SESSION_LOCAL, "9:cpu:/\n1:name=systemd:" ALICE "session-1.scope\n0::/\n");
	is(MCKD_SESSION_REMOTE, "9:cpu:/\n1:name=systemd:" ALICE "session-2.scope\n0::/\n");
	is(MCKD_SESSION_LOCAL, "3:pids:/x\n0::" ALICE "session-1.scope\n");
}

static void
services_of_a_user(void **state)
{
	(void)state;
	is(MCKD_SESSION_REMOTE, "0::" ALICE "user@1000.service/app.slice/run-1.scope\n");
	is(MCKD_SESSION_LOCAL, "0::/user.slice/user-1001.slice/user@1001.service/app.slice/x.service\n");
	is(MCKD_SESSION_REMOTE, "0::/user.slice/user-1002.slice/user@1002.service/init.scope\n");
	is(MCKD_SESSION_REMOTE, "0::/user.slice/user-1003.slice/user@1003.service/init.scope\n");
	is(MCKD_SESSION_REMOTE, "0::/user.slice/user-1004.slice/user@1004.service/init.scope\n");
	is(MCKD_SESSION_REMOTE, "0::/user.slice/user-9.slice/user@9.service/init.scope\n");
	is(MCKD_SESSION_REMOTE, "0::/user.slice/user-9.slice/user@.service/init.scope\n");
	/* A user may make directories below the own manager, and name them after others' sessions. */
	is(MCKD_SESSION_REMOTE, "0::" ALICE "user@1000.service/session-1.scope\n");
	is(MCKD_SESSION_REMOTE, "0::" ALICE "user@1000.service/a.slice/user@1001.service\n");
	is(MCKD_SESSION_REMOTE, "0::" ALICE "user@1000.service/a:name=systemd:/b.service\n");
	is(MCKD_SESSION_REMOTE, "0::" ALICE "user@1000.service/1:name=systemd:/system.slice/cron.service\n");
	is(MCKD_SESSION_REMOTE, "0::" ALICE "session-2.scope/0::/system.slice/cron.service\n");
	is(MCKD_SESSION_REMOTE,
	    "5:pids:/a:name=systemd:/b.service\n1:name=systemd:" ALICE "session-2.scope/0::\n0::/x\n");
	is(MCKD_SESSION_REMOTE, "5:pids:/a:name=systemd:/b.service\n0::" ALICE "session-2.scope\n");
}

static void
what_cannot_be_told(void **state)
{
	char path[128], missing[128], big[8192];

	(void)state;
	is(MCKD_SESSION_REMOTE, "0::" ALICE "session-7.scope\n");
	is(MCKD_SESSION_REMOTE, "0::" ALICE "session-c3.scope\n");
	is(MCKD_SESSION_REMOTE, "0::" ALICE "session-.scope\n");
	is(MCKD_SESSION_REMOTE, "0::" ALICE "session-..1.scope\n");
	is(MCKD_SESSION_REMOTE, "0::/../session-1.scope\n");
	is(MCKD_SESSION_REMOTE, "");
	is(MCKD_SESSION_REMOTE, "1:cpu:/\n");
	(void)snprintf(path, sizeof(path), "%s/cgroup", base);
	(void)snprintf(missing, sizeof(missing), "%s/nothing", base);
	assert_int_equal(mckd_session_of(missing, base), MCKD_SESSION_REMOTE);
	assert_int_equal(mckd_session_of(base, base), MCKD_SESSION_REMOTE);
	/* A session's file that is a directory, and one whose word may be behind what is read. */
	make_dir("sessions/5");
	is(MCKD_SESSION_REMOTE, "0::" ALICE "session-5.scope\n");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	memcpy(big, "REMOTE=0\n", 9);
	put("sessions/6", big);
	is(MCKD_SESSION_REMOTE, "0::" ALICE "session-6.scope\n");
	is(MCKD_SESSION_REMOTE, big);
}

static void
no_session(void **state)
{
	char path[128], nowhere[128];

	(void)state;
	is(MCKD_SESSION_NONE, "0::/system.slice/system-getty.slice/getty@tty1.service\n");
	is(MCKD_SESSION_NONE, "0::/\n");
	is(MCKD_SESSION_LOCAL, "0::" ALICE "session-1.scope\n");
	(void)snprintf(path, sizeof(path), "%s/cgroup", base);
	(void)snprintf(nowhere, sizeof(nowhere), "%s/none", base);
	assert_int_equal(mckd_session_of(path, nowhere), MCKD_SESSION_NONE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, clear)

static void
unlink_in(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	assert_int_equal(remove(path), 0);
}

static void
anybody_from_elsewhere(void **state)
{
	char nowhere[128];

	(void)state;
	assert_true(mckd_session_any_remote(base));
	unlink_in("sessions/2");
	/* One that does not say counts. */
	assert_true(mckd_session_any_remote(base));
	unlink_in("sessions/c3");
	put("sessions/1.ref", "");
	put("sessions/.#1abc", "REMOTE=1\n");
	assert_false(mckd_session_any_remote(base));
	unlink_in("sessions/1");
	assert_false(mckd_session_any_remote(base));
	(void)snprintf(nowhere, sizeof(nowhere), "%s/none", base);
	assert_false(mckd_session_any_remote(nowhere));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(sessions), TEST(services_of_a_user),
		TEST(what_cannot_be_told), TEST(no_session), TEST(anybody_from_elsewhere) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

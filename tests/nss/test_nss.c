/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "nss_so.h"

static int
small(void **state)
{
	(void)state;
	publish_small();
	return 0;
}

static void
inside(const char *s, const char *buf, size_t len)
{
	assert_true(s >= buf && s + strlen(s) < buf + len);
}

/* Every size from 0: TRYAGAIN with ERANGE below some size, SUCCESS from it on. The buffer is
 * a heap block of exactly that size, so that a byte beyond it is found by ASan. */
static void
test_passwd_sizes(void **state)
{
	struct passwd pw;
	size_t len, first = 0;
	int e, by;

	(void)state;
	for (by = 0; by < 2; by++) {
		for (first = len = 0; len < 200; len++) {
			char *buf = malloc(len);
			enum nss_status s;

			e = 0;
			s = by ? so.getpwuid(30000, &pw, buf, len, &e) : so.getpwnam("alice", &pw, buf, len, &e);
			if (s == NSS_STATUS_SUCCESS) {
				first = first != 0 ? first : len;
				assert_string_equal(pw.pw_name, "alice");
				assert_string_equal(pw.pw_passwd, "*");
				assert_string_equal(pw.pw_gecos, "Alice Card,,,");
				assert_string_equal(pw.pw_dir, "/home/alice");
				assert_string_equal(pw.pw_shell, "/bin/bash");
				assert_int_equal(pw.pw_uid, 30000);
				assert_int_equal(pw.pw_gid, 30000);
				inside(pw.pw_name, buf, len);
				inside(pw.pw_passwd, buf, len);
				inside(pw.pw_gecos, buf, len);
				inside(pw.pw_dir, buf, len);
				inside(pw.pw_shell, buf, len);
			} else {
				assert_int_equal(first, 0);
				assert_int_equal(s, NSS_STATUS_TRYAGAIN);
				assert_int_equal(e, ERANGE);
			}
			free(buf);
		}
		/* The strings, their NULs, and "*" with its own: nothing more is asked for. */
		assert_int_equal(first, 6 + 14 + 12 + 10 + 2);
	}
}

static void
test_group_sizes(void **state)
{
	struct group gr;
	size_t len, shift;
	int e, by, found;

	(void)state;
	for (by = 0; by < 2; by++)
		for (shift = 0; shift < 8; shift++) {
			for (found = 0, len = 0; len < 100; len++) {
				char *block = malloc(shift + len), *buf = block + shift;
				enum nss_status s;

				e = 0;
				s = by ? so.getgrgid(31000, &gr, buf, len, &e) :
				    so.getgrnam("cards", &gr, buf, len, &e);
				if (s == NSS_STATUS_SUCCESS) {
					found = 1;
					assert_string_equal(gr.gr_name, "cards");
					assert_string_equal(gr.gr_passwd, "*");
					assert_int_equal(gr.gr_gid, 31000);
					assert_int_equal((uintptr_t)gr.gr_mem % sizeof(char *), 0);
					assert_string_equal(gr.gr_mem[0], "alice");
					assert_string_equal(gr.gr_mem[1], "bob");
					assert_null(gr.gr_mem[2]);
					inside(gr.gr_name, buf, len);
					inside(gr.gr_passwd, buf, len);
					inside(gr.gr_mem[1], buf, len);
				} else {
					assert_false(found);
					assert_int_equal(s, NSS_STATUS_TRYAGAIN);
					assert_int_equal(e, ERANGE);
				}
				free(block);
			}
			assert_true(found);
		}
}

static void
test_absent(void **state)
{
	static const char *const names[] = { "", "root", "nobody", "dave", "alic", "alicee", "Alice",
		"alice\n", "alice:x", "../alice", "-alice",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	static const uint32_t ids[] = { 0, 1, 999, 1000, 29999, 65534, 65535, 0x7fffffff, 0xfffffffe,
		0xffffffff };
	struct passwd pw;
	struct group gr;
	char buf[512];
	size_t i;
	int e;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		e = 0;
		assert_int_equal(so.getpwnam(names[i], &pw, buf, sizeof(buf), &e), NSS_STATUS_NOTFOUND);
		assert_int_equal(e, ENOENT);
		assert_int_equal(so.getpwnam(names[i], &pw, buf, 0, &e), NSS_STATUS_NOTFOUND);
		assert_int_equal(so.getgrnam(names[i], &gr, buf, sizeof(buf), &e), NSS_STATUS_NOTFOUND);
	}
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_int_equal(so.getpwuid(ids[i], &pw, buf, sizeof(buf), &e), NSS_STATUS_NOTFOUND);
		assert_int_equal(so.getgrgid(ids[i], &gr, buf, sizeof(buf), &e), NSS_STATUS_NOTFOUND);
	}
}

static void
test_locked(void **state)
{
	struct passwd pw;
	char buf[512];
	int e;

	(void)state;
	assert_int_equal(so.getpwnam("bob", &pw, buf, sizeof(buf), &e), NSS_STATUS_SUCCESS);
	assert_string_equal(pw.pw_shell, "/usr/sbin/nologin");
	assert_string_equal(pw.pw_gecos, "");
}

static void
test_enumerate(void **state)
{
	struct passwd pw;
	struct group gr;
	char buf[512];
	unsigned n, round;
	int e;

	(void)state;
	for (round = 0; round < 2; round++) {
		so.setpwent(1);
		for (n = 0; so.getpwent(&pw, buf, 0, &e) == NSS_STATUS_TRYAGAIN; n++) {
			assert_int_equal(e, ERANGE);
			/* What did not fit comes again, and is not skipped. */
			assert_int_equal(so.getpwent(&pw, buf, sizeof(buf), &e), NSS_STATUS_SUCCESS);
			assert_int_equal(pw.pw_uid, 30000 + n);
		}
		assert_int_equal(n, 3);
		assert_int_equal(so.getpwent(&pw, buf, sizeof(buf), &e), NSS_STATUS_NOTFOUND);
		so.endpwent();
		so.setgrent(0);
		for (n = 0; so.getgrent(&gr, buf, 3, &e) == NSS_STATUS_TRYAGAIN; n++)
			assert_int_equal(so.getgrent(&gr, buf, sizeof(buf), &e), NSS_STATUS_SUCCESS);
		assert_int_equal(n, 3);
		assert_int_equal(so.getgrent(&gr, buf, sizeof(buf), &e), NSS_STATUS_NOTFOUND);
		so.endgrent();
	}
}

/* A child goes on from where its parent was, and the parent does not notice. */
static void
test_fork(void **state)
{
	struct passwd pw;
	char buf[512];
	int e, status, i;
	pid_t pid;

	(void)state;
	so.setpwent(0);
	assert_int_equal(so.getpwent(&pw, buf, sizeof(buf), &e), NSS_STATUS_SUCCESS);
	pid = fork();
	if (pid == 0) {
		for (i = 1; i < 3; i++)
			if (so.getpwent(&pw, buf, sizeof(buf), &e) != NSS_STATUS_SUCCESS ||
			    pw.pw_uid != 30000 + (uid_t)i)
				_exit(1);
		_exit(so.getpwent(&pw, buf, sizeof(buf), &e) == NSS_STATUS_NOTFOUND ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(so.getpwent(&pw, buf, sizeof(buf), &e), NSS_STATUS_SUCCESS);
	assert_string_equal(pw.pw_name, "bob");
	so.endpwent();
}

static void
test_initgroups(void **state)
{
	long start, size, room;
	gid_t *groups;
	int e;

	(void)state;
	for (room = 1; room < 4; room++) {
		groups = calloc((size_t)room, sizeof(*groups));
		groups[0] = 99;
		start = 1;
		size = room;
		assert_int_equal(so.initgroups("alice", 99, &start, &size, &groups, 0, &e),
		    NSS_STATUS_SUCCESS);
		assert_int_equal(start, 3);
		assert_true(size >= 3);
		assert_int_equal(groups[0], 99);
		assert_int_equal(groups[1], 30000);
		assert_int_equal(groups[2], 31000);
		/* What is there already, and the primary group, are not added. */
		assert_int_equal(so.initgroups("alice", 30000, &start, &size, &groups, 0, &e),
		    NSS_STATUS_SUCCESS);
		assert_int_equal(start, 3);
		start = 1;
		size = 1;
		assert_int_equal(so.initgroups("alice", 30000, &start, &size, &groups, 1, &e),
		    NSS_STATUS_SUCCESS);
		assert_int_equal(start, 1);
		assert_int_equal(so.initgroups("alice", 99, &start, &size, &groups, 2, &e),
		    NSS_STATUS_SUCCESS);
		assert_int_equal(start, 2);
		assert_int_equal(so.initgroups("carol", 99, &start, &size, &groups, 0, &e),
		    NSS_STATUS_NOTFOUND);
		assert_int_equal(so.initgroups("root", 0, &start, &size, &groups, 0, &e),
		    NSS_STATUS_NOTFOUND);
		assert_int_equal(start, 2);
		free(groups);
	}
}

#define THREADS 8
#define MANY 400

static void *
reader(void *arg)
{
	unsigned char *seen = arg;
	struct passwd pw;
	char buf[512], name[16];
	unsigned i;
	int e;

	while (so.getpwent(&pw, buf, sizeof(buf), &e) == NSS_STATUS_SUCCESS)
		__atomic_add_fetch(&seen[pw.pw_uid - 100000], 1, __ATOMIC_RELAXED);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "u%07u", i);
		if (so.getpwnam(name, &pw, buf, sizeof(buf), &e) != NSS_STATUS_SUCCESS ||
		    pw.pw_uid != 100000 + i)
			return seen;
	}
	return NULL;
}

/* All threads together see each account once; and lookups go on while the file is replaced. */
static void
test_threads(void **state)
{
	static unsigned char seen[MANY];
	pthread_t t[THREADS];
	void *bad;
	int i;

	(void)state;
	publish_many(MANY);
	so.setpwent(0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, reader, seen), 0);
	for (i = 0; i < 20; i++)
		publish_many(MANY);
	for (i = 0; i < THREADS; i++) {
		pthread_join(t[i], &bad);
		assert_null(bad);
	}
	for (i = 0; i < MANY; i++)
		assert_int_equal(seen[i], 1);
	so.endpwent();
}

static atomic_ulong preads;

/* The module's: it finds the program's before the C library's. */
__attribute__((visibility("default"))) ssize_t
pread(int fd, void *buf, size_t len, off_t at)
{
	atomic_fetch_add(&preads, 1);
	return (ssize_t)syscall(SYS_pread64, fd, buf, len, at);
}

/* Of 2000 lookups. Counted, not timed: a busy machine's clock says more of the others. */
static unsigned long
preads_of(unsigned n)
{
	unsigned long before = preads;
	struct passwd pw;
	char buf[512], name[16];
	unsigned i, at = 1;
	int e;

	for (i = 0; i < 2000; i++) {
		at = at * 1103515245u + 12345u;
		snprintf(name, sizeof(name), "u%07u", (at >> 8) % n);
		assert_int_equal(so.getpwnam(name, &pw, buf, sizeof(buf), &e), NSS_STATUS_SUCCESS);
	}
	return preads - before;
}

static void
test_many(void **state)
{
	unsigned long few, many;

	(void)state;
	publish_many(100);
	few = preads_of(100);
	publish_many(100000);
	many = preads_of(100000);
	printf("             getpwnam_r: %.1f reads of 100 accounts, %.1f of 100000\n", (double)few / 2000,
	    (double)many / 2000);
	assert_true(few > 2000);
	assert_true(many < few + few / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_passwd_sizes, small),
		cmocka_unit_test_setup(test_group_sizes, small),
		cmocka_unit_test_setup(test_absent, small),
		cmocka_unit_test_setup(test_locked, small),
		cmocka_unit_test_setup(test_enumerate, small),
		cmocka_unit_test_setup(test_fork, small),
		cmocka_unit_test_setup(test_initgroups, small),
		cmocka_unit_test_setup(test_local, small),
		cmocka_unit_test_setup(test_untrusted, small),
		cmocka_unit_test_setup(test_flips, small),
		cmocka_unit_test_setup(test_truncations, small),
		cmocka_unit_test_setup(test_cycles, small),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, nss_so_setup, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "store_setup.h"

/* One store, and several processes at once; or one that dies. */
static struct mckd_record rec;
static const uint8_t card1[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
static const struct mckd_event event = { .kind = "login", .user = "alice", .verdict = "ok", .has_card = true,
	.card = { 1, 1, 1, 1, 1, 1, 1, 1 }, .epoch = 7, .index = 3 };

/* Eight processes take turns; then all of them offer the same counter. */
static void
hammer(struct setup *t, bool equal, int rounds, int *accepted, int *cloned)
{
	struct { int ok, clone; } sum, got = { 0, 0 };
	int fds[2];

	*accepted = *cloned = 0;
	mckd_store_close(t->store);
	t->store = NULL;
	assert_int_equal(pipe(fds), 0);
	for (int p = 0; p < 8; p++) {
		if (fork() != 0)
			continue;
		sum.ok = sum.clone = 0;
		if (setup_open(t, MCKD_STORE_WRITE) != MCKD_OK)
			_exit(1);
		for (int i = 0; i < rounds; i++) {
			struct mckd_record *r;
			enum mckd_err e = MCKD_OK;

			if (!equal)
				e = mckd_store_begin(t->store);
			if (e == MCKD_OK && (e = mckd_store_get(t->store, card1, &r)) == MCKD_OK) {
				e = setup_accept(t->store, card1, equal ? 5 : r->counter,
				    equal ? 6 : r->counter + 1, 7, &event);
				mckd_record_free(r);
			}
			if (!equal && e == MCKD_OK)
				e = mckd_store_commit(t->store);
			sum.ok += e == MCKD_OK;
			sum.clone += e == MCKD_E_CLONE;
		}
		_exit(write(fds[1], &sum, sizeof(sum)) != (ssize_t)sizeof(sum));
	}
	close(fds[1]);
	while (read(fds[0], &got, sizeof(got)) == (ssize_t)sizeof(got)) {
		*accepted += got.ok;
		*cloned += got.clone;
	}
	close(fds[0]);
	for (int p = 0, status; p < 8; p++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(setup_open(t, MCKD_STORE_WRITE), MCKD_OK);
}

static void
test_hammer(void **state)
{
	struct setup *t = *state;
	int ok, clone;

	setup_put(t, &rec, 1);
	hammer(t, true, 5, &ok, &clone);
	assert_int_equal(ok, 1);
	assert_int_equal(clone, 39);
	setup_expect(t, 1, 6, MCKD_CARD_SUSPENDED);
	assert_int_equal(mckd_store_set_status(t->store, card1, MCKD_CARD_ACTIVE, ""), MCKD_OK);
	hammer(t, false, 25, &ok, &clone);
	assert_int_equal(ok, 200);
	setup_expect(t, 1, 206, MCKD_CARD_ACTIVE);
}

static void
test_kill(void **state)
{
	struct setup *t = *state;
	uint32_t told = 5;
	int killed = 0;

	setup_put(t, &rec, 1);
	for (int round = 0; round < 20; round++) {
		uint32_t v, first = told;
		struct mckd_record *r;
		int fds[2], status;
		pid_t pid;

		mckd_store_close(t->store);
		t->store = NULL;
		assert_int_equal(pipe(fds), 0);
		if ((pid = fork()) == 0) {
			if (setup_open(t, MCKD_STORE_WRITE) != MCKD_OK)
				_exit(1);
			for (v = first + 1;; v++)
				if (setup_accept(t->store, card1, v - 1, v, 7, &event) != MCKD_OK ||
				    write(fds[1], &v, sizeof(v)) < 0)
					_exit(1);
		}
		close(fds[1]);
		for (int i = 0; i <= round % 5; i++)
			assert_int_equal(read(fds[0], &told, sizeof(told)), sizeof(told));
		usleep((useconds_t)(round * 37));
		kill(pid, SIGKILL);
		while (read(fds[0], &v, sizeof(v)) == (ssize_t)sizeof(v))
			told = v;
		close(fds[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		killed += WIFSIGNALED(status);
		assert_int_equal(setup_open(t, MCKD_STORE_WRITE), MCKD_OK);
		assert_int_equal(mckd_store_get(t->store, card1, &r), MCKD_OK);
		/* All that was promised is there, and at most the one in flight. */
		assert_true(r->counter == told || r->counter == told + 1);
		told = r->counter;
		mckd_record_free(r);
	}
	assert_int_equal(killed, 20);
}

/* Leaves what a writer leaves that dies in COMMIT: new pages in the file, and the journal of the old. */
static void
die_in_commit(struct setup *t)
{
	sqlite3 *db;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		/* With no room to keep pages, they are written before COMMIT. */
		if (sqlite3_open(t->db, &db) == SQLITE_OK && sqlite3_exec(db, "PRAGMA cache_size = 1; BEGIN IMMEDIATE;"
		    "UPDATE card SET counter = 77; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
		    "WHERE i < 2000) INSERT INTO meta SELECT 'k' || i, x'00' FROM n", NULL, NULL, NULL) == SQLITE_OK)
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void
test_killed_in_commit(void **state)
{
	static const enum mckd_store_mode modes[] = { MCKD_STORE_READ, MCKD_STORE_WRITE, MCKD_STORE_UNPROVED };
	struct setup *t = *state;
	sqlite3 *db;

	setup_put(t, &rec, 1);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		mckd_store_close(t->store);
		t->store = NULL;
		die_in_commit(t);
		/* So it is: who may not write cannot read. */
		assert_int_equal(sqlite3_open_v2(t->db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, "SELECT count(*) FROM meta", NULL, NULL, NULL), SQLITE_READONLY);
		assert_int_equal(sqlite3_extended_errcode(db), SQLITE_READONLY_ROLLBACK);
		sqlite3_close(db);
		assert_int_equal(setup_open(t, modes[i]), MCKD_OK);
		assert_int_equal(mckd_store_prove(t->store), MCKD_OK);
		setup_expect(t, 1, 5, MCKD_CARD_ACTIVE);
		assert_int_equal(mckd_store_event(t->store, &event), modes[i] == MCKD_STORE_READ ? MCKD_E_USAGE : MCKD_OK);
	}
}

/* Then nobody can take it back, and nothing of the store may be read: it is said what to do. */
static void
test_killed_in_commit_and_read_only(void **state)
{
	static const enum mckd_store_mode modes[] = { MCKD_STORE_READ, MCKD_STORE_WRITE, MCKD_STORE_UNPROVED };
	struct setup *t = *state;

	if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
		skip();
	setup_put(t, &rec, 1);
	mckd_store_close(t->store);
	t->store = NULL;
	die_in_commit(t);
	assert_int_equal(mount(t->dir, t->dir, "none", MS_BIND, NULL), 0);
	assert_int_equal(mount("none", t->dir, "none", MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(setup_open(t, modes[i]), MCKD_E_STORE_FULL);
		assert_null(t->store);
		assert_non_null(strstr(t->why, "remount it writable"));
	}
	assert_int_equal(mount("none", t->dir, "none", MS_BIND | MS_REMOUNT, NULL), 0);
	assert_int_equal(setup_open(t, MCKD_STORE_READ), MCKD_OK);
	setup_expect(t, 1, 5, MCKD_CARD_ACTIVE);
	mckd_store_close(t->store);
	t->store = NULL;
	assert_int_equal(umount(t->dir), 0);
}

/*
 * Another process holds the lock by which SQLite keeps others out while it takes a change back, for
 * so long; before it lets go, there is a byte to be read.
 */
static int
lock_for(struct setup *t, useconds_t us)
{
	struct flock pending = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000000, .l_len = 1 };
	int fds[2], fd;
	char c;

	assert_int_equal(pipe(fds), 0);
	if (fork() == 0) {
		if ((fd = open(t->db, O_RDWR)) < 0 || fcntl(fd, F_SETLK, &pending) != 0 || write(fds[1], "", 1) != 1)
			_exit(1);
		usleep(us);
		_exit(write(fds[1], "", 1) != 1);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	return fds[0];
}

/* Another is taking the change back already: it is waited for. */
static void
test_killed_in_commit_and_locked(void **state)
{
	static const enum mckd_store_mode modes[] = { MCKD_STORE_READ, MCKD_STORE_WRITE };
	struct setup *t = *state;
	int status, fd;
	char c;

	setup_put(t, &rec, 1);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		mckd_store_close(t->store);
		t->store = NULL;
		die_in_commit(t);
		fd = lock_for(t, 300000);
		assert_int_equal(setup_open(t, modes[i]), MCKD_OK);
		assert_int_equal(read(fd, &c, 1), 1);
		close(fd);
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
		setup_expect(t, 1, 5, MCKD_CARD_ACTIVE);
	}
}

/* A mark tells of every commit, another's or one's own, and of nothing else. */
static void
test_mark(void **state)
{
	struct setup *t = *state;
	struct mckd_store *other = NULL;
	struct mckd_event ev = { .kind = "login" };
	uint64_t a = 0, b = 0;
	char why[MCKD_WHY];

	setup_put(t, &rec, 1);
	assert_int_equal(mckd_store_open(t->dir, t->key, MCKD_STORE_WRITE, &other, why), MCKD_OK);
	assert_int_equal(mckd_store_mark(t->store, &a), MCKD_OK);
	setup_expect(t, 1, 5, MCKD_CARD_ACTIVE);
	assert_int_equal(mckd_store_begin(other), MCKD_OK);
	assert_int_equal(mckd_store_event(other, &ev), MCKD_OK);
	mckd_store_rollback(other);
	assert_int_equal(mckd_store_mark(t->store, &b), MCKD_OK);
	assert_true(a == b);
	assert_int_equal(mckd_store_event(other, &ev), MCKD_OK);
	assert_int_equal(mckd_store_mark(t->store, &b), MCKD_OK);
	assert_true(a != b);
	assert_int_equal(mckd_store_event(t->store, &ev), MCKD_OK);
	assert_int_equal(mckd_store_mark(t->store, &a), MCKD_OK);
	assert_true(a != b);
	/* One moment; and what is read there cannot be what is written. */
	assert_int_equal(mckd_store_read_begin(t->store), MCKD_OK);
	setup_expect(t, 1, 5, MCKD_CARD_ACTIVE);
	assert_int_equal(mckd_store_mark(t->store, &b), MCKD_OK);
	assert_true(a == b);
	assert_int_equal(mckd_store_begin(t->store), MCKD_E_USAGE);
	mckd_store_read_end(t->store);
	assert_int_equal(mckd_store_event(other, &ev), MCKD_OK);
	mckd_store_close(other);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup_make, setup_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_hammer), T(test_kill), T(test_killed_in_commit), T(test_killed_in_commit_and_read_only),
		T(test_killed_in_commit_and_locked), T(test_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

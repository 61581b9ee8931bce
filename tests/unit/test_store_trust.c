/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "store_setup.h"

static struct mckd_record rec;
static const uint8_t card1[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };

static void
refused(struct setup *t, enum mckd_err want, const char *part)
{
	alarm(2);
	assert_int_equal(setup_open(t, MCKD_STORE_READ), want);
	if (strstr(t->why, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", t->why, part);
	assert_int_equal(setup_open(t, MCKD_STORE_WRITE), want);
	assert_null(t->store);
	alarm(0);
}

static void
good(struct setup *t)
{
	if (setup_open(t, MCKD_STORE_READ) != MCKD_OK)
		fail_msg("%s", t->why);
}

static void
test_modes(void **state)
{
	struct setup *t = *state;
	char etc[96];
	const struct { const char *path; mode_t right, bad[3]; } parts[] = {
		{ t->dir, 0700, { 0750, 0701, 0770 } }, { t->db, 0600, { 0640, 0602, 0700 } },
		{ t->key, 0400, { 0440, 0600, 0404 } }, { t->base, 0700, { 0777, 0720, 01777 & 0722 } },
		{ etc, 0755, { 0775, 0757, 0777 } },
	};

	snprintf(etc, sizeof(etc), "%s/etc", t->base);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (int j = 0; j < 3; j++) {
			good(t);
			assert_int_equal(chmod(parts[i].path, parts[i].bad[j]), 0);
			refused(t, MCKD_E_STORE_UNTRUSTED, parts[i].path);
			assert_int_equal(chmod(parts[i].path, parts[i].right), 0);
		}
	good(t);
}

static void
test_owner(void **state)
{
	struct setup *t = *state;
	const char *const parts[] = { t->dir, t->db, t->key, t->base };

	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		assert_int_equal(chown(parts[i], 4242, 0), 0);
		refused(t, MCKD_E_STORE_UNTRUSTED, "owner is uid 4242");
		assert_int_equal(chown(parts[i], 0, 0), 0);
		good(t);
	}
}

static void
test_types(void **state)
{
	struct setup *t = *state;
	const char *const parts[] = { t->db, t->key, t->dir };
	char aside[160];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(aside, sizeof(aside), "%s/aside", t->base);
		assert_int_equal(rename(parts[i], aside), 0);
		refused(t, i == 1 ? MCKD_E_STORE_UNTRUSTED : MCKD_E_STORE_ABSENT, parts[i]);
		assert_int_equal(symlink(aside, parts[i]), 0);
		refused(t, MCKD_E_STORE_UNTRUSTED, parts[i]);
		assert_int_equal(unlink(parts[i]), 0);
		assert_int_equal(mkfifo(parts[i], i == 1 ? 0400 : 0600), 0);
		refused(t, MCKD_E_STORE_UNTRUSTED, parts[i]);
		assert_int_equal(unlink(parts[i]), 0);
		if (i != 2) {
			assert_int_equal(mkdir(parts[i], i == 1 ? 0400 : 0600), 0);
			refused(t, MCKD_E_STORE_UNTRUSTED, "not a regular file");
			assert_int_equal(rmdir(parts[i]), 0);
		}
		assert_int_equal(rename(aside, parts[i]), 0);
		good(t);
	}
	snprintf(aside, sizeof(aside), "%s/other-name", t->base);
	assert_int_equal(link(t->db, aside), 0);
	refused(t, MCKD_E_STORE_UNTRUSTED, "hard link");
	assert_int_equal(unlink(aside), 0);
	snprintf(aside, sizeof(aside), "%s-journal", t->db);
	(void)unlink(aside);
	assert_int_equal(mkfifo(aside, 0600), 0);
	refused(t, MCKD_E_STORE_UNTRUSTED, "not a regular file");
}

static void
test_parent_symlink(void **state)
{
	struct setup *t = *state;
	char to[96], dir[96];

	snprintf(to, sizeof(to), "%s/link", t->base);
	snprintf(dir, sizeof(dir), "%s", t->dir);
	assert_int_equal(symlink(t->base, to), 0);
	snprintf(t->dir, sizeof(t->dir), "%.64s/mckd", to);
	refused(t, MCKD_E_STORE_UNTRUSTED, "symbolic link");
	snprintf(t->dir, sizeof(t->dir), "mckd");
	refused(t, MCKD_E_STORE_UNTRUSTED, "not an absolute path");
	snprintf(t->dir, sizeof(t->dir), "%.60s/../mckd", dir);
	refused(t, MCKD_E_STORE_UNTRUSTED, "\"..\"");
}

static void
test_key(void **state)
{
	struct setup *t = *state;
	uint8_t other[33] = { 9 };
	int fd;

	for (size_t len = 31; len <= 33; len++) {
		assert_int_equal(unlink(t->key), 0);
		fd = open(t->key, O_WRONLY | O_CREAT, 0400);
		assert_int_equal(write(fd, other, len), len);
		close(fd);
		refused(t, MCKD_E_STORE_UNTRUSTED, len == 32 ? "not the one of this store" : "not a key of 32");
	}
}

static void
test_create_twice(void **state)
{
	struct setup *t = *state;
	uint8_t host[16], zero[16] = { 0 };

	assert_int_equal(mckd_store_host_id(t->store, host), MCKD_OK);
	assert_memory_not_equal(host, zero, 16);
	assert_int_equal(setup_open(t, MCKD_STORE_CREATE), MCKD_E_STORE_EXISTS);
	/* Cut between the file and its tables: nothing is there, and a re-run makes it. */
	assert_int_equal(truncate(t->db, 0), 0);
	refused(t, MCKD_E_STORE_ABSENT, "never initialised");
	assert_int_equal(setup_open(t, MCKD_STORE_CREATE), MCKD_OK);
}

/* What version 1 had queued may have been on its way. */
static void
test_migration(void **state)
{
	struct setup *t = *state;
	struct mckd_ticket ticket = { .epoch = 8, .len = 50 };
	struct mckd_record *r;

	setup_record(&rec, 1, true);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	assert_int_equal(mckd_store_ticket_add(t->store, rec.block.card, &ticket), MCKD_OK);
	assert_int_equal(mckd_store_get(t->store, rec.block.card, &r), MCKD_OK);
	assert_int_equal(r->unsent, 1);
	mckd_record_free(r);
	setup_sql(t, "DROP TABLE member; DROP TABLE account_group; DROP TABLE account; "
	    "DROP TABLE host; DROP TABLE self; DROP TABLE receipt; DROP TABLE rotated; "
	    "DROP TABLE rotation; ALTER TABLE ticket DROP COLUMN sent; "
	    "ALTER TABLE application DROP COLUMN retired_at; ALTER TABLE event DROP COLUMN mechanism; "
	    "PRAGMA user_version = 1");
	/* An account phase, or cardtool list, may be the first to see it after an upgrade. */
	assert_int_equal(setup_open(t, MCKD_STORE_READ), MCKD_OK);
	assert_int_equal(mckd_store_begin(t->store), MCKD_E_USAGE);
	assert_int_equal(mckd_store_get(t->store, rec.block.card, &r), MCKD_OK);
	assert_int_equal(r->pending, 1);
	assert_int_equal(r->unsent, 0);
	mckd_record_free(r);
}

static void
test_versions(void **state)
{
	struct setup *t = *state;
	int fd;

	setup_sql(t, "PRAGMA user_version = 7");
	refused(t, MCKD_E_STORE_UNTRUSTED, "the store has version 7, made by a newer pam_mckd");
	setup_sql(t, "PRAGMA user_version = -1");
	refused(t, MCKD_E_STORE_UNTRUSTED, "no valid version");
	setup_sql(t, "PRAGMA user_version = 6; DROP TABLE meta");
	refused(t, MCKD_E_STORE_UNTRUSTED, "no hostID");
	fd = open(t->db, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "this is not a database, but it is long enough to be asked", 57), 57);
	close(fd);
	refused(t, MCKD_E_STORE_UNTRUSTED, "not a database");
}

/* Every sealed value opens in its own place only. */
static void
test_swapped(void **state)
{
	struct setup *t = *state;
	static const char *const swaps[] = {
		"UPDATE card SET mk = (SELECT mk FROM card WHERE card = x'0202020202020202') WHERE card = x'0101010101010101'",
		"UPDATE application SET sn = (SELECT sn FROM application WHERE card = x'0202020202020202' AND slot = 1) WHERE card = x'0101010101010101' AND slot = 1",
		"UPDATE application SET sn = (SELECT sn FROM application WHERE card = x'0101010101010101' AND slot = 1) WHERE card = x'0101010101010101' AND slot = 8",
		"UPDATE application SET ksel = (SELECT ksel FROM application WHERE card = x'0202020202020202' AND slot = 1) WHERE card = x'0101010101010101' AND slot = 1",
		"UPDATE application SET hdk = sn, sn = NULL; UPDATE card SET full = 0, htk = mk, mk = NULL",
		"UPDATE application SET ksel = (SELECT mk FROM card WHERE card = x'0101010101010101') WHERE card = x'0101010101010101'",
		"UPDATE card SET mk = zeroblob(60)", "UPDATE card SET mk = x''", "UPDATE card SET mk = 'text'",
		"UPDATE card SET counter = -1", "UPDATE card SET counter = 'x'", "UPDATE application SET name = 'A'",
	};
	struct mckd_record *r;

	for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++) {
		for (uint8_t id = 1; id <= 2; id++) {
			setup_record(&rec, id, true);
			assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
		}
		assert_int_equal(mckd_store_get(t->store, card1, &r), MCKD_OK);
		mckd_record_free(r);
		setup_sql(t, swaps[i]);
		if (mckd_store_get(t->store, card1, &r) != MCKD_E_STORE_UNTRUSTED || r != NULL)
			fail_msg("opened after: %s", swaps[i]);
		setup_sql(t, "DELETE FROM application; DELETE FROM card");
	}
}

static void
test_swapped_tickets(void **state)
{
	struct setup *t = *state;
	struct mckd_ticket a = { .epoch = 7, .len = 50 };

	setup_record(&rec, 1, true);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	assert_int_equal(mckd_store_ticket_add(t->store, card1, &a), MCKD_OK);
	assert_int_equal(mckd_store_ticket_next(t->store, card1, 0, &a), MCKD_OK);
	setup_sql(t, "UPDATE ticket SET epoch = 8");
	assert_int_equal(mckd_store_ticket_next(t->store, card1, 0, &a), MCKD_E_STORE_UNTRUSTED);
}

/* No secret is in the file: neither keys, nor SNs, nor Ksel, as they are. */
static void
test_nothing_in_clear(void **state)
{
	struct setup *t = *state;
	static uint8_t bytes[1 << 20];
	const uint8_t runs[] = { 1 ^ 0x55, 0x60, 0x61, 5 };
	uint8_t run[16];
	FILE *f;
	size_t n;

	setup_record(&rec, 1, true);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	assert_non_null(f = fopen(t->db, "rb"));
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	memset(run, 0xb0, sizeof(run));
	assert_non_null(memmem(bytes, n, run, sizeof(run)));
	for (size_t i = 0; i < sizeof(runs); i++) {
		memset(run, runs[i], sizeof(run));
		assert_null(memmem(bytes, n, run, sizeof(run)));
	}
}

/* RLIMIT_FSIZE is no full disk: EFBIG must not be the excuse that lets root in. */
static void
test_file_size_limit(void **state)
{
	struct setup *t = *state;
	struct rlimit none = { 0, RLIM_INFINITY }, old;
	enum mckd_err e;

	setup_record(&rec, 1, true);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	setrlimit(RLIMIT_FSIZE, &none);
	e = setup_accept(t->store, card1, 5, 6, 7, NULL);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(e, MCKD_E_STORE_IO);
	assert_int_equal(setup_accept(t->store, card1, 5, 6, 7, NULL), MCKD_OK);
}

static int
fill(const char *path)
{
	static const uint8_t block[4096];
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	while (fd >= 0 && write(fd, block, sizeof(block)) > 0)
		;
	return fd >= 0 && errno == ENOSPC ? close(fd) : -1;
}

/* A full disk is FULL, a read-only one too and can be read; what was read still counts. */
static void
test_full_and_read_only(void **state)
{
	struct setup *t = *state;
	char fat[160];
	struct mckd_record *r;
	const struct mckd_event event = { .kind = "login", .reason = "a long text fills pages: ............"
	    "..................................................................................." };
	enum mckd_err e = MCKD_OK;

	if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
		skip();
	mckd_store_close(t->store);
	t->store = NULL;
	assert_int_equal(unlink(t->db), 0);
	assert_int_equal(mount("none", t->dir, "tmpfs", 0, "size=256k,mode=0700"), 0);
	assert_int_equal(setup_open(t, MCKD_STORE_CREATE), MCKD_OK);
	setup_record(&rec, 1, true);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	snprintf(fat, sizeof(fat), "%s/fat", t->dir);
	assert_int_equal(fill(fat), 0);
	for (uint32_t c = 6; e == MCKD_OK && c < 1000; c++)
		e = setup_accept(t->store, card1, c - 1, c, 7, &event);
	assert_int_equal(e, MCKD_E_STORE_FULL);
	assert_int_equal(setup_accept(t->store, card1, 2000, 2000, 7, NULL), MCKD_E_CLONE);
	assert_int_equal(unlink(fat), 0);
	assert_int_equal(mckd_store_set_status(t->store, card1, MCKD_CARD_ACTIVE, ""), MCKD_OK);
	assert_int_equal(setup_accept(t->store, card1, 2000, 2001, 7, &event), MCKD_OK);
	mckd_store_close(t->store);
	t->store = NULL;
	assert_int_equal(mount("none", t->dir, "none", MS_REMOUNT | MS_RDONLY, NULL), 0);
	for (int mode = MCKD_STORE_READ; mode <= MCKD_STORE_WRITE; mode++) {
		assert_int_equal(setup_open(t, (enum mckd_store_mode)mode), MCKD_OK);
		assert_int_equal(mckd_store_get(t->store, card1, &r), MCKD_OK);
		assert_int_equal(r->counter, 2001);
		mckd_record_free(r);
	}
	assert_int_equal(setup_accept(t->store, card1, 2001, 2002, 7, NULL), MCKD_E_STORE_FULL);
	assert_int_equal(setup_accept(t->store, card1, 2001, 2001, 7, NULL), MCKD_E_CLONE);
	assert_int_equal(setup_accept(t->store, card1, 0, 7, 7, NULL), MCKD_E_TIMEOUT);
	mckd_store_close(t->store);
	t->store = NULL;
	assert_int_equal(umount(t->dir), 0);
}

static void
test_busy(void **state)
{
	struct setup *t = *state;
	sqlite3 *db;

	setup_record(&rec, 1, true);
	assert_int_equal(mckd_store_put(t->store, &rec, false), MCKD_OK);
	assert_int_equal(sqlite3_open(t->db, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_busy_timeout(t->store->db, 50);
	assert_int_equal(setup_accept(t->store, card1, 5, 6, 7, NULL), MCKD_E_STORE_BUSY);
	sqlite3_close(db);
	assert_int_equal(setup_accept(t->store, card1, 5, 6, 7, NULL), MCKD_OK);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup_make, setup_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_modes), T(test_owner), T(test_types), T(test_parent_symlink), T(test_key),
		T(test_create_twice), T(test_migration), T(test_versions), T(test_swapped), T(test_swapped_tickets),
		T(test_nothing_in_clear), T(test_file_size_limit), T(test_busy),
		T(test_full_and_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

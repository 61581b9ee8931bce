/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"
#include "intl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BUSY_MS 5000

static enum mckd_err
configure(struct mckd_store *s)
{
	static const int options[][2] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 }, { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 }, { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 }, { SQLITE_DBCONFIG_DQS_DDL, 0 },
	};
	enum mckd_err e;

	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (sqlite3_db_config(s->db, options[i][0], options[i][1], NULL) != SQLITE_OK)
			return mckd_store_fail(s, MCKD_E_INTERNAL, "SQLite does not know option %d", options[i][0]);
	e = mckd_store_exec(s, "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; "
	    "PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL", "the store cannot be opened");
	if (e == MCKD_OK && !s->readonly)
		e = mckd_store_exec(s, "PRAGMA journal_mode = PERSIST; PRAGMA journal_size_limit = 1048576",
		    "the store cannot be opened");
	return e;
}

static void
close_db(struct mckd_store *s)
{
	for (int i = 0; i < MCKD_SQL_COUNT; i++) {
		sqlite3_finalize(s->stmt[i]);
		s->stmt[i] = NULL;
	}
	sqlite3_close(s->db);
	s->db = NULL;
}

static enum mckd_err
open_db(struct mckd_store *s, const char *dir, int flags, bool create)
{
	char path[512];
	enum mckd_err e;
	int rc;

	if (snprintf(path, sizeof(path), "%s/" MCKD_STORE_DB, dir) >= (int)sizeof(path))
		return mckd_store_fail(s, MCKD_E_USAGE, "the store's path is too long");
	rc = sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_PRIVATECACHE, NULL);
	if (rc != SQLITE_OK)
		return s->db == NULL ? MCKD_E_NOMEM : mckd_store_sqlite(s, rc, "the store cannot be opened");
	if ((e = configure(s)) != MCKD_OK)
		return e;
	return mckd_schema_open(s, create);
}

/*
 * A writer that was killed within its commit left a change that is to be taken back before
 * anything can be read, and an older version left an older format: only a connection that may
 * write mends either.
 */
static enum mckd_err
open_read(struct mckd_store *s, const char *dir)
{
	enum mckd_err e = open_db(s, dir, SQLITE_OPEN_READONLY, false);

	if (e == MCKD_OK || (!s->hot && !s->old))
		return e;
	close_db(s);
	s->why[0] = '\0';
	s->hot = false;
	s->readonly = false;
	e = open_db(s, dir, SQLITE_OPEN_READWRITE, false);
	s->readonly = true;
	return s->hot ? mckd_store_fail(s, MCKD_E_STORE_FULL, "an interrupted change must be undone before the store "
	    "can be read, and it is read-only: remount it writable") : e;
}

/*
 * Of an older version, where no room or no way is to bring it up to date: a copy in memory is, and
 * is read. What cannot be written there cannot be written here.
 */
static enum mckd_err
open_copy(struct mckd_store *s)
{
	sqlite3 *memory = NULL;
	sqlite3_backup *b = NULL;
	enum mckd_err e = MCKD_E_STORE_FULL;
	int rc = sqlite3_open_v2(":memory:", &memory, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);

	if (rc == SQLITE_OK && (b = sqlite3_backup_init(memory, "main", s->db, "main")) != NULL) {
		(void)sqlite3_backup_step(b, -1);
		rc = sqlite3_backup_finish(b);
	}
	if (rc != SQLITE_OK || b == NULL) {
		sqlite3_close(memory);
		return e;
	}
	close_db(s);
	s->db = memory;
	s->why[0] = '\0';
	s->readonly = s->unwritable = false;
	if ((e = configure(s)) == MCKD_OK)
		e = mckd_schema_open(s, false);
	s->readonly = s->unwritable = s->old = true;
	return e;
}

enum mckd_err
mckd_store_open(const char *dir, const char *key, enum mckd_store_mode mode,
    struct mckd_store **out, char *why)
{
	bool create = mode == MCKD_STORE_CREATE;
	struct mckd_store *s = calloc(1, sizeof(*s));
	struct statvfs fs;
	enum mckd_err e = MCKD_E_INTERNAL;

	*out = NULL;
	why[0] = '\0';
	if (s == NULL)
		return MCKD_E_NOMEM;
	s->dirfd = -1;
	e = mckd_path_dir(dir, create, &s->dirfd, s->why);
	/* Before the key is made: a store that is there must not get another key beside it. */
	if (e == MCKD_OK && create &&
	    (e = mckd_path_db(s->dirfd, dir, false, s->why)) == MCKD_E_STORE_ABSENT)
		e = MCKD_OK;
	if (e == MCKD_OK && !create)
		e = mckd_path_db(s->dirfd, dir, false, s->why);
	if (e == MCKD_OK)
		e = mckd_path_key(key, create, s->key, s->why);
	if (e == MCKD_OK && create)
		e = mckd_path_db(s->dirfd, dir, true, s->why);
	if (e == MCKD_OK) {
		s->readonly = mode == MCKD_STORE_READ;
		if (!s->readonly && fstatvfs(s->dirfd, &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0)
			s->readonly = s->unwritable = true;
		e = s->readonly ? open_read(s, dir) : open_db(s, dir, SQLITE_OPEN_READWRITE, create);
		if (e == MCKD_E_STORE_FULL && s->old)
			e = open_copy(s);
	}
	if (e == MCKD_OK && mode != MCKD_STORE_UNPROVED)
		e = mckd_store_prove(s);
	if (e == MCKD_OK) {
		*out = s;
		return MCKD_OK;
	}
	snprintf(why, MCKD_WHY, "%s", s->why[0] != '\0' ? s->why : _(mckd_err_str(e)));
	mckd_store_close(s);
	return e;
}

void
mckd_store_close(struct mckd_store *s)
{
	if (s == NULL)
		return;
	close_db(s);
	mckd_sealer_free(s->sealer);
	if (s->dirfd >= 0)
		close(s->dirfd);
	mckd_wipe(s, sizeof(*s));
	free(s);
}

const char *
mckd_store_why(const struct mckd_store *s)
{
	return s->why;
}

enum mckd_err
mckd_store_host_id(struct mckd_store *s, uint8_t out[static MCKD_HOST_ID_LEN])
{
	enum mckd_err e = mckd_store_prove(s);

	if (e == MCKD_OK)
		memcpy(out, s->host, MCKD_HOST_ID_LEN);
	return e;
}

enum mckd_err
mckd_store_secret(struct mckd_store *s, const char *label, uint8_t out[static MCKD_KEY_LEN])
{
	return mckd_kdf(MCKD_DEA_HMAC, s->key, label, s->host, sizeof(s->host), out, MCKD_KEY_LEN);
}

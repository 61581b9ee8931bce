/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"
#include "intl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

enum mckd_err
mckd_store_fail(struct mckd_store *s, enum mckd_err e, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(s->why, sizeof(s->why), _(format), ap);
	va_end(ap);
	return e;
}

static bool
is_full(const struct mckd_store *s, int err)
{
	struct statvfs fs;

	if (err == ENOSPC || err == EDQUOT || err == EROFS)
		return true;
	return err == 0 && fstatvfs(s->dirfd, &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0;
}

static enum mckd_err
translate(const struct mckd_store *s, int rc, int err)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return MCKD_E_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return MCKD_E_STORE_BUSY;
	case SQLITE_FULL:
		return MCKD_E_STORE_FULL;
	case SQLITE_READONLY:
		/* A journal to roll back means that nothing can be read, let alone judged. */
		if (rc == SQLITE_READONLY_ROLLBACK || rc == SQLITE_READONLY_RECOVERY)
			return MCKD_E_STORE_IO;
		return is_full(s, 0) ? MCKD_E_STORE_FULL : MCKD_E_STORE_IO;
	case SQLITE_IOERR:
		if (rc == SQLITE_IOERR_NOMEM)
			return MCKD_E_NOMEM;
		return err != 0 && is_full(s, err) ? MCKD_E_STORE_FULL : MCKD_E_STORE_IO;
	case SQLITE_CANTOPEN:
		return err != 0 && is_full(s, err) ? MCKD_E_STORE_FULL : MCKD_E_STORE_IO;
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_NOLFS:
		return MCKD_E_STORE_IO;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_FORMAT:
		return MCKD_E_STORE_UNTRUSTED;
	case SQLITE_CONSTRAINT:
		if (rc == SQLITE_CONSTRAINT_PRIMARYKEY || rc == SQLITE_CONSTRAINT_UNIQUE)
			return MCKD_E_STORE_EXISTS;
		if (rc == SQLITE_CONSTRAINT_FOREIGNKEY)
			return MCKD_E_STORE_NOT_FOUND;
		return MCKD_E_INTERNAL;
	default:
		return MCKD_E_INTERNAL;
	}
}

enum mckd_err
mckd_store_sqlite(struct mckd_store *s, int rc, const char *what)
{
	int err = sqlite3_system_errno(s->db), ext = sqlite3_extended_errcode(s->db);
	enum mckd_err e;

	if ((ext & 0xff) != (rc & 0xff))
		ext = rc;
	s->hot |= ext == SQLITE_READONLY_ROLLBACK;
	e = translate(s, ext, err);
	if (((ext & 0xff) == SQLITE_IOERR || (ext & 0xff) == SQLITE_CANTOPEN) && err != 0)
		return mckd_store_fail(s, e, "%s: %s: %s", _(what), sqlite3_errstr(ext), strerror(err));
	return mckd_store_fail(s, e, "%s: %s", _(what), sqlite3_errstr(ext));
}

enum mckd_err
mckd_store_exec(struct mckd_store *s, const char *sql, const char *what)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? MCKD_OK : mckd_store_sqlite(s, rc, what);
}

enum mckd_err
mckd_store_stmt(struct mckd_store *s, enum mckd_sql which, sqlite3_stmt **out)
{
	enum mckd_err e;
	int rc;

	*out = NULL;
	if (s->stmt[which] == NULL) {
		rc = sqlite3_prepare_v3(s->db, mckd_store_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
		    &s->stmt[which], NULL);
		if (rc != SQLITE_OK) {
			e = mckd_store_sqlite(s, rc, "the store cannot be queried");
			/* The statements are right, so the tables are not. */
			return rc == SQLITE_ERROR ? MCKD_E_STORE_UNTRUSTED : e;
		}
	}
	*out = s->stmt[which];
	s->bound = SQLITE_OK;
	return MCKD_OK;
}

void
mckd_store_reset(sqlite3_stmt *st)
{
	if (st == NULL)
		return;
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

enum mckd_err
mckd_store_row(struct mckd_store *s, sqlite3_stmt *st, const char *what)
{
	int rc = s->bound == SQLITE_OK ? sqlite3_step(st) : s->bound;

	if (rc == SQLITE_ROW)
		return MCKD_OK;
	if (rc == SQLITE_DONE)
		return MCKD_E_STORE_NOT_FOUND;
	return mckd_store_sqlite(s, rc, what);
}

enum mckd_err
mckd_store_run(struct mckd_store *s, sqlite3_stmt *st, const char *what)
{
	int rc = s->bound == SQLITE_OK ? sqlite3_step(st) : s->bound;
	enum mckd_err e = MCKD_OK;

	if (rc == SQLITE_ROW)
		e = mckd_store_fail(s, MCKD_E_INTERNAL, "%s: an unexpected row", _(what));
	else if (rc != SQLITE_DONE)
		e = mckd_store_sqlite(s, rc, what);
	mckd_store_reset(st);
	return e;
}

static void
note_bound(struct mckd_store *s, int rc)
{
	if (s->bound == SQLITE_OK)
		s->bound = rc;
}

void
mckd_bind_int(struct mckd_store *s, sqlite3_stmt *st, int at, int64_t value)
{
	note_bound(s, sqlite3_bind_int64(st, at, value));
}

void
mckd_bind_text(struct mckd_store *s, sqlite3_stmt *st, int at, const char *text)
{
	note_bound(s, sqlite3_bind_text(st, at, text, -1, SQLITE_TRANSIENT));
}

void
mckd_bind_blob(struct mckd_store *s, sqlite3_stmt *st, int at, const void *p, size_t len)
{
	note_bound(s, sqlite3_bind_blob64(st, at, p, len, SQLITE_TRANSIENT));
}

void
mckd_bind_card(struct mckd_store *s, sqlite3_stmt *st, int at,
    const uint8_t card[static MCKD_CARD_ID_LEN])
{
	mckd_bind_blob(s, st, at, card, MCKD_CARD_ID_LEN);
}

bool
mckd_column_blob(sqlite3_stmt *st, int at, void *out, size_t len)
{
	const void *p;

	if (sqlite3_column_type(st, at) != SQLITE_BLOB ||
	    (size_t)sqlite3_column_bytes(st, at) != len || (p = sqlite3_column_blob(st, at)) == NULL)
		return false;
	memcpy(out, p, len);
	return true;
}

bool
mckd_column_uint(sqlite3_stmt *st, int at, int64_t max, int64_t *out)
{
	if (sqlite3_column_type(st, at) != SQLITE_INTEGER)
		return false;
	*out = sqlite3_column_int64(st, at);
	return *out >= 0 && *out <= max;
}

bool
mckd_column_text(sqlite3_stmt *st, int at, char *out, size_t room)
{
	const unsigned char *p;
	size_t len;

	if (sqlite3_column_type(st, at) != SQLITE_TEXT || (p = sqlite3_column_text(st, at)) == NULL)
		return false;
	len = (size_t)sqlite3_column_bytes(st, at);
	if (len >= room || memchr(p, 0, len) != NULL)
		return false;
	memcpy(out, p, len);
	out[len] = '\0';
	return true;
}

/*
 * SQLite itself rolls back on some errors. What a caller does after that must not
 * start a transaction of its own, or half of a change would be committed.
 */
static bool
lost(const struct mckd_store *s)
{
	return s->depth > 0 && sqlite3_get_autocommit(s->db) != 0;
}

enum mckd_err
mckd_store_read_begin(struct mckd_store *s)
{
	enum mckd_err e = MCKD_OK;

	if (s->reads == 0 && s->depth == 0)
		e = mckd_store_exec(s, "BEGIN", "the store cannot be read");
	if (e == MCKD_OK)
		s->reads++;
	return e;
}

void
mckd_store_read_end(struct mckd_store *s)
{
	if (--s->reads == 0 && s->depth == 0)
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

enum mckd_err
mckd_store_mark(struct mckd_store *s, uint64_t *mark)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_DATA_VERSION, &st);

	if (e != MCKD_OK)
		return e;
	if ((e = mckd_store_row(s, st, "the store cannot be read")) == MCKD_OK)
		/* The first half is what others did, the second what this connection did. */
		*mark = (uint64_t)(uint32_t)sqlite3_column_int(st, 0) << 32 |
		    (uint32_t)sqlite3_total_changes(s->db);
	else if (e == MCKD_E_STORE_NOT_FOUND)
		e = mckd_store_fail(s, MCKD_E_INTERNAL, "the store has no data version");
	mckd_store_reset(st);
	return e;
}

enum mckd_err
mckd_store_begin(struct mckd_store *s)
{
	enum mckd_err e;

	if (s->unwritable)
		return mckd_store_fail(s, MCKD_E_STORE_FULL, s->old ? N_("the store is of an older version, and "
		    "cannot be brought up to date here: the disk is full or read-only") :
		    N_("the store is on a read-only file system"));
	if (s->readonly || s->reads > 0 || s->depth > 1)
		return mckd_store_fail(s, MCKD_E_USAGE, "the store is not open for this change");
	if (lost(s))
		return mckd_store_fail(s, MCKD_E_STORE_IO, "an earlier change of this transaction failed");
	e = mckd_store_exec(s, s->depth == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT inner",
	    "the store cannot be changed");
	if (e == MCKD_OK)
		s->depth++;
	return e;
}

enum mckd_err
mckd_store_commit(struct mckd_store *s)
{
	enum mckd_err e;

	if (s->depth == 0)
		return mckd_store_fail(s, MCKD_E_USAGE, "no transaction to commit");
	if (lost(s)) {
		s->depth--;
		return mckd_store_fail(s, MCKD_E_STORE_IO, "an earlier change of this transaction failed");
	}
	e = mckd_store_exec(s, s->depth == 1 ? "COMMIT" : "RELEASE inner",
	    "the change to the store cannot be committed");
	if (e == MCKD_OK && s->depth == 1 && sqlite3_get_autocommit(s->db) == 0)
		e = mckd_store_fail(s, MCKD_E_STORE_IO, "the change to the store was not committed");
	if (e != MCKD_OK)
		mckd_store_rollback(s);
	else
		s->depth--;
	return e;
}

void
mckd_store_rollback(struct mckd_store *s)
{
	if (s->depth == 0)
		return;
	if (!lost(s))
		(void)sqlite3_exec(s->db, s->depth == 1 ? "ROLLBACK" : "ROLLBACK TO inner; RELEASE inner",
		    NULL, NULL, NULL);
	s->depth--;
}

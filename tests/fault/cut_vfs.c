/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cut_vfs.h"

#define FILES_MAX 16
#define CHUNK 4096

struct cut_file {
	sqlite3_file base;
	void *synced;				/* what would survive */
	sqlite3_int64 synced_len;
	sqlite3_file *real;			/* behind this struct */
};

static struct {
	sqlite3_vfs vfs, *real;
	unsigned at, count;
	enum cut_mode mode;
	bool off, met;
	struct cut_file *file[FILES_MAX];
} now;

static struct cut_file *
of(sqlite3_file *f)
{
	return (struct cut_file *)f;
}

static void
keep(struct cut_file *f)
{
	sqlite3_int64 len = 0;

	free(f->synced);
	f->synced = NULL;
	f->synced_len = 0;
	if (f->real->pMethods->xFileSize(f->real, &len) != SQLITE_OK || len == 0)
		return;
	if ((f->synced = malloc((size_t)len)) == NULL)
		abort();
	if (f->real->pMethods->xRead(f->real, f->synced, (int)len, 0) != SQLITE_OK)
		abort();
	f->synced_len = len;
}

/* SQLite never writes more than a page, and of 128 kB at once its own file system would write nothing. */
static void
put_back(struct cut_file *f)
{
	const char *p = f->synced;
	sqlite3_int64 at;

	if (f->real->pMethods->xTruncate(f->real, 0) != SQLITE_OK)
		abort();
	for (at = 0; at < f->synced_len; at += CHUNK) {
		sqlite3_int64 left = f->synced_len - at;

		if (f->real->pMethods->xWrite(f->real, p + at, left < CHUNK ? (int)left : CHUNK, at) != SQLITE_OK)
			abort();
	}
}

static void
lose(void)
{
	for (int i = 0; i < FILES_MAX; i++)
		if (now.file[i] != NULL)
			put_back(now.file[i]);
}

/* SQLITE_OK: it is done. Otherwise what it fails with; *torn where half of it happens. */
static int
step(int error, bool *torn)
{
	*torn = false;
	if (now.off)
		return error;
	if (++now.count != now.at)
		return SQLITE_OK;
	now.met = true;
	if (now.mode == CUT_ONCE_IO)
		return error;
	if (now.mode == CUT_ONCE_FULL)
		return SQLITE_FULL;
	now.off = true;
	*torn = now.mode == CUT_TORN;
	if (now.mode == CUT_LOST)
		lose();
	return error;
}

static int
cut_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct cut_file *c = of(f);
	bool torn;
	int rc = step(SQLITE_IOERR_WRITE, &torn);

	if (rc != SQLITE_OK) {
		if (torn)
			(void)c->real->pMethods->xWrite(c->real, p, n / 2, at);
		return rc;
	}
	return c->real->pMethods->xWrite(c->real, p, n, at);
}

static int
cut_truncate(sqlite3_file *f, sqlite3_int64 len)
{
	struct cut_file *c = of(f);
	bool torn;
	int rc = step(SQLITE_IOERR_TRUNCATE, &torn);

	return rc != SQLITE_OK ? rc : c->real->pMethods->xTruncate(c->real, len);
}

static int
cut_sync(sqlite3_file *f, int flags)
{
	struct cut_file *c = of(f);
	bool torn;
	int rc = step(SQLITE_IOERR_FSYNC, &torn);

	if (rc == SQLITE_OK && (rc = c->real->pMethods->xSync(c->real, flags)) == SQLITE_OK)
		keep(c);
	return rc;
}

static int
cut_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return of(f)->real->pMethods->xRead(of(f)->real, p, n, at);
}

static int
cut_size(sqlite3_file *f, sqlite3_int64 *len)
{
	return of(f)->real->pMethods->xFileSize(of(f)->real, len);
}

static int
cut_lock(sqlite3_file *f, int lock)
{
	return of(f)->real->pMethods->xLock(of(f)->real, lock);
}

static int
cut_unlock(sqlite3_file *f, int lock)
{
	return of(f)->real->pMethods->xUnlock(of(f)->real, lock);
}

static int
cut_reserved(sqlite3_file *f, int *out)
{
	return of(f)->real->pMethods->xCheckReservedLock(of(f)->real, out);
}

static int
cut_control(sqlite3_file *f, int op, void *arg)
{
	return of(f)->real->pMethods->xFileControl(of(f)->real, op, arg);
}

static int
cut_sector(sqlite3_file *f)
{
	return of(f)->real->pMethods->xSectorSize(of(f)->real);
}

static int
cut_features(sqlite3_file *f)
{
	return of(f)->real->pMethods->xDeviceCharacteristics(of(f)->real);
}

static int
cut_close(sqlite3_file *f)
{
	struct cut_file *c = of(f);

	for (int i = 0; i < FILES_MAX; i++)
		if (now.file[i] == c)
			now.file[i] = NULL;
	free(c->synced);
	return c->real->pMethods->xClose(c->real);
}

static const sqlite3_io_methods methods = {
	.iVersion = 1, .xClose = cut_close, .xRead = cut_read, .xWrite = cut_write,
	.xTruncate = cut_truncate, .xSync = cut_sync, .xFileSize = cut_size, .xLock = cut_lock,
	.xUnlock = cut_unlock, .xCheckReservedLock = cut_reserved, .xFileControl = cut_control,
	.xSectorSize = cut_sector, .xDeviceCharacteristics = cut_features,
};

static int
cut_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct cut_file *c = of(f);
	int rc;

	(void)v;
	memset(c, 0, sizeof(*c));
	c->real = (sqlite3_file *)(c + 1);
	rc = now.real->xOpen(now.real, name, c->real, flags, out);
	if (c->real->pMethods == NULL)
		return rc;
	c->base.pMethods = &methods;
	/* What is opened to be read alone loses nothing. */
	if (rc != SQLITE_OK || (flags & SQLITE_OPEN_READONLY) != 0)
		return rc;
	keep(c);
	for (int i = 0;; i++) {
		if (i == FILES_MAX)
			abort();
		if (now.file[i] == NULL) {
			now.file[i] = c;
			break;
		}
	}
	return rc;
}

static int
cut_delete(sqlite3_vfs *v, const char *name, int sync)
{
	bool torn;
	int rc = step(SQLITE_IOERR_DELETE, &torn);

	(void)v;
	return rc != SQLITE_OK ? rc : now.real->xDelete(now.real, name, sync);
}

void
cut_vfs_install(void)
{
	now.real = sqlite3_vfs_find(NULL);
	now.vfs = *now.real;
	now.vfs.zName = "cut";
	now.vfs.pNext = NULL;
	now.vfs.szOsFile = (int)sizeof(struct cut_file) + now.real->szOsFile;
	now.vfs.xOpen = cut_open;
	now.vfs.xDelete = cut_delete;
	if (sqlite3_vfs_register(&now.vfs, 1) != SQLITE_OK)
		abort();
}

void
cut_vfs_set(unsigned at, enum cut_mode mode)
{
	now.at = at;
	now.mode = mode;
	now.count = 0;
	now.off = now.met = false;
}

unsigned
cut_vfs_count(void)
{
	return now.count;
}

int
cut_vfs_met(void)
{
	return now.met;
}

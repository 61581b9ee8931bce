/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_account.h"

#include <stdio.h>
#include <string.h>

#include "../nss_mckd/accounts.h"
#include "store_priv.h"

#define TEXT_ROOM (MCKD_ACCOUNT_TEXT_MAX + 1)
#define NAME_ROOM (MCKD_ACCOUNT_NAME_MAX + 1)

/* NULL stays unbound: what it stands for stays as it is. */
static void
bind_maybe(struct mckd_store *s, sqlite3_stmt *st, int at, const char *text)
{
	if (text != NULL)
		mckd_bind_text(s, st, at, text);
}

/* One change as a transaction, or within the caller's. */
static enum mckd_err
change(struct mckd_store *s, sqlite3_stmt *st, bool must)
{
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK) {
		mckd_store_reset(st);
		return e;
	}
	e = mckd_store_run(s, st, "the account cannot be stored");
	if (e == MCKD_OK && must && sqlite3_changes(s->db) == 0)
		e = mckd_store_fail(s, MCKD_E_STORE_NOT_FOUND, "there is no such account");
	if (e == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

/* The one number of a row that may be absent. */
static enum mckd_err
get_id(struct mckd_store *s, sqlite3_stmt *st, uint32_t *out)
{
	enum mckd_err e = mckd_store_row(s, st, "the accounts cannot be read");
	int64_t id = 0;

	if (e == MCKD_OK && !mckd_column_uint(st, 0, UINT32_MAX, &id))
		e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table account");
	mckd_store_reset(st);
	*out = (uint32_t)id;
	return e;
}

static enum mckd_err
id_of(struct mckd_store *s, enum mckd_sql which, const char *name, uint32_t *out)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, which, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_text(s, st, 1, name);
	return get_id(s, st, out);
}

enum mckd_err
mckd_store_account_number(struct mckd_store *s, uint32_t min, uint32_t max, uint32_t *out)
{
	sqlite3_stmt *st;
	int64_t last;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_ACCOUNT_LAST, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_int(s, st, 1, min);
	mckd_bind_int(s, st, 2, max);
	e = mckd_store_row(s, st, "the accounts cannot be read");
	last = e == MCKD_OK ? sqlite3_column_int64(st, 0) : 0;
	mckd_store_reset(st);
	if (e != MCKD_OK)
		return e;
	last = last < 0 ? min : last + 1;
	while (last <= max && !mckd_account_id_valid((uint32_t)last))
		last++;
	if (last > max)
		return mckd_store_fail(s, MCKD_E_STORE_NOT_FOUND,
		    "account_ids: every number of %u-%u was given, and none is given twice", min, max);
	*out = (uint32_t)last;
	return MCKD_OK;
}

enum mckd_err
mckd_store_account_add(struct mckd_store *s, const struct mckd_account *a)
{
	sqlite3_stmt *st;
	enum mckd_err e;

	if (mckd_account_check(a, s->why) != MCKD_OK)
		return MCKD_E_USAGE;
	if ((e = mckd_store_stmt(s, MCKD_SQL_ACCOUNT_ADD, &st)) != MCKD_OK)
		return e;
	mckd_bind_int(s, st, 1, a->uid);
	mckd_bind_text(s, st, 2, a->name);
	mckd_bind_text(s, st, 3, a->gecos != NULL ? a->gecos : "");
	mckd_bind_text(s, st, 4, a->home);
	mckd_bind_text(s, st, 5, a->shell);
	return change(s, st, false);
}

enum mckd_err
mckd_store_account_change(struct mckd_store *s, const char *name, const char *gecos, const char *home,
    const char *shell)
{
	const struct mckd_account a = { .name = name, .uid = MCKD_ACCOUNT_ID_MIN, .gid = MCKD_ACCOUNT_ID_MIN,
		.gecos = gecos, .home = home != NULL ? home : "/a", .shell = shell != NULL ? shell : "/a" };
	sqlite3_stmt *st;
	enum mckd_err e;

	if (mckd_account_check(&a, s->why) != MCKD_OK)
		return MCKD_E_USAGE;
	if ((e = mckd_store_stmt(s, MCKD_SQL_ACCOUNT_CHANGE, &st)) != MCKD_OK)
		return e;
	mckd_bind_text(s, st, 1, name);
	bind_maybe(s, st, 2, gecos);
	bind_maybe(s, st, 3, home);
	bind_maybe(s, st, 4, shell);
	return change(s, st, true);
}

enum mckd_err
mckd_store_account_withdraw(struct mckd_store *s, const char *name)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_ACCOUNT_WITHDRAW, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_text(s, st, 1, name);
	return change(s, st, true);
}

enum mckd_err
mckd_store_account_uid(struct mckd_store *s, const char *name, uint32_t *uid)
{
	return id_of(s, MCKD_SQL_ACCOUNT_OF, name, uid);
}

enum mckd_err
mckd_store_group_add(struct mckd_store *s, const char *name, uint32_t gid)
{
	const struct mckd_group g = { .name = name, .gid = gid };
	sqlite3_stmt *st;
	enum mckd_err e;

	if (mckd_group_check(&g, s->why) != MCKD_OK)
		return MCKD_E_USAGE;
	if ((e = mckd_store_stmt(s, MCKD_SQL_GROUP_ADD, &st)) != MCKD_OK)
		return e;
	mckd_bind_int(s, st, 1, gid);
	mckd_bind_text(s, st, 2, name);
	return change(s, st, false);
}

enum mckd_err
mckd_store_group_gid(struct mckd_store *s, const char *name, uint32_t *gid)
{
	return id_of(s, MCKD_SQL_GROUP_OF, name, gid);
}

enum mckd_err
mckd_store_groups_of(struct mckd_store *s, uint32_t uid, const uint32_t *gids, size_t n)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_MEMBER_NONE, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_int(s, st, 1, uid);
	e = change(s, st, false);
	for (size_t i = 0; i < n && e == MCKD_OK; i++) {
		if ((e = mckd_store_stmt(s, MCKD_SQL_MEMBER_ADD, &st)) != MCKD_OK)
			break;
		mckd_bind_int(s, st, 1, gids[i]);
		mckd_bind_int(s, st, 2, uid);
		e = change(s, st, false);
	}
	return e;
}

enum mckd_err
mckd_store_accounts(struct mckd_store *s, mckd_store_account_cb cb, void *arg)
{
	char name[NAME_ROOM], gecos[TEXT_ROOM], home[TEXT_ROOM], shell[TEXT_ROOM];
	struct mckd_account a = { .name = name, .gecos = gecos, .home = home, .shell = shell };
	int64_t uid = 0, locked;
	sqlite3_stmt *st;
	enum mckd_err e;

	for (;;) {
		if ((e = mckd_store_stmt(s, MCKD_SQL_ACCOUNT_NEXT, &st)) != MCKD_OK)
			return e;
		mckd_bind_int(s, st, 1, uid);
		e = mckd_store_row(s, st, "the accounts cannot be read");
		if (e == MCKD_OK && (!mckd_column_uint(st, 0, UINT32_MAX, &uid) ||
		    !mckd_column_text(st, 1, name, sizeof(name)) ||
		    !mckd_column_text(st, 2, gecos, sizeof(gecos)) ||
		    !mckd_column_text(st, 3, home, sizeof(home)) ||
		    !mckd_column_text(st, 4, shell, sizeof(shell)) || !mckd_column_uint(st, 5, 1, &locked)))
			e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table account");
		mckd_store_reset(st);
		if (e != MCKD_OK)
			return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
		a.uid = a.gid = (uint32_t)uid;
		a.locked = locked != 0;
		if ((e = cb(arg, &a)) != MCKD_OK)
			return e;
	}
}

/* Rows of number and name, by number. first: what ?1 is, where the number is ?2. */
static enum mckd_err
each_named(struct mckd_store *s, enum mckd_sql which, const uint32_t *first, mckd_store_named_cb cb,
    void *arg)
{
	char name[NAME_ROOM];
	sqlite3_stmt *st;
	enum mckd_err e;
	int64_t id = 0;

	for (;;) {
		if ((e = mckd_store_stmt(s, which, &st)) != MCKD_OK)
			return e;
		if (first != NULL)
			mckd_bind_int(s, st, 1, *first);
		mckd_bind_int(s, st, first != NULL ? 2 : 1, id);
		e = mckd_store_row(s, st, "the groups cannot be read");
		if (e == MCKD_OK && (!mckd_column_uint(st, 0, UINT32_MAX, &id) ||
		    !mckd_column_text(st, 1, name, sizeof(name))))
			e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table account_group");
		mckd_store_reset(st);
		if (e != MCKD_OK)
			return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
		if ((e = cb(arg, name, (uint32_t)id)) != MCKD_OK)
			return e;
	}
}

enum mckd_err
mckd_store_groups(struct mckd_store *s, mckd_store_named_cb cb, void *arg)
{
	return each_named(s, MCKD_SQL_GROUP_NEXT, NULL, cb, arg);
}

enum mckd_err
mckd_store_members(struct mckd_store *s, uint32_t gid, mckd_store_named_cb cb, void *arg)
{
	return each_named(s, MCKD_SQL_MEMBER_NEXT, &gid, cb, arg);
}

enum mckd_err
mckd_store_setting_get(struct mckd_store *s, const char *name, char *out, size_t room)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_SETTING_GET, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_text(s, st, 1, name);
	e = mckd_store_row(s, st, "the settings cannot be read");
	if (e == MCKD_OK && !mckd_column_text(st, 0, out, room))
		e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table meta");
	mckd_store_reset(st);
	return e;
}

enum mckd_err
mckd_store_setting_put(struct mckd_store *s, const char *name, const char *value)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_SETTING_PUT, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_text(s, st, 1, name);
	mckd_bind_text(s, st, 2, value);
	return change(s, st, false);
}

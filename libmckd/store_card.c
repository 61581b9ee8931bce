/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"
#include "store_rotate.h"
#include "intl.h"

#include <stdio.h>
#include <string.h>

/* As many as the LIMIT of the statements. */
#define BATCH 256

/* One change of one row; of no row it is NOT_FOUND with that text. */
static enum mckd_err
change_row(struct mckd_store *s, sqlite3_stmt *st, const char *what, const char *none)
{
	enum mckd_err e = mckd_store_run(s, st, what);

	if (e == MCKD_OK && sqlite3_changes(s->db) == 0)
		e = mckd_store_fail(s, MCKD_E_STORE_NOT_FOUND, "%s", _(none));
	return e;
}

/* The same, as a transaction. */
static enum mckd_err
change(struct mckd_store *s, sqlite3_stmt *st, const char *what, const char *none)
{
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK) {
		mckd_store_reset(st);
		return e;
	}
	if ((e = change_row(s, st, what, none)) == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

enum mckd_err
mckd_store_remove(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK)
		return e;
	/* A rotation would count it among those that confirmed. */
	e = mckd_rotation_leave(s, card, 0);
	if (e == MCKD_OK && (e = mckd_store_stmt(s, MCKD_SQL_CARD_DELETE, &st)) == MCKD_OK) {
		mckd_bind_card(s, st, 1, card);
		e = change_row(s, st, "the card cannot be removed", N_("the card is not in the store"));
	}
	if (e == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

enum mckd_err
mckd_store_set_status(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    enum mckd_card_status status, const char *reason)
{
	char text[sizeof(((struct mckd_record *)0)->reason)];
	sqlite3_stmt *st;
	enum mckd_err e;

	if (status > MCKD_CARD_REVOKED)
		return mckd_store_fail(s, MCKD_E_USAGE, "not a status");
	if ((e = mckd_store_stmt(s, MCKD_SQL_CARD_STATUS, &st)) != MCKD_OK)
		return e;
	snprintf(text, sizeof(text), "%s", reason == NULL ? "" : reason);
	mckd_bind_card(s, st, 1, card);
	mckd_bind_int(s, st, 2, status);
	mckd_bind_text(s, st, 3, text);
	return change(s, st, "the status cannot be stored", N_("the card is not in the store"));
}

/*
 * In batches, and no lock is held while calling back: a list that waits in a pager
 * would otherwise keep everybody from logging in.
 */
static enum mckd_err
each_card(struct mckd_store *s, enum mckd_sql which, const char *user, mckd_store_card_cb cb, void *arg)
{
	uint8_t ids[BATCH][MCKD_CARD_ID_LEN], last[MCKD_CARD_ID_LEN] = { 0 };
	enum mckd_err e = MCKD_OK;
	bool first = true;
	sqlite3_stmt *st;
	unsigned n;

	do {
		if ((e = mckd_store_stmt(s, which, &st)) != MCKD_OK)
			return e;
		/* The empty blob is before every card ID. */
		mckd_bind_blob(s, st, 1, last, first ? 0 : MCKD_CARD_ID_LEN);
		if (user != NULL)
			mckd_bind_text(s, st, 2, user);
		first = false;
		n = 0;
		while (n < BATCH && (e = mckd_store_row(s, st, "the cards cannot be read")) == MCKD_OK)
			if (!mckd_column_blob(st, 0, ids[n++], MCKD_CARD_ID_LEN)) {
				e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed card ID");
				break;
			}
		mckd_store_reset(st);
		if (e != MCKD_OK && e != MCKD_E_STORE_NOT_FOUND)
			return e;
		if (n > 0)
			memcpy(last, ids[n - 1], sizeof(last));
		for (unsigned i = 0; i < n; i++)
			if ((e = cb(arg, ids[i])) != MCKD_OK)
				return e;
	} while (n == BATCH);
	return MCKD_OK;
}

enum mckd_err
mckd_store_cards(struct mckd_store *s, mckd_store_card_cb cb, void *arg)
{
	return each_card(s, MCKD_SQL_CARD_NEXT, NULL, cb, arg);
}

enum mckd_err
mckd_store_cards_of(struct mckd_store *s, const char *user, mckd_store_card_cb cb, void *arg)
{
	return each_card(s, MCKD_SQL_CARDS_OF, user, cb, arg);
}

struct found {
	unsigned n;
	uint8_t card[MCKD_CARD_ID_LEN];
};

static enum mckd_err
note(void *arg, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	struct found *f = arg;

	if (f->n == 0 || memcmp(f->card, card, MCKD_CARD_ID_LEN) != 0)
		f->n++;
	memcpy(f->card, card, MCKD_CARD_ID_LEN);
	return MCKD_OK;
}

/* The least and the greatest card ID that begin with these digits. */
static bool
prefix(const char *name, uint8_t low[static MCKD_CARD_ID_LEN], uint8_t high[static MCKD_CARD_ID_LEN])
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	size_t len = strlen(name);

	if (len < 4 || len > 2 * MCKD_CARD_ID_LEN)
		return false;
	memset(low, 0x00, MCKD_CARD_ID_LEN);
	memset(high, 0xff, MCKD_CARD_ID_LEN);
	for (size_t i = 0; i < len; i++) {
		const char *at = strchr(digits, name[i]);
		unsigned v, shift = i % 2 == 0 ? 4 : 0;

		if (at == NULL)
			return false;
		v = (unsigned)(at - digits) & 15;
		low[i / 2] = (uint8_t)(low[i / 2] | v << shift);
		high[i / 2] = (uint8_t)((high[i / 2] & ~(15u << shift)) | v << shift);
	}
	return true;
}

static enum mckd_err
first_after(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint8_t out[static MCKD_CARD_ID_LEN])
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_CARD_NEXT, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	e = mckd_store_row(s, st, "the cards cannot be read");
	if (e == MCKD_OK && !mckd_column_blob(st, 0, out, MCKD_CARD_ID_LEN))
		e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table card");
	mckd_store_reset(st);
	return e;
}

enum mckd_err
mckd_store_card_after(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint8_t out[static MCKD_CARD_ID_LEN])
{
	static const uint8_t least[MCKD_CARD_ID_LEN];
	enum mckd_err e = first_after(s, card, out);

	return e == MCKD_E_STORE_NOT_FOUND ? first_after(s, least, out) : e;
}

enum mckd_err
mckd_store_find(struct mckd_store *s, const char *name, uint8_t card[static MCKD_CARD_ID_LEN])
{
	uint8_t low[MCKD_CARD_ID_LEN], high[MCKD_CARD_ID_LEN], id[MCKD_CARD_ID_LEN];
	struct found f = { 0 };
	enum mckd_err e = mckd_store_cards_of(s, name, note, &f);
	sqlite3_stmt *st;

	if (e != MCKD_OK)
		return e;
	if (prefix(name, low, high)) {
		if ((e = mckd_store_stmt(s, MCKD_SQL_CARD_RANGE, &st)) != MCKD_OK)
			return e;
		mckd_bind_card(s, st, 1, low);
		mckd_bind_card(s, st, 2, high);
		while ((e = mckd_store_row(s, st, "the cards cannot be read")) == MCKD_OK)
			if (mckd_column_blob(st, 0, id, sizeof(id)))
				(void)note(&f, id);
		mckd_store_reset(st);
		if (e != MCKD_E_STORE_NOT_FOUND)
			return e;
	}
	if (f.n == 0)
		return mckd_store_fail(s, MCKD_E_STORE_NOT_FOUND, "%.64s: no card of this ID or user", name);
	if (f.n > 1)
		return mckd_store_fail(s, MCKD_E_USAGE, "%.64s: more than one card; name it by its card ID (cardtool list)",
		    name);
	memcpy(card, f.card, MCKD_CARD_ID_LEN);
	return MCKD_OK;
}

enum mckd_err
mckd_store_users(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    mckd_store_user_cb cb, void *arg)
{
	char user[MCKD_USER_MAX + 1] = "";
	int64_t slot = 0;
	sqlite3_stmt *st;
	enum mckd_err e;

	for (;;) {
		if ((e = mckd_store_stmt(s, MCKD_SQL_USER_NEXT, &st)) != MCKD_OK)
			return e;
		mckd_bind_card(s, st, 1, card);
		mckd_bind_int(s, st, 2, slot);
		mckd_bind_text(s, st, 3, user);
		e = mckd_store_row(s, st, "the users cannot be read");
		if (e == MCKD_OK && (!mckd_column_text(st, 0, user, sizeof(user)) ||
		    !mckd_column_uint(st, 1, MCKD_APPS_MAX, &slot)))
			e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table assignment");
		mckd_store_reset(st);
		if (e != MCKD_OK)
			return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
		if ((e = cb(arg, user, (uint8_t)slot)) != MCKD_OK)
			return e;
	}
}

static bool
user_valid(const char *user)
{
	size_t len = user == NULL ? 0 : strlen(user);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)user[i] < 0x20 || user[i] == 0x7f)
			return false;
	return len >= 1 && len <= MCKD_USER_MAX;
}

enum mckd_err
mckd_store_assign(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t slot,
    const char *user)
{
	sqlite3_stmt *st;
	enum mckd_err e;

	if (!user_valid(user))
		return mckd_store_fail(s, MCKD_E_USAGE, "not a user name of 1-%d characters", MCKD_USER_MAX);
	if ((e = mckd_store_stmt(s, MCKD_SQL_ASSIGN, &st)) != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	mckd_bind_int(s, st, 2, slot);
	mckd_bind_text(s, st, 3, user);
	e = change(s, st, "the user cannot be assigned", "");
	if (e == MCKD_E_STORE_EXISTS)
		mckd_store_fail(s, e, "the user has this application of the card already");
	else if (e == MCKD_E_STORE_NOT_FOUND)
		mckd_store_fail(s, e, "the store has no such card and application");
	return e;
}

enum mckd_err
mckd_store_unassign(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN], uint8_t slot,
    const char *user)
{
	sqlite3_stmt *st;
	enum mckd_err e;

	if (!user_valid(user))
		return mckd_store_fail(s, MCKD_E_USAGE, "not a user name of 1-%d characters", MCKD_USER_MAX);
	e = mckd_store_stmt(s, slot == 0 ? MCKD_SQL_UNASSIGN_ALL : MCKD_SQL_UNASSIGN, &st);
	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	if (slot != 0)
		mckd_bind_int(s, st, 2, slot);
	mckd_bind_text(s, st, slot == 0 ? 2 : 3, user);
	return change(s, st, "the user cannot be unassigned", N_("the user does not have this card"));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_rotate.h"
#include "store_priv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* As many as the LIMIT of the statements. */
#define BATCH 256

enum mckd_err
mckd_rotation_new(struct mckd_store *s, const struct mckd_rotation *r, int64_t *id)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_begin(s);

	*id = 0;
	if (e != MCKD_OK)
		return e;
	if ((e = mckd_store_stmt(s, MCKD_SQL_ROTATION_NEW, &st)) == MCKD_OK) {
		mckd_bind_int(s, st, 1, r->at != 0 ? r->at : (int64_t)time(NULL));
		mckd_bind_text(s, st, 2, r->what);
		mckd_bind_int(s, st, 3, r->cards);
		mckd_bind_int(s, st, 4, r->until);
		e = mckd_store_run(s, st, "the rotation cannot be stored");
	}
	if (e == MCKD_OK) {
		*id = sqlite3_last_insert_rowid(s->db);
		return mckd_store_commit(s);
	}
	mckd_store_rollback(s);
	return e;
}

enum mckd_err
mckd_rotation_cards(struct mckd_store *s, int64_t id, int64_t cards)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK)
		return e;
	if ((e = mckd_store_stmt(s, MCKD_SQL_ROTATION_CARDS, &st)) == MCKD_OK) {
		mckd_bind_int(s, st, 1, id);
		mckd_bind_int(s, st, 2, cards);
		e = mckd_store_run(s, st, "the rotation cannot be stored");
	}
	if (e == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

enum mckd_err
mckd_rotation_leave(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN], uint16_t epoch)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_ROTATION_LEAVE, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	mckd_bind_int(s, st, 2, epoch);
	return mckd_store_run(s, st, "the rotation cannot be stored");
}

enum mckd_err
mckd_store_ticket_others(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN], unsigned *n)
{
	sqlite3_stmt *st;
	int64_t value = 0;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_TICKET_OTHERS, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	e = mckd_store_row(s, st, "the tickets cannot be read");
	if (e == MCKD_OK && !mckd_column_uint(st, 0, 0xffff, &value))
		e = mckd_store_fail(s, MCKD_E_INTERNAL, "the tickets cannot be read");
	mckd_store_reset(st);
	*n = (unsigned)value;
	return e;
}

enum mckd_err
mckd_rotations(struct mckd_store *s, mckd_rotation_cb cb, void *arg)
{
	struct mckd_rotation r = { .id = 0 };
	sqlite3_stmt *st;
	enum mckd_err e;

	for (;;) {
		if ((e = mckd_store_stmt(s, MCKD_SQL_ROTATION_NEXT, &st)) != MCKD_OK)
			return e;
		mckd_bind_int(s, st, 1, r.id);
		e = mckd_store_row(s, st, "the rotations cannot be read");
		if (e == MCKD_OK && (!mckd_column_uint(st, 0, INT64_MAX, &r.id) ||
		    !mckd_column_uint(st, 1, INT64_MAX, &r.at) ||
		    !mckd_column_text(st, 2, r.what, sizeof(r.what)) ||
		    !mckd_column_uint(st, 3, INT64_MAX, &r.cards) ||
		    !mckd_column_uint(st, 4, INT64_MAX, &r.until)))
			e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table rotation");
		mckd_store_reset(st);
		if (e != MCKD_OK)
			return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
		if ((e = cb(arg, &r)) != MCKD_OK)
			return e;
	}
}

static bool
read_waiting(sqlite3_stmt *st, struct mckd_waiting *w)
{
	int64_t epoch, next, sent, status, full;

	if (!mckd_column_blob(st, 0, w->card, sizeof(w->card)) ||
	    !mckd_column_uint(st, 1, 0xffff, &epoch) || !mckd_column_uint(st, 2, 0xffff, &next) ||
	    !mckd_column_uint(st, 3, INT64_MAX, &w->rotation) ||
	    !mckd_column_uint(st, 4, INT64_MAX, &w->until) || !mckd_column_uint(st, 5, 0xffff, &sent) ||
	    !mckd_column_uint(st, 6, MCKD_CARD_REVOKED, &status) ||
	    !mckd_column_uint(st, 7, INT64_MAX, &w->last_use) || !mckd_column_uint(st, 8, 1, &full))
		return false;
	w->epoch = (uint16_t)epoch;
	w->next = (uint16_t)next;
	w->sent = (unsigned)sent;
	w->status = (enum mckd_card_status)status;
	w->full = full != 0;
	return true;
}

/* In batches, and no lock is held while calling back. */
enum mckd_err
mckd_store_waiting(struct mckd_store *s, mckd_waiting_cb cb, void *arg)
{
	struct mckd_waiting batch[BATCH], last = { .epoch = 0 };
	bool first = true;
	sqlite3_stmt *st;
	enum mckd_err e;
	unsigned n;

	do {
		if ((e = mckd_store_stmt(s, MCKD_SQL_ROTATED_NEXT, &st)) != MCKD_OK)
			return e;
		mckd_bind_blob(s, st, 1, last.card, first ? 0 : MCKD_CARD_ID_LEN);
		mckd_bind_int(s, st, 2, last.epoch);
		first = false;
		n = 0;
		while (n < BATCH && (e = mckd_store_row(s, st, "the rotations cannot be read")) == MCKD_OK)
			if (!read_waiting(st, &batch[n++])) {
				e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table rotated");
				break;
			}
		mckd_store_reset(st);
		if (e != MCKD_OK && e != MCKD_E_STORE_NOT_FOUND)
			return e;
		if (n > 0)
			last = batch[n - 1];
		for (unsigned i = 0; i < n; i++)
			if ((e = cb(arg, &batch[i])) != MCKD_OK)
				return e;
	} while (n == BATCH);
	return MCKD_OK;
}

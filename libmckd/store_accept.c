/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"

#include <time.h>

#include "intl.h"

const char mckd_store_clone[] = "counter not greater than the last seen";

struct row {
	int64_t counter, seen, status, last, retired, assigned;
};

static enum mckd_err
read_row(struct mckd_store *s, const struct mckd_accept *a, struct row *r)
{
	sqlite3_stmt *st;
	bool good;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_CARD_ACCEPT, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, a->card);
	mckd_bind_int(s, st, 2, a->slot);
	mckd_bind_int(s, st, 3, a->index);
	if (a->user != NULL)
		mckd_bind_text(s, st, 4, a->user);
	e = mckd_store_row(s, st, "the card cannot be read");
	good = e == MCKD_OK && mckd_column_uint(st, 0, UINT32_MAX, &r->counter) &&
	    mckd_column_uint(st, 1, 0xffff, &r->seen) &&
	    mckd_column_uint(st, 2, MCKD_CARD_REVOKED, &r->status) &&
	    mckd_column_uint(st, 3, 0xffff, &r->last) && mckd_column_uint(st, 5, 1, &r->assigned);
	/* NULL: the application is gone. */
	if (good && sqlite3_column_type(st, 4) == SQLITE_NULL)
		r->retired = -1;
	else if (good)
		good = mckd_column_uint(st, 4, 1, &r->retired);
	mckd_store_reset(st);
	if (e == MCKD_E_STORE_NOT_FOUND)
		return mckd_store_fail(s, e, "the card is not in the store");
	if (e == MCKD_OK && !good)
		return mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table card");
	return e;
}

/* What the store says of this answer now: it was judged by a record read before the card was asked. */
static enum mckd_err
judge(struct mckd_store *s, const struct mckd_accept *a)
{
	struct row r;
	enum mckd_err e = read_row(s, a, &r);

	if (e != MCKD_OK)
		return e;
	if (a->counter <= a->before || (int64_t)a->counter == r.counter)
		return mckd_store_fail(s, MCKD_E_CLONE, "%s", mckd_store_clone);
	if (r.status == MCKD_CARD_REVOKED)
		return mckd_store_fail(s, MCKD_E_REVOKED, "the card was revoked meanwhile");
	if (r.status == MCKD_CARD_SUSPENDED)
		return mckd_store_fail(s, MCKD_E_SUSPENDED, "the card was suspended meanwhile");
	if (r.retired != 0)
		return mckd_store_fail(s, MCKD_E_AUTH, r.retired < 0 ? N_("the application was removed meanwhile") :
		    N_("the series number is retired meanwhile"));
	if (r.assigned == 0)
		return mckd_store_fail(s, MCKD_E_AUTH, "the card was taken from the user meanwhile");
	if (r.last != a->last)
		return mckd_store_fail(s, MCKD_E_AUTH, "an order for the card was recorded meanwhile");
	if ((int64_t)a->counter < r.counter)
		return mckd_store_fail(s, MCKD_E_TIMEOUT, "another login with this card came first");
	if (a->epoch < r.seen)
		return mckd_store_fail(s, MCKD_E_AUTH, "the epoch is below the greatest one seen");
	return MCKD_OK;
}

static enum mckd_err
store_accepted(struct mckd_store *s, const uint8_t *card, uint32_t counter, uint16_t epoch,
    const struct mckd_event *ev)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_CARD_ACCEPTED, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	mckd_bind_int(s, st, 2, counter);
	mckd_bind_int(s, st, 3, epoch);
	mckd_bind_int(s, st, 4, ev != NULL && ev->when != 0 ? ev->when : (int64_t)time(NULL));
	e = mckd_store_run(s, st, "the counter cannot be stored");
	if (e == MCKD_OK && sqlite3_changes(s->db) != 1)
		e = mckd_store_fail(s, MCKD_E_INTERNAL, "the counter was not stored");
	if (e == MCKD_OK && ev != NULL && (e = mckd_event_insert(s, ev)) == MCKD_OK)
		s->accepted = sqlite3_last_insert_rowid(s->db);
	return e;
}

static enum mckd_err
store_clone(struct mckd_store *s, const uint8_t *card, const struct mckd_event *ev)
{
	sqlite3_stmt *st;
	struct mckd_event clone;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_CARD_SUSPEND, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	mckd_bind_text(s, st, 2, mckd_store_clone);
	e = mckd_store_run(s, st, "the suspension cannot be stored");
	if (e != MCKD_OK || ev == NULL)
		return e;
	clone = *ev;
	clone.kind = "clone";
	clone.verdict = "denied";
	clone.reason = mckd_store_clone;
	return mckd_event_insert(s, &clone);
}

enum mckd_err
mckd_store_accept(struct mckd_store *s, const struct mckd_accept *a, const struct mckd_event *ev)
{
	enum mckd_err begun = mckd_store_begin(s), e = MCKD_E_INTERNAL, written;

	if (begun != MCKD_OK && begun != MCKD_E_STORE_FULL)
		return begun;
	e = judge(s, a);
	if (begun != MCKD_OK)
		/* A full disk excuses what cannot be written, never what was read. */
		return e == MCKD_OK ? mckd_store_fail(s, begun, "the counter cannot be stored: disk full or "
		    "read-only") : e;
	if (e == MCKD_OK) {
		if ((e = store_accepted(s, a->card, a->counter, a->epoch, ev)) == MCKD_OK)
			return mckd_store_commit(s);
	} else if (e == MCKD_E_CLONE) {
		if ((written = store_clone(s, a->card, ev)) == MCKD_OK)
			written = mckd_store_commit(s);
		else
			mckd_store_rollback(s);
		if (written == MCKD_OK)
			return e;
		return mckd_store_fail(s, e, "%s; the suspension cannot be stored: %s", mckd_store_clone,
		    mckd_err_str(written));
	}
	mckd_store_rollback(s);
	return e;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_rotate.h"
#include "store_priv.h"

#include <string.h>
#include <time.h>

#define BODY_APP (2 + 5 * 4 + MCKD_KEY_LEN)
#define BODY_MAX (2 + 16 + 1 + MCKD_APPS_MAX * BODY_APP)

static size_t
pack(const struct mckd_before *b, uint8_t out[static BODY_MAX])
{
	struct mckd_buf w = mckd_buf_over(out, BODY_MAX);

	mckd_buf_put_u8(&w, b->have_last);
	mckd_buf_put_u8(&w, b->strict);
	mckd_buf_put(&w, b->last_ticket, sizeof(b->last_ticket));
	mckd_buf_put_u8(&w, (uint8_t)b->napps);
	for (unsigned i = 0; i < b->napps; i++) {
		mckd_buf_put_u8(&w, b->app[i].slot);
		mckd_buf_put_u8(&w, b->app[i].mechanism);
		mckd_buf_put_u32(&w, b->app[i].period);
		mckd_buf_put_u32(&w, b->app[i].present);
		mckd_buf_put_u32(&w, b->app[i].retired);
		mckd_buf_put_u32(&w, b->app[i].compromised);
		mckd_buf_put_u32(&w, b->app[i].replaced);
		mckd_buf_put(&w, b->app[i].ksel, MCKD_KEY_LEN);
	}
	return w.bad ? 0 : BODY_MAX - w.left;
}

static bool
unpack(struct mckd_before *b, uint8_t *in, size_t len)
{
	struct mckd_buf r = mckd_buf_over(in, len);
	uint8_t have_last = 0, strict = 0, napps = 0;

	mckd_buf_get_u8(&r, &have_last);
	mckd_buf_get_u8(&r, &strict);
	mckd_buf_get(&r, b->last_ticket, sizeof(b->last_ticket));
	mckd_buf_get_u8(&r, &napps);
	b->have_last = have_last != 0;
	b->strict = strict != 0;
	b->napps = napps;
	for (unsigned i = 0; i < napps && i < MCKD_APPS_MAX; i++) {
		mckd_buf_get_u8(&r, &b->app[i].slot);
		mckd_buf_get_u8(&r, &b->app[i].mechanism);
		mckd_buf_get_u32(&r, &b->app[i].period);
		mckd_buf_get_u32(&r, &b->app[i].present);
		mckd_buf_get_u32(&r, &b->app[i].retired);
		mckd_buf_get_u32(&r, &b->app[i].compromised);
		mckd_buf_get_u32(&r, &b->app[i].replaced);
		mckd_buf_get(&r, b->app[i].ksel, MCKD_KEY_LEN);
	}
	return mckd_buf_end(&r) && napps <= MCKD_APPS_MAX;
}

static uint32_t
replaced(const struct mckd_app *before, const struct mckd_app *now)
{
	uint32_t both = before->present & now->present, out = 0;

	for (unsigned i = 0; i < MCKD_SNS_MAX; i++)
		if ((both >> i & 1) != 0 && !mckd_equal(before->sn[i], now->sn[i], MCKD_SN_LEN))
			out |= UINT32_C(1) << i;
	return out;
}

static const struct mckd_app *
app_of(const struct mckd_block *b, uint8_t slot)
{
	for (unsigned i = 0; i < b->napps; i++)
		if (b->app[i].slot == slot)
			return &b->app[i];
	return NULL;
}

/* The row of a refusal without a ticket: the order that follows takes its place. */
static enum mckd_err
take_place(struct mckd_store *s, const struct mckd_record *was)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_rotation_leave(s, was->block.card, was->block.epoch);

	if (e != MCKD_OK || (e = mckd_store_stmt(s, MCKD_SQL_ROTATED_DROP, &st)) != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, was->block.card);
	mckd_bind_int(s, st, 2, was->block.epoch);
	return mckd_store_run(s, st, "the rotation cannot be stored");
}

static enum mckd_err
insert_before(struct mckd_store *s, const struct mckd_record *was, const struct mckd_record *now,
    int64_t rotation, int64_t until, const uint8_t *sealed, size_t len)
{
	unsigned next = now->block.epoch;
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_ROTATED_ADD, &st);

	if (e != MCKD_OK)
		return e;
	if (next == was->block.epoch && next < UINT16_MAX)
		next++;
	mckd_bind_card(s, st, 1, was->block.card);
	mckd_bind_int(s, st, 2, was->block.epoch);
	mckd_bind_int(s, st, 3, next);
	mckd_bind_int(s, st, 4, rotation);
	mckd_bind_int(s, st, 5, until);
	mckd_bind_blob(s, st, 6, sealed, len);
	return mckd_store_run(s, st, "the rotation cannot be stored");
}

enum mckd_err
mckd_before_put(struct mckd_store *s, const struct mckd_record *was, const struct mckd_record *now,
    int64_t rotation, int64_t until)
{
	struct mckd_sealed_at at = { "rotated", was->block.card, was->block.epoch, "body" };
	struct mckd_before b = { .napps = was->block.napps, .have_last = was->block.have_last,
		.strict = was->strict };
	uint8_t body[BODY_MAX], sealed[BODY_MAX + MCKD_SEAL_OVERHEAD];
	enum mckd_err e;
	size_t len;

	memcpy(b.last_ticket, was->block.last_ticket, sizeof(b.last_ticket));
	for (unsigned i = 0; i < b.napps; i++) {
		const struct mckd_app *app = &was->block.app[i], *after = app_of(&now->block, app->slot);

		b.app[i].slot = app->slot;
		b.app[i].mechanism = (uint8_t)app->mechanism;
		b.app[i].period = app->period;
		b.app[i].present = app->present;
		b.app[i].retired = app->retired;
		b.app[i].compromised = app->compromised;
		b.app[i].replaced = after != NULL ? replaced(app, after) : 0;
		memcpy(b.app[i].ksel, app->ksel, MCKD_KEY_LEN);
	}
	len = pack(&b, body);
	e = len == 0 ? MCKD_E_INTERNAL : mckd_store_seal(s, &at, body, len, sealed);
	mckd_wipe(&b, sizeof(b));
	mckd_wipe(body, sizeof(body));
	if (e != MCKD_OK)
		return e;
	len += MCKD_SEAL_OVERHEAD;
	e = insert_before(s, was, now, rotation, until, sealed, len);
	if (e == MCKD_E_STORE_EXISTS && (e = take_place(s, was)) == MCKD_OK)
		e = insert_before(s, was, now, rotation, until, sealed, len);
	return e;
}

static bool
same_app(const struct mckd_app *a, const struct mckd_app *b)
{
	return a->mechanism == b->mechanism && a->period == b->period && a->present == b->present &&
	    a->retired == b->retired && a->compromised == b->compromised &&
	    mckd_equal(a->ksel, b->ksel, MCKD_KEY_LEN) && replaced(a, b) == 0;
}

enum mckd_err
mckd_store_rotate(struct mckd_store *s, const struct mckd_record *before,
    const struct mckd_record *now, int64_t rotation, int64_t until, const struct mckd_ticket *t, size_t n)
{
	const struct mckd_block *b = &now->block;
	sqlite3_stmt *st;
	enum mckd_err e;

	if (s->depth != 1 || (!b->full && n > 0) || b->napps != before->block.napps)
		return mckd_store_fail(s, MCKD_E_USAGE, "not a rotation");
	if ((e = mckd_store_stmt(s, MCKD_SQL_CARD_CHAIN, &st)) != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, b->card);
	mckd_bind_int(s, st, 2, b->epoch);
	if (b->have_last)
		mckd_bind_blob(s, st, 3, b->last_ticket, sizeof(b->last_ticket));
	mckd_bind_int(s, st, 4, now->strict);
	e = mckd_store_run(s, st, "the card cannot be stored");
	for (unsigned i = 0; i < b->napps && e == MCKD_OK; i++)
		if (!same_app(&before->block.app[i], &b->app[i]))
			e = mckd_app_put(s, b, &b->app[i]);
	if (e == MCKD_OK)
		e = mckd_before_put(s, before, now, rotation, until);
	for (size_t i = 0; i < n && e == MCKD_OK; i++)
		e = mckd_ticket_insert(s, b->card, &t[i]);
	return e;
}

static enum mckd_err
read_before(struct mckd_store *s, sqlite3_stmt *st, const uint8_t *card, struct mckd_before *out)
{
	struct mckd_sealed_at at = { "rotated", card, out->epoch, "body" };
	size_t len = (size_t)sqlite3_column_bytes(st, 3);
	uint8_t body[BODY_MAX];
	int64_t next;
	enum mckd_err e;

	if (!mckd_column_uint(st, 0, 0xffff, &next) ||
	    !mckd_column_uint(st, 1, INT64_MAX, &out->rotation) ||
	    !mckd_column_uint(st, 2, INT64_MAX, &out->until) ||
	    sqlite3_column_type(st, 3) != SQLITE_BLOB || len < MCKD_SEAL_OVERHEAD ||
	    len > sizeof(body) + MCKD_SEAL_OVERHEAD)
		return mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table rotated");
	out->next = (uint16_t)next;
	e = mckd_store_unseal(s, &at, sqlite3_column_blob(st, 3), len, body);
	if (e == MCKD_OK && !unpack(out, body, len - MCKD_SEAL_OVERHEAD))
		e = mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table rotated");
	mckd_wipe(body, sizeof(body));
	return e;
}

enum mckd_err
mckd_before_get(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN], uint16_t epoch,
    struct mckd_before *out)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_ROTATED_GET, &st);

	if (e != MCKD_OK)
		return e;
	memset(out, 0, sizeof(*out));
	out->epoch = epoch;
	mckd_bind_card(s, st, 1, card);
	mckd_bind_int(s, st, 2, epoch);
	e = mckd_store_row(s, st, "the rotations cannot be read");
	if (e == MCKD_OK)
		e = read_before(s, st, card, out);
	else if (e == MCKD_E_STORE_NOT_FOUND)
		mckd_store_fail(s, e, "no rotation starts at ticket %u of the card", epoch);
	mckd_store_reset(st);
	return e;
}

enum mckd_err
mckd_before_drop(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    const struct mckd_before *b)
{
	static const enum mckd_sql which[2] = { MCKD_SQL_ROTATED_DROP, MCKD_SQL_TICKET_DROP };
	enum mckd_err e = mckd_store_begin(s);
	sqlite3_stmt *st;

	if (e != MCKD_OK)
		return e;
	e = mckd_rotation_leave(s, card, b->epoch);
	for (int i = 0; i < 2 && e == MCKD_OK; i++) {
		if ((e = mckd_store_stmt(s, which[i], &st)) != MCKD_OK)
			break;
		mckd_bind_card(s, st, 1, card);
		mckd_bind_int(s, st, 2, b->epoch);
		e = mckd_store_run(s, st, "the rotation cannot be removed");
	}
	if (e == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

static enum mckd_err
mark(struct mckd_store *s, const uint8_t *card, uint16_t first, uint16_t last, unsigned sent)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_TICKET_SENT, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	mckd_bind_int(s, st, 2, first);
	mckd_bind_int(s, st, 3, last);
	mckd_bind_int(s, st, 4, sent);
	return mckd_store_run(s, st, "that a ticket is sent cannot be stored");
}

enum mckd_err
mckd_store_ticket_sent(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t first, uint16_t last, unsigned sent)
{
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK)
		return e;
	if ((e = mark(s, card, first, last, sent)) == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

static enum mckd_err
load(struct mckd_store *s, const uint8_t *card, uint16_t after, uint16_t last, struct mckd_ticket *list,
    size_t room, size_t *n)
{
	enum mckd_err e = MCKD_OK;

	for (*n = 0; *n < room && e == MCKD_OK; (*n)++) {
		e = mckd_store_ticket_next(s, card, after, &list[*n]);
		if (e == MCKD_OK && list[*n].epoch > last)
			e = MCKD_E_STORE_NOT_FOUND;
		if (e != MCKD_OK)
			break;
		after = list[*n].epoch;
	}
	return e == MCKD_E_STORE_NOT_FOUND ? MCKD_OK : e;
}

enum mckd_err
mckd_store_ticket_take(struct mckd_store *s, const struct mckd_record *r, uint16_t after,
    struct mckd_ticket *list, size_t room, size_t *n)
{
	const uint8_t *card = r->block.card;
	enum mckd_err e, begun;

	*n = 0;
	/* Of the record's time: what was queued later may not be noted. */
	if (r->unsent == 0)
		return load(s, card, after, r->block.epoch, list, room, n);
	begun = mckd_store_begin(s);
	if (begun == MCKD_E_STORE_FULL) {
		e = load(s, card, after, 0xffff, list, room, n);
		return e == MCKD_OK ? begun : e;
	}
	if (begun != MCKD_OK)
		return begun;
	if ((e = mark(s, card, (uint16_t)(after + 1), 0xffff, 1)) == MCKD_OK &&
	    (e = load(s, card, after, 0xffff, list, room, n)) == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	/* SQLite finds many a full disk only when it writes. */
	if (e == MCKD_E_STORE_FULL && load(s, card, after, 0xffff, list, room, n) != MCKD_OK)
		*n = 0;
	return e;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"
#include "store_rotate.h"

#include <string.h>

/* The sealed column: T || receipt || body. */
#define PLAIN_MAX (16 + 16 + MCKD_TICKET_MAX)

static enum mckd_err
insert(struct mckd_store *s, const uint8_t *card, uint16_t epoch, const uint8_t *sealed, size_t len)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_TICKET_ADD, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	mckd_bind_int(s, st, 2, epoch);
	mckd_bind_blob(s, st, 3, sealed, len);
	e = mckd_store_run(s, st, "the ticket cannot be stored");
	if (e == MCKD_E_STORE_EXISTS)
		mckd_store_fail(s, e, "a ticket of epoch %u is queued already", epoch);
	else if (e == MCKD_E_STORE_NOT_FOUND)
		mckd_store_fail(s, e, "the card is not in the store");
	return e;
}

enum mckd_err
mckd_ticket_insert(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    const struct mckd_ticket *t)
{
	const struct mckd_sealed_at at = { "ticket", card, t->epoch, "body" };
	uint8_t plain[PLAIN_MAX], sealed[PLAIN_MAX + MCKD_SEAL_OVERHEAD];
	struct mckd_buf b = mckd_buf_over(plain, sizeof(plain));
	enum mckd_err e;
	size_t len;

	mckd_buf_put(&b, t->t, sizeof(t->t));
	mckd_buf_put(&b, t->receipt, sizeof(t->receipt));
	mckd_buf_put(&b, t->body, t->len);
	len = sizeof(plain) - b.left;
	if (b.bad || t->epoch == 0 || t->len == 0)
		e = mckd_store_fail(s, MCKD_E_USAGE, "not a ticket");
	else
		e = mckd_store_seal(s, &at, plain, len, sealed);
	mckd_wipe(plain, sizeof(plain));
	return e == MCKD_OK ? insert(s, card, t->epoch, sealed, len + MCKD_SEAL_OVERHEAD) : e;
}

enum mckd_err
mckd_store_ticket_add(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    const struct mckd_ticket *t)
{
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK)
		return e;
	if ((e = mckd_ticket_insert(s, card, t)) == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

static enum mckd_err
read_ticket(struct mckd_store *s, sqlite3_stmt *st, const uint8_t *card, struct mckd_ticket *out)
{
	struct mckd_sealed_at at = { "ticket", card, 0, "body" };
	size_t len = (size_t)sqlite3_column_bytes(st, 1);
	uint8_t plain[PLAIN_MAX];
	enum mckd_err e;
	struct mckd_buf b;
	int64_t epoch;

	if (!mckd_column_uint(st, 0, 0xffff, &epoch) || sqlite3_column_type(st, 1) != SQLITE_BLOB ||
	    len <= MCKD_SEAL_OVERHEAD + 32 || len > sizeof(plain) + MCKD_SEAL_OVERHEAD)
		return mckd_store_fail(s, MCKD_E_STORE_UNTRUSTED, "a malformed row in table ticket");
	at.number = (unsigned)epoch;
	e = mckd_store_unseal(s, &at, sqlite3_column_blob(st, 1), len, plain);
	if (e == MCKD_OK) {
		len -= MCKD_SEAL_OVERHEAD;
		b = mckd_buf_over(plain, len);
		memset(out, 0, sizeof(*out));
		out->epoch = (uint16_t)epoch;
		out->len = (uint8_t)(len - 32);
		mckd_buf_get(&b, out->t, sizeof(out->t));
		mckd_buf_get(&b, out->receipt, sizeof(out->receipt));
		mckd_buf_get(&b, out->body, out->len);
		if (!mckd_buf_end(&b))
			e = mckd_store_fail(s, MCKD_E_INTERNAL, "a ticket of a wrong length");
	}
	mckd_wipe(plain, sizeof(plain));
	return e;
}

enum mckd_err
mckd_store_ticket_next(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t after, struct mckd_ticket *out)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_stmt(s, MCKD_SQL_TICKET_NEXT, &st);

	if (e != MCKD_OK)
		return e;
	mckd_bind_card(s, st, 1, card);
	mckd_bind_int(s, st, 2, after);
	e = mckd_store_row(s, st, "the tickets cannot be read");
	if (e == MCKD_OK)
		e = read_ticket(s, st, card, out);
	else if (e == MCKD_E_STORE_NOT_FOUND)
		mckd_store_fail(s, e, "no ticket is queued");
	mckd_store_reset(st);
	return e;
}

enum mckd_err
mckd_store_ticket_done(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN],
    uint16_t epoch)
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK)
		return e;
	if ((e = mckd_store_stmt(s, MCKD_SQL_TICKET_DONE, &st)) == MCKD_OK) {
		mckd_bind_card(s, st, 1, card);
		mckd_bind_int(s, st, 2, epoch);
		e = mckd_store_run(s, st, "the receipt cannot be stored");
	}
	if (e == MCKD_OK && (e = mckd_store_stmt(s, MCKD_SQL_CARD_RECEIPT, &st)) == MCKD_OK) {
		mckd_bind_card(s, st, 1, card);
		mckd_bind_int(s, st, 2, epoch);
		e = mckd_store_run(s, st, "the receipt cannot be stored");
		if (e == MCKD_OK && sqlite3_changes(s->db) == 0)
			e = mckd_store_fail(s, MCKD_E_STORE_NOT_FOUND, "the card is not in the store");
	}
	if (e == MCKD_OK && (e = mckd_store_stmt(s, MCKD_SQL_ROTATED_DONE, &st)) == MCKD_OK) {
		mckd_bind_card(s, st, 1, card);
		mckd_bind_int(s, st, 2, epoch);
		e = mckd_store_run(s, st, "the receipt cannot be stored");
	}
	if (e == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}

enum mckd_err
mckd_store_ticket_forget(struct mckd_store *s, const uint8_t card[static MCKD_CARD_ID_LEN])
{
	sqlite3_stmt *st;
	enum mckd_err e = mckd_store_begin(s);

	if (e != MCKD_OK)
		return e;
	if ((e = mckd_store_stmt(s, MCKD_SQL_TICKET_DONE, &st)) == MCKD_OK) {
		mckd_bind_card(s, st, 1, card);
		mckd_bind_int(s, st, 2, UINT16_MAX);
		e = mckd_store_run(s, st, "the tickets cannot be removed");
	}
	if (e == MCKD_OK)
		e = mckd_rotation_leave(s, card, 0);
	if (e == MCKD_OK && (e = mckd_store_stmt(s, MCKD_SQL_ROTATED_DROP, &st)) == MCKD_OK) {
		mckd_bind_card(s, st, 1, card);
		mckd_bind_int(s, st, 2, 0);
		e = mckd_store_run(s, st, "the rotations cannot be removed");
	}
	if (e == MCKD_OK)
		return mckd_store_commit(s);
	mckd_store_rollback(s);
	return e;
}
